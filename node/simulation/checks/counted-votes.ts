/** I10: of a validator that contradicts itself no two such votes are counted. */
import type { FinalityState } from '../../../consensus/finality/finality-state.ts'
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import type { Address } from '../../../consensus/types.ts'
import { conflictOf } from './vote-ledger.ts'

/** What is wrong with the votes that a node counts; every pair of every voter is looked at. */
export function countedFault({ votes }: Pick<FinalityState, 'votes'>): string | undefined {
  const counted = new Map<Address, FinalityVote[]>()
  for (const { vote, signatures } of votes.links) {
    for (const voter of signatures.keys()) {
      const others = counted.get(voter) ?? []
      for (const other of others) {
        const offence = conflictOf(other, vote)
        if (offence !== undefined) return `${voter} counts with both: ${offence.message}`
      }
      others.push(vote)
      counted.set(voter, others)
    }
  }
  return undefined
}
