/**
 * Ten thousand certificates for blocks that are unknown, pruned, ancient or beside what is final:
 * what is kept of them is bounded, no signature is checked in vain, and the next good one counts.
 */
import { describe, expect, it } from 'vitest'
import {
  type FinalityConfig,
  PENDING_CERTIFICATES_MAX,
} from '../../../../consensus/finality/finality-state.ts'
import { transition } from '../../../../consensus/finality/transition.ts'
import type { Certificate } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'
import { certificateOf, FinalityMachine, linkVote } from '../../../support/finality-net.ts'
import { growChain, hashOf } from '../../../support/tree-blocks.ts'

const CERTIFICATES = 10_000
const QUORUM = [0, 1, 2]

const unknown = (index: number): Hash => `0xab${index.toString(16).padStart(62, '0')}`

describe('node / finality / certificate flood', () => {
  it('of 10,000 leaves 64 at most, and finality goes on', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 48)
    growChain(machine.tree, 8, 109, 132)
    for (const index of [8, 16, 24, 32, 40, 48, 116, 124]) machine.checkpoint(index)
    const link = (from: number, to: number) =>
      certificateOf(linkVote(machine.tree, from, to), QUORUM)
    for (const [from, to] of [
      [0, 8],
      [8, 16],
      [16, 24],
      [24, 32],
    ] as const) {
      machine.take({ kind: 'certificate', certificate: link(from, to) })
    }
    expect(machine.state.finalized.epoch).toBe(3n)
    const good = link(32, 40)
    let checks = 0
    const { recover } = machine.state.config
    const config: FinalityConfig = {
      ...machine.state.config,
      recover: (...args) => {
        checks += 1
        return recover(...args)
      },
    }
    const state = Object.assign(machine.state, { config })
    // Signed by the quorum once; what is sent is that with another target or source.
    const { vote, signers, signatures } = good
    const kinds: ((index: number) => Certificate['vote'])[] = [
      // Of a block that nobody knows.
      (index) => ({ ...vote, targetHash: unknown(index) }),
      // From a source that is not here, far ahead.
      (index) => ({ ...vote, sourceHash: unknown(index), sourceEpoch: 90n, targetEpoch: 91n }),
      // Ancient: at an epoch that is final.
      (index) => ({ ...vote, sourceEpoch: 0n, targetEpoch: 1n, targetHash: unknown(index) }),
      // Beside what is final.
      (index) => ({
        ...vote,
        sourceEpoch: 2n,
        sourceHash: hashOf(116),
        targetHash: unknown(index),
      }),
      // So far ahead that nobody can have signed it.
      (index) => ({ ...vote, targetEpoch: 1n << 40n, targetHash: unknown(index) }),
    ]
    for (let index = 0; index < CERTIFICATES; index++) {
      const forged = { vote: kinds[index % kinds.length]!(index), signers, signatures }
      const { verdict } = transition(state, { kind: 'certificate', certificate: forged })
      expect(verdict).not.toBe('accept')
    }
    // Of a forgery the first signature is one too many: the others are not looked at.
    expect(checks).toBeLessThanOrEqual((CERTIFICATES / kinds.length) * 3)
    expect(state.pending.size).toBe(0)
    expect(state.fault).toBeUndefined()
    for (let index = 0; index < 2 * PENDING_CERTIFICATES_MAX; index++) {
      const real = certificateOf({ ...vote, targetHash: unknown(index) }, QUORUM)
      transition(state, { kind: 'certificate', certificate: real })
    }
    expect(state.pending.size).toBe(PENDING_CERTIFICATES_MAX)
    // What the operator excludes does not wait; what waits is in memory alone, so that a restart
    // with `--exclude` purges both.
    const disregarded = new Set([unknown(CERTIFICATES)])
    const judged = Object.assign(machine.state, { config: { ...config, disregarded } })
    const excluded = certificateOf({ ...vote, targetHash: unknown(CERTIFICATES) }, QUORUM)
    const { verdict, effects } = transition(judged, { kind: 'certificate', certificate: excluded })
    expect([verdict, effects]).toEqual(['ignore', []])
    expect(judged.pending.has(unknown(CERTIFICATES))).toBe(false)
    machine.take({ kind: 'certificate', certificate: good })
    machine.take({ kind: 'certificate', certificate: link(40, 48) })
    expect(machine.state.finalized).toEqual({ epoch: 5n, hash: hashOf(40) })
  })
})
