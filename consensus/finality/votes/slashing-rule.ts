/**
 * What no honest validator signs, and what one may sign next: the two conditions of Casper FFG,
 * and EIP-3076's minimal rule, which is stricter and needs the last vote only.
 *
 * Spec: docs/spec/finality.md, "Votes", "Slashing".
 */
import type { FinalityVote } from '../types.ts'
import { isSameVote } from './vote-digest.ts'

/** The newest epochs that a validator ever signed. */
export type SignedEpochs = { readonly sourceEpoch: bigint; readonly targetEpoch: bigint }

export type Offence = 'double-vote' | 'surround-vote'

/** What two votes of one validator prove; undefined if an honest one may have made both. */
export function offenceOf(a: FinalityVote, b: FinalityVote): Offence | undefined {
  if (isSameVote(a, b)) return undefined
  if (a.targetEpoch === b.targetEpoch) return 'double-vote'
  return surrounds(a, b) || surrounds(b, a) ? 'surround-vote' : undefined
}

/** Whether a vote may be signed after `last`; the first of all may. */
export function maySign(vote: SignedEpochs, last: SignedEpochs | undefined): boolean {
  if (vote.sourceEpoch >= vote.targetEpoch) return false
  if (last === undefined) return true
  return vote.targetEpoch > last.targetEpoch && vote.sourceEpoch >= last.sourceEpoch
}

function surrounds(outer: SignedEpochs, inner: SignedEpochs): boolean {
  return outer.sourceEpoch < inner.sourceEpoch && inner.targetEpoch < outer.targetEpoch
}
