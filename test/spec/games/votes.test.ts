/**
 * F8: votes that lie, votes that are too few, and sets that change, against the machine of finality
 * with real signatures. Spec: docs/spec/finality.md, F1 to F10.
 */
import { describe, expect, it } from 'vitest'
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import { offenceOf } from '../../../consensus/finality/votes/slashing-rule.ts'
import {
  certificateOf,
  FinalityMachine,
  kindsOf,
  linkVote,
  STAKE_WEI,
  signVote,
  viewOf,
} from '../../support/finality-net.ts'
import { growChain, hashOf } from '../../support/tree-blocks.ts'

const THREE = viewOf([STAKE_WEI, STAKE_WEI, STAKE_WEI])
/** Checkpoints of side A stand at 8 and 16, those of side B at 108 and 116. */
const SIDE_A = [8, 16] as const
const SIDE_B = [108, 116] as const

/** Both sides of a fork below the first checkpoint, executed and told of. */
function fork(view = viewOf([STAKE_WEI, STAKE_WEI, STAKE_WEI, STAKE_WEI])): FinalityMachine {
  const machine = new FinalityMachine(view)
  growChain(machine.tree, 0, 1, 16)
  growChain(machine.tree, 7, 108, 116)
  for (const index of [...SIDE_A, ...SIDE_B]) machine.checkpoint(index, view)
  return machine
}

/** Each voter votes for both epochs of one side. */
function voteFor(machine: FinalityMachine, side: readonly [number, number], voters: number[]) {
  const [first, second] = side
  for (const voter of voters) machine.vote(0, first, voter)
  return voters.flatMap((voter) => kindsOf(machine.vote(first, second, voter)))
}

describe('spec / games / votes', () => {
  it('F8: a double vote is evidence, and its author counts for nothing any more', () => {
    const machine = fork()
    expect(kindsOf(machine.vote(0, 8, 3))).toEqual([])
    expect(kindsOf(machine.vote(0, 108, 3))).toEqual(['publish-evidence'])
    for (const honest of [0, 1]) machine.vote(0, 8, honest)
    expect(machine.state.justified.epoch).toBe(0n)
    // Without the lie the same three are a quorum.
    const truthful = fork()
    for (const voter of [3, 0, 1]) truthful.vote(0, 8, voter)
    expect(truthful.state.justified.epoch).toBe(1n)
  })

  it('F8: a surrounding vote is evidence in either order, its neighbours are not', () => {
    const epochs = (sourceEpoch: bigint, targetEpoch: bigint): FinalityVote => ({
      ...{ sourceEpoch, sourceHash: hashOf(Number(sourceEpoch) * 8) },
      ...{ targetEpoch, targetHash: hashOf(Number(targetEpoch) * 8), outputRoot: hashOf(1) },
    })
    const inner = epochs(1n, 2n)
    expect(offenceOf(epochs(0n, 3n), inner)).toBe('surround-vote')
    expect(offenceOf(inner, epochs(0n, 3n))).toBe('surround-vote')
    for (const honest of [epochs(0n, 1n), epochs(2n, 3n), epochs(1n, 3n), inner]) {
      expect(offenceOf(inner, honest)).toBeUndefined()
    }
    const machine = fork()
    const first = signVote({ ...linkVote(machine.tree, 8, 16) }, 2)
    const around = signVote({ ...epochs(0n, 3n), sourceHash: hashOf(0) }, 2)
    const evidence = { first, second: around }
    expect(kindsOf(machine.take({ kind: 'evidence', evidence }))).toEqual(['publish-evidence'])
  })

  it('F8: votes for a block that was not executed here justify it when it is, not before', () => {
    const ahead = fork()
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 7)
    const vote = linkVote(ahead.tree, 0, 8)
    for (const voter of [0, 1, 2]) machine.take({ kind: 'vote', signed: signVote(vote, voter) })
    expect(machine.state.justified.epoch).toBe(0n)
    growChain(machine.tree, 7, 8, 8)
    machine.checkpoint(8)
    expect(machine.state.justified.epoch).toBe(1n)
  })

  it('F8: a third offline stops finality and not the chain, and its return is enough', () => {
    const machine = fork(THREE)
    for (const voter of [0, 1]) machine.vote(0, 8, voter)
    growChain(machine.tree, 16, 17, 40)
    expect(machine.state.justified.epoch).toBe(0n)
    expect(machine.tree.head().number).toBe(40n)
    machine.vote(0, 8, 2)
    expect(machine.state.justified.epoch).toBe(1n)
  })

  it('F8: a third that lies makes no conflict; a quorum of two thirds would be one', () => {
    const [left, right] = [fork(THREE), fork(THREE)]
    // Validator 2 tells each side what it wants to hear.
    voteFor(left, SIDE_A, [0, 2])
    voteFor(right, SIDE_B, [1, 2])
    for (const { state } of [left, right]) expect(state.finalized.epoch).toBe(0n)
    // Both sides held two thirds of the stake, exactly.
    const held = 2n * STAKE_WEI
    expect(3n * held).toBe(2n * (3n * STAKE_WEI))
  })

  it('F8: more than a third that lies can split finality, and is caught with both hands', () => {
    const [left, right] = [fork(), fork()]
    expect(voteFor(left, SIDE_A, [0, 2, 3])).toContain('finalized')
    expect(voteFor(right, SIDE_B, [1, 2, 3])).toContain('finalized')
    expect(left.state.finalized.hash).not.toBe(right.state.finalized.hash)
    // The sides meet: each sees that the other's certificate contradicts its own.
    const theirs = right.state.certificates.get(1n)!
    const met = left.take({ kind: 'certificate', certificate: theirs })
    expect(kindsOf(met)).toEqual(['safety-fault'])
    expect(left.state.finalized.hash).toBe(hashOf(8))
    const ours = left.state.certificates.get(1n)!
    const guilty = ours.signers.filter((signer) => theirs.signers.includes(signer))
    expect(guilty).toEqual([2, 3])
    expect(offenceOf(ours.vote, theirs.vote)).toBe('double-vote')
  })

  it('F8: a link over a change of the set needs both sets, whoever is in which', () => {
    const next = viewOf([STAKE_WEI, 0n, 0n, 0n, STAKE_WEI, STAKE_WEI, STAKE_WEI], 1n)
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 8)
    machine.checkpoint(8, next)
    const vote = linkVote(machine.tree, 0, 8)
    const take = (signers: number[]) =>
      machine.take({ kind: 'certificate', certificate: certificateOf(vote, signers) }).verdict
    expect(take([0, 1, 2, 3])).toBe('reject')
    expect(take([0, 4, 5, 6])).toBe('reject')
    expect(take([0, 1, 2, 4, 5])).toBe('accept')
  })
})
