/** Every action there is, as often as its weight, and what all of them rest on. */
import type { SignedTransaction } from '../../../node/transaction.ts'
import { CODE_ACTIONS, fundAuthorities } from './code-actions.ts'
import { COMPUTE_ACTIONS, registerProviders } from './compute-actions.ts'
import { GOVERNANCE_ACTIONS, stakeOfCitizens } from './governance-actions.ts'
import { handOutPlayMoney, MARKET_ACTIONS } from './market-actions.ts'
import { NATIVE_ACTIONS } from './native-actions.ts'
import { TOKEN_ACTIONS } from './token-actions.ts'
import type { ActionTable, World } from './world.ts'

export const ACTIONS: ActionTable = {
  ...NATIVE_ACTIONS,
  ...TOKEN_ACTIONS,
  ...CODE_ACTIONS,
  ...GOVERNANCE_ACTIONS,
  ...COMPUTE_ACTIONS,
  ...MARKET_ACTIONS,
}

const BLOCK_TRANSACTIONS_MAX = 20
const BLOCK_SECONDS_MAX = 20

/** Names of actions, each as often as its weight. */
const LOTS = Object.entries(ACTIONS).flatMap(([name, { weight }]) =>
  Array.from({ length: weight }, () => name),
)

/** A block to be: when it comes, and what is in it. */
export type Draw = {
  readonly seconds: bigint
  readonly names: readonly string[]
  readonly transactions: readonly SignedTransaction[]
}

/** The first block: with it later actions have what they need. All of it succeeds. */
export function openingOf(world: World): readonly SignedTransaction[] {
  return [
    ...fundAuthorities(world),
    ...registerProviders(world),
    ...handOutPlayMoney(world),
    ...stakeOfCitizens(world),
  ]
}

/** A block of at most `countMax` random transactions after the last. */
export async function drawBlock(world: World, countMax = BLOCK_TRANSACTIONS_MAX): Promise<Draw> {
  const { random, chain } = world
  const count = Math.min(countMax, 1 + random.below(BLOCK_TRANSACTIONS_MAX))
  const names = Array.from({ length: count }, () => random.pick(LOTS))
  const seconds = BigInt(1 + random.below(BLOCK_SECONDS_MAX))
  world.timestamp = chain.head.header.timestamp + seconds
  const transactions: SignedTransaction[] = []
  for (const name of names) transactions.push(await ACTIONS[name]!.make(world))
  return { seconds, names, transactions }
}
