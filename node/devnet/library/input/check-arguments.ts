/** Refuses what a devnet can't be asked for, alike for both transports. */
import { STRATEGY_NAMES, type StrategyName } from '../../../simulation/strategy-names.ts'
import { DevnetTestError } from '../errors.ts'
import type { Distance } from '../types.ts'

/** Blocks to come, or milliseconds to pass. */
export type Stretch = { readonly blocks: number } | { readonly ms: number }

/** Throws ARGUMENT_BAD for what is no distance. */
export function stretchOf(distance: Distance, epochLength: number): Stretch {
  const given = Object.entries(distance ?? {})
  const [unit, amount] = given[0] ?? []
  if (given.length !== 1 || typeof amount !== 'number') throw badDistance()
  if (unit === 'seconds') {
    if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY)) throw badDistance()
    return { ms: amount * 1000 }
  }
  if (!isCount(amount) || (unit !== 'blocks' && unit !== 'epochs')) throw badDistance()
  return { blocks: unit === 'blocks' ? amount : amount * epochLength }
}

/** Throws ARGUMENT_BAD for what is no epoch. */
export function checkEpoch(epoch: number): void {
  if (!isCount(epoch)) throw bad('epoch', 'it is a whole number from 0')
}

/** Throws ARGUMENT_BAD where a group names no node, or two groups name the same one. */
export function checkGroups(groups: readonly (readonly number[])[], nodes: number): void {
  const named = Array.isArray(groups) && groups.every(Array.isArray) ? groups.flat() : [-1]
  if (!named.every((node) => isCount(node) && node < nodes)) {
    throw bad('groups', `they are lists of nodes from 0 to ${nodes - 1}`)
  }
  if (new Set(named).size < named.length) throw bad('groups', 'a node is in one group at most')
}

/** Throws ARGUMENT_BAD for what is no strategy. */
export function checkStrategy(name: StrategyName): void {
  if (!STRATEGY_NAMES.includes(name)) throw bad('strategy', `one of ${STRATEGY_NAMES.join(', ')}`)
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0

const badDistance = () =>
  bad('distance', 'it is { blocks }, { epochs } or { seconds } with a number from 0')

function bad(argument: string, reason: string): DevnetTestError {
  return new DevnetTestError(
    { code: 'ARGUMENT_BAD', argument, reason },
    `The argument ${argument} means nothing to a devnet: ${reason}.`,
  )
}
