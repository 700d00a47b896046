/** Links that span the exit of a validator: found by the simulator (tier 0, seeds 115 and 121). */
import { describe, expect, it } from 'vitest'
import { takeOffice } from '../../../../consensus/finality/duty-state.ts'
import {
  certificateOf,
  FinalityMachine,
  FOUR,
  kindsOf,
  linkVote,
  STAKE_WEI,
} from '../../../support/finality-net.ts'
import { growChain } from '../../../support/tree-blocks.ts'

describe('consensus / finality / exits', () => {
  it('who has left by the target still votes for a link from a set that counts it', () => {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 11)
    machine.checkpoint(8, { ...FOUR, weights: [0n, STAKE_WEI, STAKE_WEI, STAKE_WEI] })
    const key = FOUR.votingKeys[0]
    expect(key).toBeDefined()
    if (key !== undefined) takeOffice(machine.state, key, undefined)
    machine.state.duty = machine.state.duty && { ...machine.state.duty, startEpoch: 0n }
    const [effect] = machine.take({ kind: 'head', isSynced: true }).effects
    expect(effect).toEqual({ kind: 'sign', validator: 0, vote: linkVote(machine.tree, 0, 8) })
  })

  it('who is in neither set does not vote', () => {
    const machine = new FinalityMachine({ ...FOUR, weights: [0n, STAKE_WEI, STAKE_WEI, STAKE_WEI] })
    growChain(machine.tree, 0, 1, 11)
    machine.checkpoint(8, { ...FOUR, weights: [0n, STAKE_WEI, STAKE_WEI, STAKE_WEI] })
    const key = FOUR.votingKeys[0]
    if (key !== undefined) takeOffice(machine.state, key, undefined)
    expect(kindsOf(machine.take({ kind: 'head', isSynced: true }))).toEqual([])
  })

  it('a certificate with a signer of neither set is refused, as the contract would', () => {
    const three = { ...FOUR, weights: [0n, STAKE_WEI, STAKE_WEI, STAKE_WEI] }
    const machine = new FinalityMachine(three)
    growChain(machine.tree, 0, 1, 11)
    machine.checkpoint(8, three)
    const vote = linkVote(machine.tree, 0, 8)
    const taken = (signers: readonly number[]) =>
      machine.take({ kind: 'certificate', certificate: certificateOf(vote, signers) })
    expect(taken([0, 1, 2, 3]).verdict).toBe('reject')
    expect(machine.state.justified.epoch).toBe(0n)
    expect(taken([1, 2, 3]).verdict).toBe('accept')
    expect(machine.state.justified.epoch).toBe(1n)
  })
})
