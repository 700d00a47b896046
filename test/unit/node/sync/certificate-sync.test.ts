/** Certificates that a peer holds: how many are taken at a time, and what a forgery ends. */
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../../consensus/finality/finality-state.ts'
import type { Certificate } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'
import { IMPORTS_WAITING_MAX } from '../../../../node/chain/chain.ts'
import { ImportQueue } from '../../../../node/chain/import/import-queue.ts'
import {
  CERTIFICATES_PER_TURN,
  CertificateSync,
  type CertificateSyncModules,
} from '../../../../node/sync/certified/certificate-sync.ts'
import { REQUEST_LIMITS } from '../../../../node/sync/protocol.ts'

const EPOCHS = 300n
const hashOf = (epoch: bigint): Hash => `0x${epoch.toString(16).padStart(64, '0')}`

/** A link from the epoch before, to be judged by the chain of the scene alone. */
function certificate(targetEpoch: bigint): Certificate {
  const [sourceEpoch, targetHash] = [targetEpoch - 1n, hashOf(targetEpoch)]
  const vote = { sourceEpoch, sourceHash: hashOf(sourceEpoch), targetEpoch, targetHash }
  return { vote, signers: [], signatures: [] } as unknown as Certificate
}

/** A chain that has executed every block, with the queue of a real one, and what it was told. */
function scene(forged?: bigint) {
  const queue = new ImportQueue(IMPORTS_WAITING_MAX)
  const turns: number[] = []
  const reports: string[] = []
  const finality = {
    finalized: { epoch: 0n },
    pending: new Map(),
    book: { justified: () => ({}) },
  }
  const takeCertificates = (certificates: readonly Certificate[]) =>
    queue.run(async () => {
      turns.push(certificates.length)
      const verdicts: Verdict[] = []
      for (const { vote } of certificates) {
        const isForged = vote.targetEpoch === forged
        verdicts.push(isForged ? 'reject' : 'accept')
        if (isForged) break
        finality.finalized.epoch = vote.targetEpoch
      }
      return verdicts
    })
  const modules = {
    chain: { finality, tree: { get: () => ({ status: 'executed' }) }, takeCertificates },
    network: { report: (_peer: string, _penalty: number, fault: string) => reports.push(fault) },
    requests: {
      certificatesByEpoch: async (_peer: string, range: { first: bigint; count: number }) => {
        const left = Number(EPOCHS - range.first) + 1
        const count = Math.max(0, Math.min(range.count, left))
        return Array.from({ length: count }, (_, at) => certificate(range.first + BigInt(at)))
      },
    },
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
  } as unknown as CertificateSyncModules
  return { sync: new CertificateSync(modules), queue, finality, turns, reports }
}

describe('node / sync / certificate-sync', () => {
  it('takes whole answers, some between two blocks, and leaves blocks their places', async () => {
    expect(REQUEST_LIMITS.finality_by_epoch.itemsMax).toBeGreaterThan(IMPORTS_WAITING_MAX)
    const { sync, queue, finality, turns } = scene()
    // As many blocks as may wait, but one.
    const blocks = Array.from({ length: IMPORTS_WAITING_MAX - 1 }, () => queue.run(async () => {}))
    await sync.ask('peer')
    await Promise.all(blocks)
    expect(finality.finalized.epoch).toBe(EPOCHS)
    expect(Math.max(...turns)).toBe(CERTIFICATES_PER_TURN)
  })

  it('looks at nothing behind a forgery, which is charged once', async () => {
    const { sync, finality, turns, reports } = scene(20n)
    await sync.ask('peer')
    expect(finality.finalized.epoch).toBe(19n)
    expect(turns).toEqual([CERTIFICATES_PER_TURN, CERTIFICATES_PER_TURN])
    expect(reports).toEqual(['certificate'])
  })
})
