/**
 * Our executor against revm: 1,000 random transactions, block by block, on both. What must agree is
 * in support/differential/twin-chain.ts, with every difference that is by design. Another run:
 * DIFFERENTIAL_SEED=7 npx vitest run --project spec test/spec/anvil-differential.test.ts
 *
 * Spec: docs/spec/token-economy.md, "One balance"; docs/spec/execution.md.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SignedTransaction } from '../../node/transaction.ts'
import { testGenesis } from '../support/chain-factory.ts'
import { ACTIONS, type Draw, drawBlock, openingOf } from '../support/differential/actions.ts'
import { ANVIL_IS_EXPECTED } from '../support/differential/anvil.ts'
import type { Difference } from '../support/differential/compare-results.ts'
import { TwinChain } from '../support/differential/twin-chain.ts'
import { World } from '../support/differential/world.ts'
import { readFlatState, totalBalance } from '../support/flat-state.ts'
import { Random } from '../support/random.ts'

const TRANSACTIONS = 1_000
/** Chance leaves an action without its moment in some runs: this one has them all. */
const USUAL_SEED = 36_963
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? USUAL_SEED)

/** By the name of the action. */
type Outcomes = Map<string, { readonly tries: number; readonly successes: number }>

describe.runIf(hasAnvil())('spec / anvil differential', () => {
  it('anvil makes of genesis.json the state that we make', async () => {
    const { anvil, ours } = await openTwins()
    expect(await anvil.stateRoot()).toBe(ours.head.header.stateRoot)
  })

  it(`${TRANSACTIONS} random transactions do the same on both sides, seed ${SEED}`, async () => {
    const twins = await openTwins()
    const world = new World(twins.ours, new Random(SEED))
    const outcomes: Outcomes = new Map()
    const { receipts, difference } = await twins.advance(openingOf(world), 1n)
    expect(difference).toBeUndefined()
    expect(receipts.every(({ status }) => status === 1)).toBe(true)
    for (let sent = 0; sent < TRANSACTIONS; ) {
      const draw = await drawBlock(world, TRANSACTIONS - sent)
      sent += draw.names.length
      await runBlock(twins, world, draw, outcomes)
    }
    if (SEED === USUAL_SEED) verifyCoverage(outcomes)
    expect(totalBalance(await readFlatState(twins.ours.store))).toBe(10n ** 27n)
  }, 300_000)
})

async function openTwins(): Promise<TwinChain> {
  const twins = await TwinChain.open(await testGenesis())
  onTestFinished(() => twins.anvil.stop())
  return twins
}

async function runBlock(
  twins: TwinChain,
  world: World,
  { seconds, names, transactions }: Draw,
  outcomes: Outcomes,
): Promise<void> {
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
