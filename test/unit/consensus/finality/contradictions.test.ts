/**
 * Which certificates contradict what is final: those that honest validators can't have made beside
 * ours. A checkpoint may be justified on a branch that died, with nobody at fault.
 */
import { describe, expect, it } from 'vitest'
import type { FinalityInput } from '../../../../consensus/finality/finality-state.ts'
import type { Certificate } from '../../../../consensus/finality/types.ts'
import { offenceOf } from '../../../../consensus/finality/votes/slashing-rule.ts'
import {
  certificateOf,
  FinalityMachine,
  kindsOf,
  linkVote,
  STAKE_WEI,
  viewOf,
} from '../../../support/finality-net.ts'
import { growChain, hashOf } from '../../../support/tree-blocks.ts'

const VOTERS = [0, 1, 2]
const LIARS = [1, 2, 3]

/** Blocks 1 to 32, and a branch of 109 to 132 on block 8: its checkpoints are 116, 124 and 132. */
function twoBranches(): FinalityMachine {
  const machine = new FinalityMachine()
  growChain(machine.tree, 0, 1, 32)
  growChain(machine.tree, 8, 109, 132)
  for (const index of [8, 16, 24, 32, 116, 124, 132]) machine.checkpoint(index)
  return machine
}

function link({ tree }: FinalityMachine, from: number, to: number, by = VOTERS): Certificate {
  return certificateOf(linkVote(tree, from, to), by)
}

const taken = (certificate: Certificate): FinalityInput => ({ kind: 'certificate', certificate })

/** Finalizes block 16, epoch by epoch, on a machine that has executed 24 blocks of `source`. */
function finalAtTwo(machine: FinalityMachine, source: FinalityMachine): void {
  for (const index of [8, 16, 24]) machine.checkpoint(index)
  for (const target of [8, 16, 24]) machine.take(taken(link(source, target - 8, target)))
  expect(machine.state.finalized.epoch).toBe(2n)
}

/** Finalizes block 24 by 0 -> 8 -> 24 -> 32; nobody voted for epoch 2 there. */
function finalWithoutEpochTwo(machine: FinalityMachine): readonly Certificate[] {
  const links = [link(machine, 0, 8), link(machine, 8, 24), link(machine, 24, 32)]
  for (const certificate of links) machine.take(taken(certificate))
  expect(machine.state.finalized.epoch).toBe(3n)
  return links
}

describe('consensus / finality / contradictions', () => {
  it('a checkpoint justified on a dead branch by votes that all were honest is no fault', () => {
    const machine = twoBranches()
    const dead = link(machine, 8, 116)
    const links = finalWithoutEpochTwo(machine)
    expect(links.map(({ vote }) => offenceOf(vote, dead.vote))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const { effects, verdict } = machine.take(taken(dead))
    expect(effects).toEqual([])
    expect(verdict).toBe('ignore')
    expect(machine.state.fault).toBeUndefined()
  })

  it('nor is it when its block was missing until another one was final', () => {
    const source = twoBranches()
    const dead = link(source, 8, 116)
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 32)
    for (const index of [8, 16, 24, 32]) machine.checkpoint(index)
    machine.take(taken(link(source, 0, 8)))
    expect(kindsOf(machine.take(taken(dead)))).toEqual(['fetch-block'])
    machine.take(taken(link(source, 8, 24)))
    machine.take(taken(link(source, 24, 32)))
    expect(machine.state.fault).toBeUndefined()
    expect(machine.state.pending.size).toBe(0)
  })

  it('a second certificate for an epoch of ours is a fault', () => {
    const machine = twoBranches()
    const rival = link(machine, 8, 124, LIARS)
    finalWithoutEpochTwo(machine)
    expect(kindsOf(machine.take(taken(rival)))).toEqual(['safety-fault'])
    expect(machine.state.fault?.ours?.vote.targetEpoch).toBe(3n)
  })

  it('so is one that came before either of the two was final', () => {
    const machine = twoBranches()
    for (const certificate of [link(machine, 0, 8), link(machine, 8, 16)]) {
      machine.take(taken(certificate))
    }
    machine.take(taken(link(machine, 8, 116, LIARS)))
    expect(machine.state.fault).toBeUndefined()
    expect(kindsOf(machine.take(taken(link(machine, 16, 24))))).toContain('safety-fault')
    expect(machine.state.fault?.certificate.vote.targetHash).toBe(hashOf(116))
    expect(machine.state.fault?.ours?.vote.targetHash).toBe(hashOf(16))
  })

  it('so is one above what is final whose block is not here and may never come', () => {
    const source = twoBranches()
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 32)
    finalAtTwo(machine, source)
    const rival = link(source, 8, 124, LIARS)
    expect(kindsOf(machine.take(taken(rival)))).toEqual(['safety-fault'])
    expect(machine.state.pending.size).toBe(0)
  })

  it('so is one that only a later set of ours has signed', () => {
    const source = twoBranches()
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 32)
    machine.checkpoint(8, viewOf([9n * STAKE_WEI, STAKE_WEI, STAKE_WEI, STAKE_WEI]))
    for (const index of [16, 24, 32]) machine.checkpoint(index)
    finalWithoutEpochTwo(machine)
    // Around 8 -> 24, in whose set the liars are few; and against 24 -> 32, in whose they are not.
    expect(kindsOf(machine.take(taken(link(source, 0, 132, LIARS))))).toEqual(['safety-fault'])
    expect(machine.state.fault?.ours?.vote.targetEpoch).toBe(4n)
  })

  it.each(['before', 'after'])(
    'two justified checkpoints above what is final are none, with the block here %s',
    (order) => {
      const source = new FinalityMachine()
      growChain(source.tree, 0, 1, 24)
      growChain(source.tree, 16, 117, 124)
      const machine = new FinalityMachine()
      growChain(machine.tree, 0, 1, 24)
      finalAtTwo(machine, source)
      const rival = taken(link(source, 16, 124, LIARS))
      if (order === 'after') machine.take(rival)
      growChain(machine.tree, 16, 117, 124)
      machine.checkpoint(124)
      if (order === 'before') machine.take(rival)
      expect(machine.state.fault).toBeUndefined()
      expect(machine.state.book.justified(hashOf(124))).toBeDefined()
      expect(machine.state.justified.hash).toBe(hashOf(24))
    },
  )

  it('so is a link from the dead branch against ours, though its source is unknown here', () => {
    const machine = twoBranches()
    const rival = link(machine, 116, 132, LIARS)
    finalWithoutEpochTwo(machine)
    expect(kindsOf(machine.take(taken(rival)))).toEqual(['safety-fault'])
  })

  it('so is a link from a checkpoint of ours below what is final that we never justified', () => {
    const machine = twoBranches()
    growChain(machine.tree, 16, 217, 232)
    for (const index of [224, 232]) machine.checkpoint(index)
    const rival = link(machine, 16, 232, LIARS)
    finalWithoutEpochTwo(machine)
    // What justifies it is no news any more, so its source stays as it is.
    machine.take(taken(link(machine, 8, 16)))
    expect(machine.state.fault).toBeUndefined()
    expect(kindsOf(machine.take(taken(rival)))).toEqual(['safety-fault'])
  })

  it('who has no quorum of our set contradicts nothing', () => {
    const machine = twoBranches()
    const forged = link(machine, 8, 124, [1, 2])
    finalWithoutEpochTwo(machine)
    machine.take(taken(forged))
    expect(machine.state.fault).toBeUndefined()
  })
})
