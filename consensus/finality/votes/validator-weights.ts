/**
 * Whose word counts how much. Weights are stakes in wei; a quorum is *strictly more* than two
 * thirds: with two thirds exactly, two quorums can meet in a third that lies.
 *
 * Spec: docs/spec/finality.md, "Sets and quorums".
 */
import type { ValidatorView } from '../types.ts'

/** Wei of the whole set. */
export function totalWeight({ weights }: ValidatorView): bigint {
  let total = 0n
  for (const weight of weights) total += weight
  return total
}

/** Wei of these members together; who is not in the set weighs nothing. */
export function weightOf({ weights }: ValidatorView, members: Iterable<number>): bigint {
  let weight = 0n
  for (const index of members) weight += weights[index] ?? 0n
  return weight
}

export function isQuorum(weight: bigint, total: bigint): boolean {
  return 3n * weight > 2n * total
}

/**
 * The both-sets rule: a link counts by the set in force after its source and by the one in force
 * after its target. Where no dynasty began in between they are one.
 */
export function haveQuorum(members: readonly number[], views: readonly ValidatorView[]): boolean {
  return views.every((view) => isQuorum(weightOf(view, members), totalWeight(view)))
}
