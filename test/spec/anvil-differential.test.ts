/**
 * Our executor against revm: 1,000 random transactions, block by block, on both. What must agree is
 * in support/differential/twin-chain.ts, with every difference that is by design.
 *
 * Spec: docs/spec/token-economy.md, "One balance"; docs/spec/execution.md.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import { testGenesis } from '../support/chain-factory.ts'
import { ANVIL_IS_EXPECTED } from '../support/differential/anvil.ts'
import { CODE_ACTIONS, fundAuthorities } from '../support/differential/code-actions.ts'
import { NATIVE_ACTIONS } from '../support/differential/native-actions.ts'
import { TOKEN_ACTIONS } from '../support/differential/token-actions.ts'
import { TwinChain } from '../support/differential/twin-chain.ts'
import { type ActionTable, World } from '../support/differential/world.ts'
import { readFlatState, totalBalance } from '../support/flat-state.ts'
import { Random } from '../support/random.ts'

const ACTIONS: ActionTable = { ...NATIVE_ACTIONS, ...TOKEN_ACTIONS, ...CODE_ACTIONS }
const TRANSACTIONS = 1_000
const BLOCK_TRANSACTIONS_MAX = 20
const BLOCK_SECONDS_MAX = 20
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 36_963)

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
    const outcomes = new Map<string, { successes: number; failures: number }>()
    await twins.advance(fundAuthorities(world), 1n)
    for (let sent = 0; sent < TRANSACTIONS; ) {
      const names = drawNames(world, TRANSACTIONS - sent)
      sent += names.length
      await runBlock(twins, world, names, outcomes)
    }
    verifyCoverage(outcomes)
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
  outcomes: Map<string, { successes: number; failures: number }>,
): Promise<void> {
  const seconds = BigInt(1 + world.random.below(BLOCK_SECONDS_MAX))
  world.timestamp = twins.timestamp + seconds
  const actions = names.map((name) => ({ name, ...ACTIONS[name]! }))
  const transactions = actions.map((action) => action.make(world))
  const { receipts, destroyed, difference } = await twins.advance(transactions, seconds)
  if (difference !== undefined) {
    const { index } = difference
    expect.fail(
      [
        `seed ${SEED}, block ${twins.ours.head.header.number}: ${difference.what} differs`,
        index === undefined ? '' : `in transaction ${index}, ${names[index]}:`,
        index === undefined ? names.join(', ') : JSON.stringify(transactions[index]!.tx.toJSON()),
        `ours ${printed(difference.ours)}`,
        `anvil ${printed(difference.anvil)}`,
      ].join('\n'),
    )
  }
  let known = 0n
  let isKnown = true
  for (const [index, { name, destroys = 0n }] of actions.entries()) {
    const isSuccess = receipts[index]?.status === 1
    const { successes, failures } = outcomes.get(name) ?? { successes: 0, failures: 0 }
    outcomes.set(name, {
      successes: successes + (isSuccess ? 1 : 0),
      failures: failures + (isSuccess ? 0 : 1),
    })
    if (destroys === 'unknown') isKnown = false
    else if (isSuccess) known += destroys
  }
  if (isKnown) expect(destroyed).toBe(known)
  else expect(destroyed).toBeGreaterThanOrEqual(known)
  world.learn(receipts)
}

/** Every action did what it is there for. */
function verifyCoverage(
  outcomes: ReadonlyMap<string, { successes: number; failures: number }>,
): void {
  for (const [name, { fails }] of Object.entries(ACTIONS)) {
    const { successes = 0, failures = 0 } = outcomes.get(name) ?? {}
    if (fails) expect([name, successes, failures > 0]).toEqual([name, 0, true])
    else expect([name, successes > 0]).toEqual([name, true])
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
