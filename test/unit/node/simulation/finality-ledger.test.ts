/** What tiers 1 and 2 check of finality can fail: each wrong history is told by its invariant. */
import { describe, expect, it } from 'vitest'
import type { FinalityEffect } from '../../../../consensus/finality/finality-state.ts'
import { headFault } from '../../../../node/simulation/checks/head-check.ts'
import { FinalityLedger } from '../../../../node/simulation/node/checks/finality-ledger.ts'
import { Violations } from '../../../../node/simulation/node/checks/violation.ts'
import { Watcher } from '../../../../node/simulation/node/checks/watcher.ts'
import {
  certificateOf,
  FinalityMachine,
  FOUR,
  linkVote,
  signVote,
} from '../../../support/finality-net.ts'
import { growChain, hashOf } from '../../../support/tree-blocks.ts'

/** Blocks 1 to 32, and a branch of 109 to 132 on block 8: its checkpoints are 116, 124 and 132. */
function twoBranches(): FinalityMachine {
  const machine = new FinalityMachine()
  growChain(machine.tree, 0, 1, 32)
  growChain(machine.tree, 8, 109, 132)
  for (const index of [8, 16, 24, 32, 116, 124, 132]) machine.checkpoint(index)
  return machine
}

function openLedger(isHonest = true, isSharedKey = false) {
  const violations = new Violations(() => 0)
  const isHonestKey = (key: string) => isHonest && FOUR.votingKeys.includes(key as `0x${string}`)
  const contradicted: string[] = []
  const ledger = new FinalityLedger(violations.tell, {
    ...{ mayConflict: false, isHonestKey },
    isShared: () => isSharedKey,
    onContradicted: (key) => contradicted.push(key),
  })
  return { ledger, contradicted, told: () => violations.all.map(({ invariant }) => invariant) }
}

function final(epoch: bigint, block: number): FinalityEffect {
  return { kind: 'finalized', checkpoint: { epoch, hash: hashOf(block) } }
}

/** A machine that holds epochs 1 to `epoch` justified, and all but the last final. */
function finalTo(epoch: number): FinalityMachine {
  const machine = twoBranches()
  for (let e = 1; e <= epoch; e++) {
    for (const validator of [0, 1, 2]) machine.vote(8 * (e - 1), 8 * e, validator)
  }
  return machine
}

describe('node / simulation / finality-ledger', () => {
  it('I1: two blocks of one epoch are final, or of two epochs on two branches', () => {
    const { state } = twoBranches()
    for (const [epoch, block] of [
      [3n, 124],
      [4n, 132],
    ] as const) {
      const { ledger, told } = openLedger()
      ledger.onEffect(0, final(3n, 24), state)
      ledger.onEffect(1, final(4n, 32), state)
      expect(told()).toEqual([])
      ledger.onEffect(2, final(epoch, block), state)
      expect(told()).toContain('I1')
    }
  })

  it('I1: epochs that no two nodes finalized both, the lower one later', () => {
    const { state } = twoBranches()
    const { ledger, told } = openLedger()
    ledger.onEffect(0, final(2n, 16), state)
    ledger.onEffect(0, final(4n, 32), state)
    ledger.onEffect(1, final(3n, 24), state)
    expect(told()).toEqual([])
    const lone = openLedger()
    lone.ledger.onEffect(0, final(4n, 32), state)
    lone.ledger.onEffect(1, final(3n, 124), state)
    expect(lone.told()).toEqual(['I1'])
  })

  it('I1: a node whose tree never had the branch of the other', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 8)
    growChain(machine.tree, 8, 109, 132)
    const { ledger, told } = openLedger()
    ledger.onEffect(0, final(4n, 32), finalTo(4).state)
    ledger.onEffect(1, final(3n, 124), machine.state)
    expect(told()).toEqual(['I1'])
  })

  it('I1: a node leaves its own branch', () => {
    const { state } = twoBranches()
    const { ledger, told } = openLedger()
    ledger.onEffect(0, final(3n, 24), state)
    ledger.onEffect(0, final(4n, 132), state)
    expect(told()).toEqual(['I1'])
  })

  it('I1: what one holds final is not on the chain of another', () => {
    const { state } = twoBranches()
    const { ledger, told } = openLedger()
    const checkpoint = { epoch: 3n, hash: hashOf(24) }
    ledger.compare(1, state, 0, checkpoint, hashOf(24))
    expect(told()).toEqual([])
    ledger.compare(1, state, 0, checkpoint, hashOf(124))
    expect(told()).toEqual(['I1'])
  })

  it('I1: an alarm is false unless a third lies', () => {
    const machine = twoBranches()
    const certificate = certificateOf(linkVote(machine.tree, 8, 116), [0, 1, 2])
    const fault = { code: 'CONFLICTS_WITH_FINALIZED', certificate, ours: undefined } as const
    for (const isHonest of [true, false]) {
      const { ledger, told } = openLedger(isHonest)
      ledger.onEffect(0, { kind: 'safety-fault', fault }, machine.state)
      expect(told()).toEqual(isHonest ? ['I1'] : [])
    }
  })

  it('I2, I3, I17: a start that takes back what was final and justified', () => {
    const { ledger, told } = openLedger()
    ledger.onHead(0, finalTo(3).state)
    ledger.onHead(0, finalTo(3).state)
    expect(told()).toEqual([])
    ledger.onHead(0, finalTo(2).state)
    expect(told()).toEqual(['I17', 'I3'])
    const { state } = finalTo(3)
    ledger.onHead(1, state)
    state.finalized = { epoch: 3n, hash: hashOf(124) }
    ledger.onHead(1, state)
    expect(told()).toEqual(['I17', 'I3', 'I2'])
  })

  it('I17: a lower epoch becomes final after a higher one', () => {
    const { ledger, told } = openLedger()
    const { state } = finalTo(3)
    ledger.onHead(0, state)
    ledger.onEffect(0, final(1n, 8), state)
    expect(told()).toEqual(['I17'])
  })

  it('I4, I11: an honest validator signs a pair that contradicts itself', () => {
    const { tree, state } = twoBranches()
    const sign = (source: number, target: number, validator: number): FinalityEffect => {
      const signed = signVote(linkVote(tree, source, target), validator)
      return { kind: 'publish-vote', signed }
    }
    const { ledger, told } = openLedger()
    ledger.onEffect(0, sign(8, 16, 0), state)
    ledger.onEffect(0, sign(8, 16, 0), state)
    ledger.onEffect(1, sign(0, 24, 1), state)
    expect(told()).toEqual([])
    ledger.onEffect(0, sign(8, 116, 0), state)
    expect(told()).toEqual(['I11'])
    ledger.onEffect(0, sign(0, 24, 0), state)
    expect(told()).toEqual(['I11', 'I4'])
  })

  it('I4, I11: of two nodes with one key each answers for itself, and both for the key', () => {
    const { tree, state } = twoBranches()
    const sign = (target: number): FinalityEffect => {
      return { kind: 'publish-vote', signed: signVote(linkVote(tree, 8, target), 0) }
    }
    const { ledger, told, contradicted } = openLedger(true, true)
    ledger.onEffect(0, sign(16), state)
    ledger.onEffect(4, sign(16), state)
    expect(contradicted).toEqual([])
    ledger.onEffect(4, sign(124), state)
    ledger.onEffect(0, sign(24), state)
    expect(contradicted).toEqual([FOUR.votingKeys[0]])
    expect(told()).toEqual([])
    ledger.onEffect(4, sign(24), state)
    expect(told()).toEqual(['I11'])
  })

  it('I4: somebody honest is accused, or somebody of nothing', () => {
    const { tree, state } = twoBranches()
    const sign = (target: number) => signVote(linkVote(tree, 8, target), 0)
    const accuse = (one: number, other: number): FinalityEffect => {
      const evidence = { first: sign(one), second: sign(other) }
      return { kind: 'publish-evidence', author: FOUR.votingKeys[0]!, evidence }
    }
    const honest = openLedger()
    honest.ledger.onEffect(1, accuse(16, 116), state)
    expect(honest.told()).toEqual(['I4'])
    const liar = openLedger(false)
    liar.ledger.onEffect(1, accuse(16, 116), state)
    expect(liar.told()).toEqual([])
    liar.ledger.onEffect(1, accuse(16, 16), state)
    expect(liar.told()).toEqual(['I4'])
  })

  it('I5: a head beside what is justified, and a lighter one', () => {
    const { state, tree } = twoBranches()
    expect(headFault(state)).toBeUndefined()
    state.book.addJustified({ epoch: 2n, hash: hashOf(116), certificate: undefined })
    const isOnMain = tree.isDescendant(tree.head().hash, hashOf(16))
    expect(headFault(state) === undefined).toBe(!isOnMain)
    state.book.addJustified({ epoch: 3n, hash: hashOf(24), certificate: undefined })
    tree.head = () => tree.get(hashOf(30))!
    expect(headFault(state)).toContain('heavier')
  })

  it('I7: a handler throws, and neither disk nor queue is the cause', () => {
    const watcher = new Watcher(() => 0)
    const line = { msg: 'A gossip handler failed', err: { message: 'boom' } }
    watcher.onLog(0, { ...line, err: { ...line.err, code: 'FULL' } })
    expect(watcher.violations).toEqual([])
    watcher.onLog(0, line)
    expect(watcher.violations).toMatchObject([{ invariant: 'I7', node: 0 }])
  })
})
