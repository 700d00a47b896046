/**
 * Our traces against anvil's: random transactions on both chains, each told by every tracer that
 * both have. What is compared, and what anvil does otherwise: support/tracing/anvil-traces.ts.
 * Another run: TRACES_SEED=7 npx vitest run --project spec test/spec/anvil-traces.test.ts
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CallFrame } from '../../node/execution/tracing/tracers/call-tracer.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { testGenesis } from '../support/chain-factory.ts'
import { ANVIL_IS_EXPECTED } from '../support/differential/anvil.ts'
import { CODE_ACTIONS, fundAuthorities } from '../support/differential/code-actions.ts'
import { NATIVE_ACTIONS } from '../support/differential/native-actions.ts'
import { TOKEN_ACTIONS } from '../support/differential/token-actions.ts'
import { TwinChain } from '../support/differential/twin-chain.ts'
import { World } from '../support/differential/world.ts'
import { Random } from '../support/random.ts'
import { COMPARISONS } from '../support/tracing/anvil-traces.ts'
import { tracesOf } from '../support/tracing/traced-block.ts'

const TRANSACTIONS = 120
const BLOCK_TRANSACTIONS_MAX = 12
const USUAL_SEED = 77
const SEED = Number(process.env['TRACES_SEED'] ?? USUAL_SEED)

const ACTIONS = { ...NATIVE_ACTIONS, ...CODE_ACTIONS, ...TOKEN_ACTIONS }
/** Names of actions, each as often as its weight. */
const LOTS = Object.entries(ACTIONS).flatMap(([name, { weight }]) =>
  Array.from({ length: weight }, () => name),
)

type Drawn = { readonly name: string; readonly transaction: SignedTransaction }

describe.runIf(hasAnvil())('spec / anvil traces', () => {
  it(`${TRANSACTIONS} random transactions are told the same, seed ${SEED}`, async () => {
    const twins = await TwinChain.open(await testGenesis(), ['--steps-tracing'])
    onTestFinished(() => twins.anvil.stop())
    const world = new World(twins.ours, new Random(SEED))
    const { difference } = await twins.advance(fundAuthorities(world), 1n)
    expect(difference).toBeUndefined()
    const seen = new Set<string>()
    for (let sent = 0; sent < TRANSACTIONS; ) {
      const drawn = await drawBlock(world, TRANSACTIONS - sent)
      sent += drawn.length
      const { receipts, difference } = await twins.advance(
        drawn.map(({ transaction }) => transaction),
        2n,
      )
      expect(difference).toBeUndefined()
      const trees = await compare(twins, drawn)
      for (const tree of trees) note(tree, seen)
      world.learn(receipts)
    }
    // The run was worth it: every kind of frame was among what was compared.
    const kinds = [
      'CALL',
      'CALLCODE',
      'CREATE',
      'CREATE2',
      'DELEGATECALL',
      'SELFDESTRUCT',
      'STATICCALL',
    ]
    if (SEED === USUAL_SEED) expect([...seen].toSorted()).toEqual([...kinds, 'failed', 'nested'])
  }, 600_000)
})

async function drawBlock(world: World, countMax: number): Promise<readonly Drawn[]> {
  const { random, chain } = world
  const count = Math.min(countMax, 1 + random.below(BLOCK_TRANSACTIONS_MAX))
  world.timestamp = chain.head.header.timestamp + 2n
  const drawn: Drawn[] = []
  for (let i = 0; i < count; i++) {
    const name = random.pick(LOTS)
    drawn.push({ name, transaction: await ACTIONS[name]!.make(world) })
  }
  return drawn
}

/** Returns our trees of the block's calls. */
async function compare(twins: TwinChain, drawn: readonly Drawn[]): Promise<readonly CallFrame[]> {
  const { executor } = twins.ours
  const trees = (await tracesOf(executor, twins.last, { tracer: 'callTracer' })) as CallFrame[]
  for (const { name: tracer, options, normalise } of COMPARISONS) {
    const ours = await tracesOf(executor, twins.last, options)
    const calls = drawn.map(({ transaction }) => ({
      method: 'debug_traceTransaction',
      params: [transaction.hash, options],
    }))
    const theirs = await twins.anvil.batch(calls)
    for (const [index, { name, transaction }] of drawn.entries()) {
      const json = JSON.parse(JSON.stringify(ours[index])) as never
      const context = { transaction, calls: trees[index]! }
      expect(
        normalise(json, { ...context, isAnvil: false }),
        `seed ${SEED}, ${tracer} of ${name} ${transaction.hash}`,
      ).toEqual(normalise(theirs[index] as never, { ...context, isAnvil: true }))
    }
  }
  return trees
}

function note({ type, error, calls = [] }: CallFrame, seen: Set<string>): void {
  seen.add(type)
  if (error !== undefined) seen.add('failed')
  for (const call of calls) {
    if ((call.calls?.length ?? 0) > 0) seen.add('nested')
    note(call, seen)
  }
}

function hasAnvil(): boolean {
  if (!ANVIL_IS_EXPECTED) {
    process.stdout.write(`Not tested: no anvil for ${process.platform}-${process.arch}.\n`)
  }
  return ANVIL_IS_EXPECTED
}
