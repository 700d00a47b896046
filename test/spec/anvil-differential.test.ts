/**
 * Our executor against revm: 1,000 random transactions, block by block, on both. What must agree is
 * in support/differential/twin-chain.ts, with every difference that is by design.
 *
 * Spec: docs/spec/token-economy.md, "One balance"; docs/spec/execution.md.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SignedTransaction } from '../../node/transaction.ts'
import { testGenesis } from '../support/chain-factory.ts'
import { ANVIL_IS_EXPECTED } from '../support/differential/anvil.ts'
import { CODE_ACTIONS, fundAuthorities } from '../support/differential/code-actions.ts'
import type { Difference } from '../support/differential/compare-results.ts'
import { COMPUTE_ACTIONS, registerProviders } from '../support/differential/compute-actions.ts'
import { GOVERNANCE_ACTIONS, stakeOfCitizens } from '../support/differential/governance-actions.ts'
import { handOutPlayMoney, MARKET_ACTIONS } from '../support/differential/market-actions.ts'
import { NATIVE_ACTIONS } from '../support/differential/native-actions.ts'
import { TOKEN_ACTIONS } from '../support/differential/token-actions.ts'
import { TwinChain } from '../support/differential/twin-chain.ts'
import { type ActionTable, World } from '../support/differential/world.ts'
import { readFlatState, totalBalance } from '../support/flat-state.ts'
import { Random } from '../support/random.ts'

const ACTIONS: ActionTable = {
  ...NATIVE_ACTIONS,
  ...TOKEN_ACTIONS,
  ...CODE_ACTIONS,
  ...GOVERNANCE_ACTIONS,
  ...COMPUTE_ACTIONS,
  ...MARKET_ACTIONS,
}
const TRANSACTIONS = 1_000
const BLOCK_TRANSACTIONS_MAX = 20
const BLOCK_SECONDS_MAX = 20
/** Chance leaves an action without its moment in some runs: this one has them all. */
const USUAL_SEED = 36_963
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? USUAL_SEED)

/** By the name of the action. */
type Outcomes = Map<string, { readonly tries: number; readonly successes: number }>

/** Names of actions, each as often as its weight. */
const LOTS = Object.entries(ACTIONS).flatMap(([name, { weight }]) =>
  Array.from({ length: weight }, () => name),
)

describe.runIf(hasAnvil())('spec / anvil differential', () => {
  it('anvil makes of genesis.json the state that we make', async () => {
    const { anvil, ours } = await openTwins()
    expect(await anvil.stateRoot()).toBe(ours.head.header.stateRoot)
  })

  it(`${TRANSACTIONS} random transactions do the same on both sides, seed ${SEED}`, async () => {
    const twins = await openTwins()
    const world = new World(twins.ours, new Random(SEED))
    const outcomes: Outcomes = new Map()
    const opening = [
      ...fundAuthorities(world),
      ...registerProviders(world),
      ...handOutPlayMoney(world),
      ...stakeOfCitizens(world),
    ]
    const { receipts, difference } = await twins.advance(opening, 1n)
    expect(difference).toBeUndefined()
    expect(receipts.every(({ status }) => status === 1)).toBe(true)
    for (let sent = 0; sent < TRANSACTIONS; ) {
      const names = drawNames(world, TRANSACTIONS - sent)
      sent += names.length
      await runBlock(twins, world, names, outcomes)
    }
    if (SEED === USUAL_SEED) verifyCoverage(outcomes)
    expect(totalBalance(await readFlatState(twins.ours.store))).toBe(10n ** 27n)
  })
})

async function openTwins(): Promise<TwinChain> {
  const twins = await TwinChain.open(await testGenesis())
  onTestFinished(() => twins.anvil.stop())
  return twins
}

function drawNames({ random }: World, left: number): readonly string[] {
  const length = Math.min(left, 1 + random.below(BLOCK_TRANSACTIONS_MAX))
  return Array.from({ length }, () => random.pick(LOTS))
}

async function runBlock(
  twins: TwinChain,
  world: World,
  names: readonly string[],
  outcomes: Outcomes,
): Promise<void> {
  const seconds = BigInt(1 + world.random.below(BLOCK_SECONDS_MAX))
  world.timestamp = twins.timestamp + seconds
  const transactions: SignedTransaction[] = []
  for (const name of names) transactions.push(await ACTIONS[name]!.make(world))
  const { receipts, destroyed, difference } = await twins.advance(transactions, seconds)
  if (difference !== undefined) {
    const where = `seed ${SEED}, block ${twins.ours.head.header.number}`
    expect.fail(`${where}: ${describeDifference(difference, names, transactions)}`)
  }
  const successes = names.filter((_, index) => receipts[index]?.status === 1)
  const losses = successes.map((name) => ACTIONS[name]!.destroys ?? 0n)
  const known = losses.reduce<bigint>((sum, wei) => sum + (wei === 'unknown' ? 0n : wei), 0n)
  if (losses.includes('unknown')) expect(destroyed).toBeGreaterThanOrEqual(known)
  else expect(destroyed).toBe(known)
  for (const name of names) count(outcomes, name, 'tries')
  for (const name of successes) count(outcomes, name, 'successes')
  world.learn(receipts)
}

function describeDifference(
  { index, what, ours, anvil }: Difference,
  names: readonly string[],
  transactions: readonly SignedTransaction[],
): string {
  const culprit =
    index === undefined
      ? `in one of ${names.join(', ')}`
      : `in transaction ${index}, ${names[index]}: ${JSON.stringify(transactions[index]?.tx)}`
  return `${what} differs ${culprit}\nours  ${printed(ours)}\nanvil ${printed(anvil)}`
}

function count(outcomes: Outcomes, name: string, what: 'tries' | 'successes'): void {
  const before = outcomes.get(name) ?? { tries: 0, successes: 0 }
  outcomes.set(name, { ...before, [what]: before[what] + 1 })
}

/** Every action did what it is there for, and so the two sides were compared at it. */
function verifyCoverage(outcomes: Outcomes): void {
  for (const [name, { fails }] of Object.entries(ACTIONS)) {
    const { tries = 0, successes = 0 } = outcomes.get(name) ?? {}
    expect([name, tries > 0]).toEqual([name, true])
    if (fails === 'always') expect([name, successes]).toEqual([name, 0])
    if (fails === undefined) expect([name, successes > 0]).toEqual([name, true])
  }
}

function hasAnvil(): boolean {
  if (!ANVIL_IS_EXPECTED) {
    process.stdout.write(`Not tested: no anvil for ${process.platform}-${process.arch}.\n`)
  }
  return ANVIL_IS_EXPECTED
}

function printed(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item))
}
