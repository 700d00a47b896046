/**
 * Votes without end, of old, far and unknown targets and with forged signatures, while blocks come
 * in: none is counted, and blocks pass between them all the while (spec/consensus.md 6, row 21).
 * How long an import takes is printed, not judged.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeVote } from '../../../../consensus/finality/codec/finality-codec.ts'
import type { FinalityVote } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import type { Node } from '../../../../node/node.ts'
import type { Verdict } from '../../../../p2p/options.ts'
import { forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { Random } from '../../../support/random.ts'
import { startTestNode } from '../../../support/test-node.ts'

/** A third to warm up, one in quiet, one in the flood. */
const BLOCKS = 60
const THIRD = BLOCKS / 3
/** Votes between two turns of the event loop. */
const BURST = 16
/** Old, of now, and far ahead: the head is in epoch 5 to 7 meanwhile. */
const EPOCHS = [1, 2, 6, 7, 1_000, 2 ** 40]

const random = new Random(21)
const randomHash = (): Hash => bytesToHex(random.bytes(32))

/** Half of them for `known`, whose signature has to be looked at. */
function forgedVote(genesisHash: Hash, known: FinalityVote): Uint8Array {
  const strange = {
    sourceEpoch: 0n,
    sourceHash: genesisHash,
    targetEpoch: BigInt(random.pick(EPOCHS)),
    targetHash: randomHash(),
    outputRoot: randomHash(),
  }
  const vote = random.chance(50) ? known : strange
  const signature = `${bytesToHex(random.bytes(64))}1b` as const
  return encodeVote({ vote, validator: random.below(5), signature })
}

/** Floods until `signal`; the votes that were judged, by verdict. */
async function flood(
  node: Node,
  known: FinalityVote,
  signal: AbortSignal,
): Promise<Record<Verdict, number>> {
  const verdicts: Record<Verdict, number> = { accept: 0, ignore: 0, reject: 0 }
  while (!signal.aborted) {
    const votes = Array.from({ length: BURST }, () => forgedVote(node.chain.genesis.hash, known))
    const judged = votes.map((vote) => node.peers!.gossip.onMessage('vote', vote, 'a peer'))
    for (const verdict of await Promise.all(judged)) verdicts[verdict] += 1
    await turn()
  }
  return verdicts
}

/** Imports them one after the other; milliseconds of the middle one. */
async function importAll(node: Node, blocks: readonly SealedBlock[]): Promise<number> {
  const times: number[] = []
  for (const block of blocks) {
    const start = performance.now()
    await node.chain.importBlock(block, 'gossip')
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0
}

describe('node / attacks / vote flood', () => {
  it('blocks are imported between votes that never end, and nothing is final by them', async () => {
    const fork = await forkOf(BLOCKS, devAccounts()[0]!.address)
    const node = await startTestNode({ genesis: await validatorGenesis(), peers: [] })
    await importAll(node, fork.blocks.slice(0, THIRD))
    const quietMs = await importAll(node, fork.blocks.slice(THIRD, 2 * THIRD))
    const end = new AbortController()
    const flooding = flood(node, fork.certificate(0, 1).vote, end.signal)
    const floodedMs = await importAll(node, fork.blocks.slice(2 * THIRD))
    // The flood goes on: it is the imports that have ended.
    end.abort()
    const verdicts = await flooding
    console.log('vote flood:', { quietMs, floodedMs, ...verdicts })
    expect(node.chain.head.hash).toBe(fork.blocks.at(-1)!.hash)
    expect(verdicts.accept).toBe(0)
    expect(verdicts.ignore).toBeGreaterThan(0)
    expect(verdicts.reject).toBeGreaterThan(0)
    expect(node.chain.finality.finalized.epoch).toBe(0n)
    // A certificate of the quorum counts as ever.
    await node.chain.takeCertificate(fork.certificate(0, 1))
    await node.chain.takeCertificate(fork.certificate(1, 2))
    expect(node.chain.finality.finalized).toEqual({ epoch: 1n, hash: fork.hash(1) })
  })
})
