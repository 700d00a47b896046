/** The index of logs against a walk over all receipts: random chains, reorgs, filters, damage. */
import { describe, expect, it } from 'vitest'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { MemoryStore } from '../../../../node/import-chain/memory-store.ts'
import type { Log, Receipt } from '../../../../node/receipt.ts'
import type { NewBlock } from '../../../../node/storage/block-store.ts'
import type { KeyRange } from '../../../../node/storage/database.ts'
import { WriteBatch } from '../../../../node/storage/database.ts'
import { key, metaKey, tableEnd, tableStart, u64be } from '../../../../node/storage/keys.ts'
import { LogIndex } from '../../../../node/storage/log-index/log-index.ts'
import type { LogSearch } from '../../../../node/storage/log-index/log-terms.ts'
import { Random } from '../../../support/random.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'
import { GENESIS_BLOCK, hashOf, type MadeBlock, makeChildBlock, makeReceipt } from './made-chain.ts'
import { flipByte, TestChain } from './test-chain.ts'

/** A range below this many blocks is named whole. */
const SHORT_BLOCKS = 8n
const address = (seed: number): Address => `0x${seed.toString(16).padStart(40, '0')}`
const topic = (seed: number): Hash => `0x${seed.toString(16).padStart(64, '0')}`
const ADDRESSES = [1, 2, 3].map(address)
const TOPICS = [1, 2, 3, 4].map(topic)

function randomReceipts(random: Random): Receipt[] {
  const logs = Array.from({ length: random.chance(60) ? random.below(4) : 0 }, (): Log => {
    const topics = Array.from({ length: random.below(5) }, () => random.pick(TOPICS))
    return { address: random.pick(ADDRESSES), topics, data: '0x' }
  })
  return [makeReceipt(0n, { logs })]
}

function randomSearch(random: Random, head: bigint): LogSearch {
  const some = <Item>(items: readonly Item[]) => items.filter(() => random.chance(35))
  const from = BigInt(random.below(Number(head) + 1))
  return {
    from,
    to: from + BigInt(random.below(Number(head - from) + 1)),
    addresses: some(ADDRESSES),
    topics: Array.from({ length: random.below(4) }, () => some(TOPICS)),
  }
}

/** Whether each wanted value stands somewhere in the block, as the index understands it. */
function hasTerms(receipts: readonly Receipt[], { addresses, topics }: LogSearch): boolean {
  const logs = receipts.flatMap((receipt) => receipt.logs)
  const has = (wanted: readonly string[], of: (log: Log) => string | undefined): boolean =>
    wanted.length === 0 || logs.some((log) => wanted.includes(of(log) ?? ''))
  return (
    logs.length > 0 &&
    has(addresses, (log) => log.address) &&
    topics.every((wanted, position) => has(wanted, (log) => log.topics[position]))
  )
}

async function numbersOf(index: LogIndex, search: LogSearch): Promise<bigint[]> {
  const found: bigint[] = []
  for await (const run of index.search(search)) found.push(...run)
  return found
}

const everything = (to: bigint): LogSearch => ({ from: 0n, to, addresses: [], topics: [] })
const range = (from: bigint, to: bigint): bigint[] =>
  Array.from({ length: Number(to - from) + 1 }, (_, offset) => from + BigInt(offset))

/** A chain that is extended and switched at random. */
class RandomChain {
  readonly #random: Random
  readonly #chain: TestChain
  #salt = 0
  branch: NewBlock[] = [GENESIS_BLOCK]

  constructor(random: Random, chain: TestChain) {
    this.#random = random
    this.#chain = chain
  }

  get head(): bigint {
    return BigInt(this.branch.length - 1)
  }

  async step(): Promise<void> {
    const depth = this.#random.chance(25) ? this.#random.below(5) : 0
    const kept = this.branch.slice(0, Math.max(1, this.branch.length - depth))
    const removed = this.branch.slice(kept.length).reverse()
    for (let i = 0; i < removed.length; i++) await this.#add(kept, {})
    const added = kept.slice(this.branch.length - removed.length)
    const last = this.#make(kept.at(-1)!)
    await this.#chain.import(last, {
      removed: removed.map(hashOf),
      added: [...added, last].map(hashOf),
    })
    this.branch = [...kept, last]
  }

  async #add(blocks: NewBlock[], change: object): Promise<void> {
    const block = this.#make(blocks.at(-1)!)
    await this.#chain.import(block, change)
    blocks.push(block)
  }

  #make(parent: NewBlock): MadeBlock {
    const made = makeChildBlock(parent, { count: 0, salt: ++this.#salt })
    return { ...made, receipts: randomReceipts(this.#random) }
  }
}

describe('node / storage / log-index', () => {
  it.each([1, 2, 3])('names the blocks with all wanted values, seed %i', async (seed) => {
    const random = new Random(seed)
    const store = await openTemporaryDatabase()
    const chain = await TestChain.create(store)
    const model = new RandomChain(random, chain)
    for (let step = 0; step < 120; step++) {
      await model.step()
      const search = randomSearch(random, model.head)
      const expected = model.branch
        .filter((block) => hasTerms(block.receipts ?? [], search))
        .map(({ summary }) => summary.header.number)
        .filter((number) => number >= search.from && number <= search.to)
      const isShort = search.to - search.from < SHORT_BLOCKS
      const wanted = isShort ? range(search.from, search.to) : expected
      expect(await numbersOf(chain.blocks.logs, search), `step ${step}`).toEqual(wanted)
    }
    const reopened = await TestChain.open(store)
    expect(reopened.blocks.logs.first).toBe(0n)
    const search = { ...everything(model.head), addresses: ADDRESSES.slice(1) }
    expect(await numbersOf(reopened.blocks.logs, search)).toEqual(
      await numbersOf(chain.blocks.logs, search),
    )
  })

  it('reads as much for a rare topic of a busy contract on a chain of 8,000 blocks as of 800', async () => {
    expect(await readsFor(8_000n)).toBeLessThanOrEqual((await readsFor(800n)) + 10)
  })

  it('merges the lists of many alternatives, however long each is', async () => {
    const { index } = await busyIndex(3_000n)
    const addresses = Array.from({ length: 40 }, (_, seed) => address(1_000 + seed))
    const found = await numbersOf(index, { ...everything(3_000n), addresses })
    expect(found).toEqual(range(1n, 3_000n).filter((number) => number % 50n < 40n))
  })

  it('names every block where another version moved the head, and is made anew', async () => {
    const { chain, store, model } = await smallChain()
    const expected = await numbersOf(chain.blocks.logs, everything(model.head))
    await store.write(new WriteBatch().delete(metaKey('logIndex')))
    const { logs } = (await TestChain.open(store)).blocks
    expect(logs.first).toBe(model.head + 1n)
    expect(await numbersOf(logs, everything(model.head))).toEqual(range(0n, model.head))
    await makeAnew(logs, store, model)
    expect(await numbersOf(logs, everything(model.head))).toEqual(expected)
  })

  it('names every block behind a damaged posting, and is made anew without it', async () => {
    const { chain, store, model } = await smallChain()
    const { logs } = chain.blocks
    const expected = await numbersOf(logs, everything(model.head))
    await flipByte(store, await firstPosting(store))
    // What no block has: the key itself may be what was damaged.
    const stray = key('logIndex', new Uint8Array(9), u64be(model.head - 1n))
    await store.write(new WriteBatch().put(stray, Uint8Array.of(1, 2, 3, 4)))
    const found = await numbersOf(logs, everything(model.head))
    expect(found).toEqual(expect.arrayContaining(expected))
    expect(logs.first).toBe(model.head + 1n)
    for (let round = 0; round < 2 && logs.first > 0n; round++) {
      await makeAnew(logs, store, model)
      await numbersOf(logs, everything(model.head))
    }
    expect(logs.first).toBe(0n)
    expect(await numbersOf(logs, everything(model.head))).toEqual(expected)
  })

  it('forgets a batch that was not written', async () => {
    const { chain, store, model } = await smallChain()
    const { logs } = chain.blocks
    logs.stageEarlier(new WriteBatch(), 7n, [])
    logs.discarded()
    expect(logs.first).toBe(0n)
    logs.committed()
    expect(logs.first).toBe(0n)
    expect((await TestChain.open(store)).blocks.logs.first).toBe(0n)
    expect(model.head).toBeGreaterThan(20n)
  })
})

async function smallChain() {
  const random = new Random(9)
  const store = await openTemporaryDatabase()
  const chain = await TestChain.create(store)
  const model = new RandomChain(random, chain)
  while (model.head < 30n) await model.step()
  return { chain, store, model }
}

async function firstPosting(store: Awaited<ReturnType<typeof openTemporaryDatabase>>) {
  const first = { gte: tableStart('logIndex'), lt: tableEnd('logIndex'), limit: 1 }
  for await (const [posting] of store.entries(first)) return posting
  throw new Error('the index is empty')
}

async function makeAnew(
  logs: LogIndex,
  store: Awaited<ReturnType<typeof openTemporaryDatabase>>,
  model: RandomChain,
): Promise<void> {
  const batch = new WriteBatch()
  const blocks = model.branch.map(({ summary, receipts = [] }) => ({
    number: summary.header.number,
    receipts,
  }))
  logs.stageEarlier(batch, 0n, blocks)
  await store.write(batch)
  logs.committed()
}

/** Counts what is read of it. */
class CountingStore extends MemoryStore {
  reads = 0

  override get(recordKey: Uint8Array) {
    this.reads++
    return super.get(recordKey)
  }

  override async *entries(wanted: KeyRange) {
    for await (const entry of super.entries(wanted)) {
      this.reads++
      yield entry
    }
  }
}

/** A contract that logs in every block; one of 50 others logs too. */
async function busyIndex(blocks: bigint) {
  const store = new CountingStore()
  const index = await LogIndex.open(store, undefined)
  const batch = new WriteBatch()
  for (let number = 1n; number <= blocks; number++) {
    const rare = number % 100n === 0n && number <= 800n ? [topic(7)] : []
    const busy = { address: address(1), topics: [topic(1), ...rare], data: '0x' } as const
    const other = {
      address: address(1_000 + Number(number % 50n)),
      topics: [],
      data: '0x',
    } as const
    index.stageBlock(batch, { number, receipts: [makeReceipt(0n, { logs: [busy, other] })] })
  }
  index.stageHead(batch, { number: blocks, hash: topic(99) })
  await store.write(batch)
  index.committed()
  return { index, store }
}

async function readsFor(blocks: bigint): Promise<number> {
  const { index, store } = await busyIndex(blocks)
  const search = {
    ...everything(blocks),
    addresses: [address(1)],
    topics: [[topic(1)], [topic(7)]],
  }
  store.reads = 0
  expect(await numbersOf(index, search)).toEqual(range(1n, 8n).map((count) => count * 100n))
  return store.reads
}
