/** Blocks of random transactions that use every contract of block 0: the same for the same seed. */
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Hash } from '../../consensus/types.ts'
import type { KeyValueStore } from '../../node/storage/database.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { drawBlock, openingOf } from './differential/actions.ts'
import { World } from './differential/world.ts'
import { ExecutionChain } from './execution-chain.ts'
import { Random } from './random.ts'
import { testGenesis } from './seal-reference.ts'

export type EconomyBlock = {
  /** After the block. */
  readonly chain: ExecutionChain
  readonly transactions: readonly SignedTransaction[]
  readonly timestamp: bigint
  readonly stateRoot: Hash
  readonly receiptsRoot: Hash
}

export type EconomyPlan = { readonly seed: number; readonly count: number }

export async function* runEconomy(
  store: KeyValueStore,
  { seed, count }: EconomyPlan,
): AsyncGenerator<EconomyBlock> {
  const chain = await ExecutionChain.open({ genesis: await testGenesis(), store })
  const world = new World(chain, new Random(seed))
  for (let made = 0; made < count; made++) {
    const { transactions, seconds } =
      made === 0 ? { transactions: openingOf(world), seconds: 1n } : await drawBlock(world)
    const { header } = chain.head
    const timestamp = header.timestamp + seconds
    const environment = { timestamp, baseFeePerGas: nextBaseFee(header) }
    const { receipts, stateRoot, receiptsRoot } = await chain.advance(transactions, environment)
    world.learn(receipts)
    yield { chain, transactions, timestamp, stateRoot, receiptsRoot }
  }
}

export async function executeEconomy(
  store: KeyValueStore,
  plan: EconomyPlan,
): Promise<readonly EconomyBlock[]> {
  const blocks: EconomyBlock[] = []
  for await (const block of runEconomy(store, plan)) blocks.push(block)
  return blocks
}
