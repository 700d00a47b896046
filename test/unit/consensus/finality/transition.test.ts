/** The machine of finality, step by step, with real signatures. */

import { describe, expect, it } from 'vitest'
import { votingState } from '../../../../consensus/finality/duty.ts'
import { PENDING_CERTIFICATES_MAX } from '../../../../consensus/finality/finality-state.ts'
import { dropBranches } from '../../../../consensus/finality/transition.ts'
import { isQuorum } from '../../../../consensus/finality/votes/validator-weights.ts'
import {
  certificateOf,
  FinalityMachine,
  FOUR,
  kindsOf,
  linkVote,
  STAKE_WEI,
  signVote,
  viewOf,
} from '../../../support/finality-net.ts'
import { growChain, hashOf } from '../../../support/tree-blocks.ts'

/** Blocks 1 to 24 in a row, checkpoints 8, 16, 24 told of. */
function threeEpochs(): FinalityMachine {
  const machine = new FinalityMachine()
  growChain(machine.tree, 0, 1, 24)
  for (const index of [8, 16, 24]) machine.checkpoint(index)
  return machine
}

describe('consensus / finality / transition', () => {
  it('a quorum is strictly more than two thirds', () => {
    expect(isQuorum(2n, 3n)).toBe(false)
    expect(isQuorum(20_001n, 30_000n)).toBe(true)
    expect(isQuorum(0n, 0n)).toBe(false)
  })

  it('three votes of four justify a checkpoint; the next link finalizes it', () => {
    const machine = threeEpochs()
    expect(kindsOf(machine.vote(0, 8, 0))).toEqual([])
    expect(kindsOf(machine.vote(0, 8, 1))).toEqual([])
    expect(kindsOf(machine.vote(0, 8, 2))).toEqual(['assembled', 'certified', 'justified'])
    expect(machine.state.justified).toEqual({ epoch: 1n, hash: hashOf(8) })
    expect(machine.state.finalized.epoch).toBe(0n)
    machine.vote(8, 16, 0)
    machine.vote(8, 16, 1)
    expect(kindsOf(machine.vote(8, 16, 3))).toEqual([
      'assembled',
      'certified',
      'justified',
      'finalized',
    ])
    expect(machine.state.finalized).toEqual({ epoch: 1n, hash: hashOf(8) })
    expect(machine.tree.finalized.hash).toBe(hashOf(8))
  })

  it('a link over a missed epoch justifies and finalizes nothing', () => {
    const machine = threeEpochs()
    for (const validator of [0, 1, 2]) machine.vote(0, 16, validator)
    expect(machine.state.justified.epoch).toBe(2n)
    expect(machine.state.finalized.epoch).toBe(0n)
  })

  it('votes from a source that is not justified certify nothing until it is', () => {
    const machine = threeEpochs()
    for (const validator of [0, 1, 2]) machine.vote(8, 16, validator)
    expect(machine.state.justified.epoch).toBe(0n)
    const certificate = certificateOf(linkVote(machine.tree, 0, 8), [0, 1, 3])
    machine.take({ kind: 'certificate', certificate })
    expect(machine.state.justified.epoch).toBe(1n)
  })

  it('a vote counts once, and only with the signature of its validator', () => {
    const machine = threeEpochs()
    const vote = linkVote(machine.tree, 0, 8)
    expect(machine.vote(0, 8, 0).verdict).toBe('accept')
    expect(machine.vote(0, 8, 0).verdict).toBe('ignore')
    expect(machine.take({ kind: 'vote', signed: signVote(vote, 1, 2) }).verdict).toBe('reject')
    expect(machine.take({ kind: 'vote', signed: signVote(vote, 9) }).verdict).toBe('ignore')
    const backwards = { ...vote, sourceEpoch: 1n, targetEpoch: 1n }
    expect(machine.take({ kind: 'vote', signed: signVote(backwards, 3) }).verdict).toBe('reject')
    const early = { ...vote, targetEpoch: 5n }
    expect(machine.take({ kind: 'vote', signed: signVote(early, 3) }).verdict).toBe('ignore')
  })

  it('who votes twice for an epoch is evidence, and stops counting at once', () => {
    const machine = threeEpochs()
    growChain(machine.tree, 7, 108, 108)
    machine.checkpoint(108)
    machine.vote(0, 8, 0)
    const caught = machine.vote(0, 108, 0)
    expect(kindsOf(caught)).toEqual(['publish-evidence'])
    machine.vote(0, 8, 1)
    expect(kindsOf(machine.vote(0, 8, 2))).toEqual([])
    expect(kindsOf(machine.vote(0, 8, 3))).toEqual(['assembled', 'certified', 'justified'])
    expect(machine.state.certificates.get(1n)?.signers).toEqual([1, 2, 3])
  })

  it('evidence of others is checked: same author, a real offence, both signatures', () => {
    const machine = threeEpochs()
    const first = signVote(linkVote(machine.tree, 0, 8), 3)
    const second = signVote({ ...first.vote, outputRoot: hashOf(1) }, 3)
    const honest = signVote(linkVote(machine.tree, 8, 16), 3)
    const take = (a: typeof first, b: typeof first) =>
      machine.take({ kind: 'evidence', evidence: { first: a, second: b } })
    expect(take(first, honest).verdict).toBe('reject')
    expect(take(first, { ...second, signature: first.signature }).verdict).toBe('reject')
    expect(take(first, { ...second, validator: 2 }).verdict).toBe('reject')
    expect(kindsOf(take(first, second))).toEqual(['publish-evidence'])
    expect(take(second, first).verdict).toBe('ignore')
  })

  it('the head goes under the justified checkpoint, however heavy the other branch', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 8)
    growChain(machine.tree, 0, 101, 116)
    for (const index of [8, 108, 116]) machine.checkpoint(index)
    expect(machine.tree.head().hash).toBe(hashOf(116))
    for (const validator of [0, 1, 2]) machine.vote(0, 8, validator)
    expect(machine.tree.head().hash).toBe(hashOf(8))
  })

  it('a certificate for a block that is not here waits for it, in a bounded number', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 8)
    const other = threeEpochs()
    const certificate = certificateOf(linkVote(other.tree, 0, 16), [0, 1, 2])
    const taken = machine.take({ kind: 'certificate', certificate })
    expect(taken.effects).toEqual([{ kind: 'fetch-block', hash: hashOf(16) }])
    growChain(machine.tree, 8, 9, 16)
    machine.checkpoint(8)
    expect(kindsOf(machine.checkpoint(16))).toEqual(['certified', 'justified'])
    for (let i = 0; i < PENDING_CERTIFICATES_MAX + 10; i++) {
      const vote = { ...linkVote(other.tree, 0, 16), targetHash: hashOf(500 + i), targetEpoch: 9n }
      machine.take({ kind: 'certificate', certificate: certificateOf(vote, [0, 1, 2]) })
    }
    expect(machine.state.pending.size).toBe(PENDING_CERTIFICATES_MAX)
  })

  it('a certificate of two thirds, of foreign signatures or of a wrong output root is refused', () => {
    const machine = threeEpochs()
    const vote = linkVote(machine.tree, 0, 8)
    const good = certificateOf(vote, [0, 1, 2])
    const refused = [
      certificateOf(vote, [0, 1]),
      { ...good, signatures: [...good.signatures].reverse() },
      { ...good, signers: [0, 1, 3] },
      { ...good, signers: [0, 2, 1] },
      { ...good, signers: [0, 0, 0] },
      certificateOf({ ...vote, outputRoot: hashOf(1) }, [0, 1, 2]),
      certificateOf({ ...vote, sourceEpoch: 1n, targetEpoch: 2n }, [0, 1, 2]),
    ]
    for (const certificate of refused) {
      expect(machine.take({ kind: 'certificate', certificate }).verdict).toBe('reject')
    }
    expect(machine.state.justified.epoch).toBe(0n)
    expect(machine.take({ kind: 'certificate', certificate: good }).verdict).toBe('accept')
    expect(machine.take({ kind: 'certificate', certificate: good }).verdict).toBe('ignore')
  })

  it('a link over a change of the set needs more than two thirds of both', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 8)
    const next = viewOf([STAKE_WEI, STAKE_WEI, 0n, 0n, STAKE_WEI, STAKE_WEI, STAKE_WEI], 1n)
    machine.checkpoint(8, next)
    const vote = linkVote(machine.tree, 0, 8)
    const take = (signers: readonly number[]) =>
      machine.take({ kind: 'certificate', certificate: certificateOf(vote, signers) }).verdict
    expect(take([0, 1, 2, 3])).toBe('reject')
    expect(take([0, 1, 4, 5, 6])).toBe('reject')
    expect(take([0, 1, 2, 4, 5])).toBe('accept')
  })

  it('a certificate against what is final is a safety fault: nothing moves any more', () => {
    const machine = threeEpochs()
    for (const validator of [0, 1, 2]) machine.vote(0, 8, validator)
    growChain(machine.tree, 7, 108, 120)
    for (const index of [108, 116]) machine.checkpoint(index)
    const rival = certificateOf(linkVote(machine.tree, 0, 108), [1, 2, 3])
    for (const validator of [0, 1, 2]) machine.vote(8, 16, validator)
    expect(machine.state.finalized.epoch).toBe(1n)
    machine.state.duty = duty({ validator: 0 })
    expect(kindsOf(machine.take({ kind: 'certificate', certificate: rival }))).toEqual([
      'safety-fault',
    ])
    expect(machine.state.fault?.code).toBe('CONFLICTS_WITH_FINALIZED')
    expect(machine.state.fault?.ours?.vote.targetHash).toBe(hashOf(8))
    growChain(machine.tree, 24, 25, 36)
    machine.checkpoint(32)
    expect(machine.take({ kind: 'head', isSynced: true }).effects).toEqual([])
  })

  it('a certified block that we found invalid is a safety fault, before or after', () => {
    const before = new FinalityMachine()
    growChain(before.tree, 0, 1, 7)
    const other = threeEpochs()
    const certificate = certificateOf(linkVote(other.tree, 0, 8), [0, 1, 2])
    before.take({ kind: 'certificate', certificate })
    const taken = before.take({ kind: 'invalid', hashes: [hashOf(8)] })
    expect(kindsOf(taken)).toEqual(['safety-fault'])
    expect(before.state.fault?.code).toBe('JUSTIFIED_IS_INVALID')
    const after = threeEpochs()
    after.tree.markInvalid(hashOf(24))
    const late = certificateOf(linkVote(after.tree, 0, 24), [0, 1, 2])
    expect(kindsOf(after.take({ kind: 'certificate', certificate: late }))).toEqual([
      'safety-fault',
    ])
  })
})

describe('consensus / finality / duty', () => {
  it('votes for the newest checkpoint that is k deep, from the highest justified one', () => {
    const machine = new FinalityMachine()
    machine.state.duty = duty({ validator: 1 })
    growChain(machine.tree, 0, 1, 7)
    expect(machine.take({ kind: 'head', isSynced: false }).effects).toEqual([])
    growChain(machine.tree, 7, 8, 10)
    machine.checkpoint(8)
    expect(machine.take({ kind: 'head', isSynced: true }).effects).toEqual([])
    growChain(machine.tree, 10, 11, 11)
    const [effect] = machine.take({ kind: 'head', isSynced: true }).effects
    expect(effect).toEqual({ kind: 'sign', validator: 1, vote: linkVote(machine.tree, 0, 8) })
    expect(machine.take({ kind: 'head', isSynced: true }).effects).toEqual([])
  })

  it('an own vote is published, and again each half epoch until its target is certified', () => {
    const machine = new FinalityMachine()
    machine.state.duty = duty({ validator: 0 })
    growChain(machine.tree, 0, 1, 11)
    machine.checkpoint(8)
    machine.take({ kind: 'head', isSynced: true })
    const signed = signVote(linkVote(machine.tree, 0, 8), 0)
    expect(kindsOf(machine.take({ kind: 'own-vote', signed }))).toEqual(['publish-vote'])
    growChain(machine.tree, 11, 12, 12)
    const [repeated] = machine.take({ kind: 'head', isSynced: true }).effects
    expect(repeated).toEqual({ kind: 'publish-vote', signed })
    machine.vote(0, 8, 1)
    machine.vote(0, 8, 2)
    growChain(machine.tree, 12, 13, 16)
    expect(machine.take({ kind: 'head', isSynced: true }).effects).toEqual([])
  })

  it('a validator listens for two epochs after a start, but not at the start of a chain', () => {
    const machine = threeEpochs()
    machine.state.duty = duty({ validator: 0, startEpoch: 3n })
    growChain(machine.tree, 24, 25, 39)
    machine.checkpoint(32)
    expect(machine.take({ kind: 'head', isSynced: true }).effects).toEqual([])
    growChain(machine.tree, 39, 40, 43)
    machine.checkpoint(40)
    expect(kindsOf(machine.take({ kind: 'head', isSynced: true }))).toEqual(['sign'])
  })

  it('a double of ourselves silences us for good', () => {
    const machine = threeEpochs()
    machine.state.duty = duty({ validator: 2, startEpoch: 2n })
    expect(kindsOf(machine.vote(0, 24, 2))).toEqual(['doppelganger'])
    growChain(machine.tree, 24, 25, 48)
    for (const index of [32, 40, 48]) machine.checkpoint(index)
    expect(machine.take({ kind: 'head', isSynced: true }).effects).toEqual([])
  })

  it('a double is known by its vote also where the certificate came first', () => {
    const machine = threeEpochs()
    machine.state.duty = duty({ validator: 2, startEpoch: 2n })
    const certificate = certificateOf(linkVote(machine.tree, 0, 24), [0, 1, 2])
    machine.take({ kind: 'certificate', certificate })
    expect(machine.state.duty).toMatchObject({ isRecordStale: true, doubled: false })
    expect(kindsOf(machine.vote(0, 24, 2))).toContain('doppelganger')
    expect(machine.state.duty).toMatchObject({ doubled: true })
  })

  it('does not vote before the network was heard, and listens from there', () => {
    const machine = threeEpochs()
    machine.state.duty = duty({ validator: 0 })
    const head = { kind: 'head', isSynced: true } as const
    expect(machine.take({ ...head, hasHeard: false }).effects).toEqual([])
    expect(votingState(machine.state)).toBe('unheard')
    expect(machine.take(head).effects).toEqual([])
    expect(votingState(machine.state)).toBe('listening')
    expect(machine.state.duty).toMatchObject({ runEpoch: 3n, startEpoch: 3n })
  })

  it('heard in the first epoch, or with its record in the second, it votes at once', () => {
    const young = new FinalityMachine()
    for (const startEpoch of [0n, 1n]) {
      young.state.duty = duty({ validator: 0, startEpoch })
      expect(votingState(young.state)).toBe(startEpoch === 0n ? 'active' : 'listening')
    }
    young.state.duty = { ...duty({ validator: 0, startEpoch: 1n }), ownTarget: 1n }
    expect(votingState(young.state)).toBe('active')
  })

  it('F21: asks for no vote while one is being written, and then for the newest', () => {
    const machine = threeEpochs()
    machine.state.duty = duty({ validator: 0 })
    const head = { kind: 'head', isSynced: true } as const
    expect(machine.take({ ...head, isSigning: true }).effects).toEqual([])
    expect(kindsOf(machine.take(head))).toEqual(['sign'])
  })

  it('checkpoints go with the branch that finality leaves behind', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 24)
    for (const index of [8, 16]) machine.checkpoint(index)
    growChain(machine.tree, 15, 115, 124)
    machine.checkpoint(115)
    for (const [source, target] of [
      [0, 8],
      [8, 16],
    ] as const) {
      for (const validator of [0, 1, 2]) machine.vote(source, target, validator)
    }
    machine.checkpoint(24)
    for (const validator of [0, 1, 2]) machine.vote(16, 24, validator)
    expect(machine.state.finalized.epoch).toBe(2n)
    dropBranches(machine.state)
    expect(machine.tree.get(hashOf(115))).toBeUndefined()
    expect(machine.state.book.executed(hashOf(115))).toBeUndefined()
    expect(machine.state.book.executed(hashOf(16))).toBeDefined()
  })
})

function duty({ validator, startEpoch = 0n }: { validator: number; startEpoch?: bigint }) {
  return {
    key: FOUR.votingKeys[validator]!,
    ...{ validator, startEpoch, runEpoch: startEpoch, ownTarget: 0n },
    ...{ lastSigned: undefined, lastVote: undefined, doubled: false },
    ...{ isRecordStale: false, votesAfterRestore: false, hasHeard: true },
  }
}
