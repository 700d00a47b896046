/**
 * Evidence as the contract takes it: neither what is void nor what stands against somebody else's
 * index shields anybody, or frames anybody.
 */
import { describe, expect, it } from 'vitest'
import { votingState } from '../../../../consensus/finality/duty.ts'
import { takeOffice } from '../../../../consensus/finality/duty-state.ts'
import type { Evidence, FinalityVote, ValidatorView } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'
import {
  FinalityMachine,
  FOUR,
  kindsOf,
  linkVote,
  STAKE_WEI,
  signVote,
  viewOf,
} from '../../../support/finality-net.ts'
import { grow, growChain, hashOf } from '../../../support/tree-blocks.ts'

const EPOCH = 8
const DELAY = 64
const LIAR = 3
const WORDS: readonly Hash[] = [`0x${'aa'.repeat(32)}`, `0x${'bb'.repeat(32)}`]

/** Two votes of `key`, told as those of validator `index`, for one target that nobody has. */
function pairOf(targetEpoch: number, index = LIAR, key = index): Evidence {
  const [first, second] = WORDS.map((word) => {
    const vote: FinalityVote = {
      ...{ sourceEpoch: 0n, sourceHash: hashOf(0), targetEpoch: BigInt(targetEpoch) },
      ...{ targetHash: word, outputRoot: word },
    }
    return signVote(vote, index, key)
  })
  return { first: first!, second: second! }
}

/** A chain of so many epochs, the last of which are told of. */
function machineAt(epoch: number, view: ValidatorView = FOUR): FinalityMachine {
  const machine = new FinalityMachine(view)
  growOn(machine, 0, epoch, view)
  return machine
}

function growOn(machine: FinalityMachine, from: number, to: number, view = FOUR): void {
  for (let epoch = from + 1; epoch <= to; epoch++) {
    growChain(machine.tree, (epoch - 1) * EPOCH, (epoch - 1) * EPOCH + 1, epoch * EPOCH)
    machine.checkpoint(epoch * EPOCH, view)
  }
}

const tell = (machine: FinalityMachine, evidence: Evidence) =>
  machine.take({ kind: 'evidence', evidence })

describe('consensus / finality / evidence', () => {
  it('a pair of votes that is void on chain is no fault of its sender, and no evidence', () => {
    const machine = machineAt(DELAY + 4)
    const { verdict, effects } = tell(machine, pairOf(3))
    expect({ verdict, effects }).toEqual({ verdict: 'ignore', effects: [] })
    expect(kindsOf(tell(machine, pairOf(4)))).toEqual(['publish-evidence'])
  })

  it('whoever gave itself up with a void pair is caught when it lies again', () => {
    const machine = machineAt(DELAY + 4)
    tell(machine, pairOf(1))
    const at = (DELAY + 4) * EPOCH
    growChain(machine.tree, at - 1, 10_000, 10_000)
    machine.checkpoint(10_000)
    expect(machine.vote(0, at, LIAR).verdict).toBe('accept')
    expect(kindsOf(machine.vote(0, 10_000, LIAR))).toEqual(['publish-evidence'])
  })

  it('evidence that nobody punished gives way to newer before it is void', () => {
    const machine = machineAt(4)
    expect(tell(machine, pairOf(4)).verdict).toBe('accept')
    expect(tell(machine, pairOf(5)).verdict).toBe('ignore')
    growOn(machine, 4, DELAY)
    // From peers, and from votes.
    expect(kindsOf(tell(machine, pairOf(DELAY - 20)))).toEqual(['publish-evidence'])
    growOn(machine, DELAY, 2 * DELAY)
    const at = 2 * DELAY * EPOCH
    growChain(machine.tree, at - 1, 10_000, 10_000)
    machine.checkpoint(10_000)
    machine.vote(0, at, LIAR)
    expect(kindsOf(machine.vote(0, 10_000, LIAR))).toEqual(['publish-evidence'])
    const [held] = machine.state.evidence.values()
    expect(held?.first.vote.targetEpoch).toBe(BigInt(2 * DELAY))
  })

  it('whose evidence grows old still counts for nothing', () => {
    const machine = machineAt(4)
    tell(machine, pairOf(4))
    growOn(machine, 4, DELAY)
    const target = DELAY * EPOCH
    expect(machine.vote(0, target, LIAR).verdict).toBe('accept')
    for (const validator of [0, 1]) machine.vote(0, target, validator)
    expect(machine.state.justified.epoch).toBe(0n)
    machine.vote(0, target, 2)
    expect(machine.state.certificates.get(BigInt(DELAY))?.signers).toEqual([0, 1, 2])
  })

  it('nobody accuses who was slashed or has its stake back', () => {
    const isLiar = [false, false, false, true]
    for (const gone of [{ slashed: isLiar }, { withdrawn: isLiar }]) {
      const machine = machineAt(2, { ...FOUR, ...gone })
      expect(tell(machine, pairOf(2)).verdict).toBe('ignore')
    }
    expect(tell(machineAt(2), pairOf(2)).verdict).toBe('accept')
  })

  it('a deposit that no certificate stands above has no voice and is not accused', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 16)
    machine.checkpoint(8)
    machine.checkpoint(16, viewOf([...FOUR.weights, 0n]))
    expect(tell(machine, pairOf(1, 4)).verdict).toBe('ignore')
    expect(machine.vote(0, 16, 4).verdict).toBe('ignore')
    expect(machine.vote(0, 16, 3).verdict).toBe('accept')
  })
})

/**
 * Two deposits, in one order on blocks 1 to 8, in the other on the heavier 108 to 140, whose
 * checkpoints are 108, 116 and so on.
 */
describe('consensus / finality / evidence / deposits of two branches', () => {
  const [there, here] = [4, 5]
  const joined = viewOf([...FOUR.weights, 0n, 0n])
  const swapped: ValidatorView = {
    ...viewOf([...FOUR.weights, STAKE_WEI, STAKE_WEI], 2n),
    votingKeys: [...FOUR.votingKeys, joined.votingKeys[here]!, joined.votingKeys[there]!],
  }

  function reorganized(before: (machine: FinalityMachine) => void): FinalityMachine {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 8)
    machine.checkpoint(8, joined)
    before(machine)
    for (let index = 108; index <= 140; index++) {
      grow(machine.tree, index, index === 108 ? 7 : index - 1, { weight: 2n })
      machine.tree.markExecuted(hashOf(index))
    }
    for (const index of [108, 116, 124, 132, 140]) machine.checkpoint(index, swapped)
    expect(machine.tree.head().hash).toBe(hashOf(140))
    return machine
  }

  it('two votes of one branch do not silence who has their index on the other', () => {
    const machine = reorganized((each) => {
      tell(each, pairOf(1, there))
      for (const signed of Object.values(pairOf(1, there))) each.take({ kind: 'vote', signed })
    })
    const honest = signVote(linkVote(machine.tree, 0, 132), there, here)
    expect(machine.take({ kind: 'vote', signed: honest }).verdict).toBe('accept')
    for (const validator of [0, 1, 2]) machine.vote(0, 132, validator)
    expect(machine.state.justified.epoch).toBe(0n)
    const last = signVote(linkVote(machine.tree, 0, 132), here, there)
    machine.take({ kind: 'vote', signed: last })
    expect(machine.state.certificates.get(4n)?.signers).toEqual([0, 1, 2, 4, 5])
  })

  it('a validator votes by its index on the branch that it votes for', () => {
    const key = joined.votingKeys[there]!
    const machine = reorganized((each) => {
      expect(takeOffice(each.state, key, undefined)?.validator).toBe(there)
    })
    takeOffice(machine.state, key, undefined)
    expect(machine.state.duty?.validator).toBe(here)
    const [effect] = machine.take({ kind: 'head', isSynced: true }).effects
    const vote = linkVote(machine.tree, 0, 132)
    expect(effect).toEqual({ kind: 'sign', vote, validator: here })
    const signed = signVote(vote, here, there)
    expect(machine.take({ kind: 'own-vote', signed }).verdict).toBe('accept')
    // Who has our index of before is no double of ours.
    const other = signVote(linkVote(machine.tree, 0, 132), there, here)
    expect(kindsOf(machine.take({ kind: 'vote', signed: other }))).not.toContain('doppelganger')
    expect(votingState(machine.state)).toBe('active')
  })
})
