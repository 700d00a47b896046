/** Blocks by hash, number and transaction, on a real database, and what damage does to them. */
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { blockBytes } from '../../../../consensus/codec/block-codec.ts'
import { BlockStore } from '../../../../node/storage/block-store.ts'
import { CorruptionError } from '../../../../node/storage/codec/record.ts'
import { type KeyValueStore, WriteBatch } from '../../../../node/storage/database.ts'
import { key, u64be } from '../../../../node/storage/keys.ts'
import { addressOf, makeTransaction } from '../../../support/made-transactions.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'
import {
  GENESIS_BLOCK,
  hashOf,
  makeChain,
  makeChildBlock,
  makeLog,
  makeReceipt,
} from './made-chain.ts'
import { decodeStored, dump, flipByte, hashKey, TestChain } from './test-chain.ts'

/** A store without caches of what was written: everything is read from disk. */
const reopened = (store: KeyValueStore) =>
  BlockStore.open({ store, decodeTransaction: decodeStored })

describe('node / storage / block-store', () => {
  it('gives back all parts of a block after it was reopened', async () => {
    const store = await openTemporaryDatabase()
    const chain = await TestChain.create(store)
    const base = makeChildBlock(GENESIS_BLOCK, { count: 3 })
    const receipts = [
      makeReceipt(0n, { logs: [makeLog(1)] }),
      makeReceipt(21_000n),
      makeReceipt(42_000n),
    ]
    const block = { ...base, receipts }
    await chain.import(block)

    const blocks = await reopened(store)
    const hash = hashOf(block)
    const found = await blocks.block(hash)
    expect(await blocks.header(hash)).toEqual(block.summary.header)
    expect(found?.header).toEqual(block.summary.header)
    expect(found?.transactions.map(({ sender }) => sender)).toEqual([0, 1, 2].map(addressOf))
    expect(found?.transactions.map(({ raw }) => bytesToHex(raw))).toEqual(
      block.transactions.map(({ raw }) => bytesToHex(raw)),
    )
    const raws = block.transactions.map(({ raw }) => raw)
    expect(found?.sizeBytes).toBe(blockBytes(block.summary.header, raws))
    expect(await blocks.receipts(hash)).toEqual(receipts)
    expect(await blocks.proof(hash)).toEqual(block.proof)
    expect(await blocks.record(hash)).toEqual(block.record)
    expect(await blocks.canonicalHash(1n)).toBe(hash)
    expect(blocks.head).toEqual({ hash, number: 1n })
    const second = block.transactions[1]!
    expect(await blocks.locate(second.hash)).toEqual({ blockHash: hash, blockNumber: 1n, index: 1 })
  })

  it('knows nothing of blocks and transactions that never were', async () => {
    const { blocks } = await TestChain.create(await openTemporaryDatabase())
    const hash = `0x${'ab'.repeat(32)}` as const
    expect(await blocks.header(hash)).toBeUndefined()
    expect(await blocks.block(hash)).toBeUndefined()
    expect(await blocks.receipts(hash)).toBeUndefined()
    expect(await blocks.proof(hash)).toBeUndefined()
    expect(await blocks.record(hash)).toBeUndefined()
    expect(await blocks.locate(hash)).toBeUndefined()
    expect(await blocks.canonicalHash(1n)).toBeUndefined()
  })

  it('what is staged can be read only once it is committed', async () => {
    const store = await openTemporaryDatabase()
    const { blocks } = await TestChain.create(store)
    const block = makeChildBlock(GENESIS_BLOCK)
    const batch = new WriteBatch()
    blocks.stageBlock(batch, block)
    blocks.stageHead(batch, { hash: hashOf(block), number: 1n })
    blocks.discarded()
    expect(await blocks.block(hashOf(block))).toBeUndefined()
    expect(blocks.head?.number).toBe(0n)

    blocks.stageBlock(batch, block)
    await store.write(batch)
    blocks.committed()
    expect((await blocks.block(hashOf(block)))?.transactions).toEqual(block.transactions)
  })

  it('a header comes first and the rest may follow', async () => {
    const store = await openTemporaryDatabase()
    const { blocks } = await TestChain.create(store)
    const { summary, record, transactions, receipts, proof } = makeChildBlock(GENESIS_BLOCK)
    const batch = new WriteBatch()
    blocks.stageBlock(batch, { summary, record: { ...record, status: 'verified' }, proof })
    await store.write(batch)
    blocks.committed()
    expect(await blocks.header(summary.hash)).toEqual(summary.header)
    expect(await blocks.block(summary.hash)).toBeUndefined()
    expect(await blocks.receipts(summary.hash)).toBeUndefined()

    const rest = new WriteBatch()
    blocks.stageBlock(rest, { summary, record, transactions, receipts })
    await store.write(rest)
    blocks.committed()
    expect((await blocks.block(summary.hash))?.transactions).toHaveLength(2)
    expect(await blocks.proof(summary.hash)).toEqual(proof)
  })

  it('a reorg moves both indices: what is orphaned goes, what is on both sides stays', async () => {
    const store = await openTemporaryDatabase()
    const chain = await TestChain.create(store)
    const shared = makeTransaction({ sender: addressOf(7) })
    const onlyOld = makeTransaction({ sender: addressOf(8) })
    const onlyNew = makeTransaction({ sender: addressOf(9) })
    const old = [makeChildBlock(GENESIS_BLOCK, { transactions: [shared, onlyOld] })]
    old.push(...makeChain(old[0]!, 2))
    for (const block of old) await chain.import(block)
    const branch = [makeChildBlock(GENESIS_BLOCK, { salt: 5, transactions: [onlyNew] })]
    branch.push(makeChildBlock(branch[0]!, { salt: 5, transactions: [shared] }))
    await chain.import(branch[0]!, {})
    await chain.import(branch[1]!, {
      removed: old.map(hashOf).reverse(),
      added: branch.map(hashOf),
    })

    for (const { blocks } of [chain, { blocks: await reopened(store) }]) {
      expect(blocks.head?.number).toBe(2n)
      expect(await blocks.canonicalHash(1n)).toBe(hashOf(branch[0]!))
      expect(await blocks.canonicalHash(2n)).toBe(hashOf(branch[1]!))
      expect(await blocks.canonicalHash(3n)).toBeUndefined()
      expect(await blocks.locate(onlyOld.hash)).toBeUndefined()
      expect((await blocks.locate(onlyNew.hash))?.blockNumber).toBe(1n)
      expect(await blocks.locate(shared.hash)).toEqual({
        blockHash: hashOf(branch[1]!),
        blockNumber: 2n,
        index: 0,
      })
      // The orphaned blocks themselves are still served.
      expect((await blocks.block(hashOf(old[2]!)))?.header.number).toBe(3n)
    }
  })

  it('walks through the records of all branches in order of number', async () => {
    const store = await openTemporaryDatabase()
    const chain = await TestChain.create(store)
    const main = makeChain(GENESIS_BLOCK, 4)
    const side = makeChain(main[0]!, 2, { salt: 3 })
    for (const block of main) await chain.import(block)
    for (const block of side) await chain.import(block, {})
    const numbers: bigint[] = []
    const hashes = new Set<string>()
    for await (const record of chain.blocks.recordsFrom(2n)) {
      numbers.push(record.number)
      hashes.add(record.hash)
    }
    expect(numbers).toEqual([2n, 2n, 3n, 3n, 4n])
    expect(hashes).toEqual(new Set([...main.slice(1), ...side].map(hashOf)))
  })

  it('pruned proofs are gone, and nothing else', async () => {
    const store = await openTemporaryDatabase()
    const chain = await TestChain.create(store)
    const block = makeChildBlock(GENESIS_BLOCK)
    await chain.import(block)
    const before = await dump(store)
    const batch = new WriteBatch()
    chain.blocks.stageProofPrune(batch, [hashOf(block)])
    await store.write(batch)
    const proofKey = bytesToHex(hashKey('proof', hashOf(block)))
    before.delete(proofKey)
    expect(await dump(store)).toEqual(before)
    expect(await chain.blocks.proof(hashOf(block))).toBeUndefined()
  })

  it('finality pointers survive a restart', async () => {
    const store = await openTemporaryDatabase()
    const chain = await TestChain.create(store)
    const [first, second] = makeChain(GENESIS_BLOCK, 2)
    const batch = new WriteBatch()
    const justified = { hash: hashOf(second!), number: 2n }
    const finalized = { hash: hashOf(first!), number: 1n }
    chain.blocks.stageFinality(batch, justified, finalized)
    await store.write(batch)
    const blocks = await reopened(store)
    expect(await blocks.pointer('justified')).toEqual(justified)
    expect(await blocks.pointer('finalized')).toEqual(finalized)
  })

  describe('damage', () => {
    const setUp = async () => {
      const store = await openTemporaryDatabase()
      const chain = await TestChain.create(store)
      const block = makeChildBlock(GENESIS_BLOCK)
      await chain.import(block)
      return { store, block, hash: hashOf(block) }
    }
    const reads = {
      header: (blocks, { hash }) => blocks.header(hash),
      body: (blocks, { hash }) => blocks.block(hash),
      receipts: (blocks, { hash }) => blocks.receipts(hash),
      proof: (blocks, { hash }) => blocks.proof(hash),
      tree: (blocks, { hash }) => blocks.record(hash),
      canonical: (blocks) => blocks.canonicalHash(1n),
      transaction: (blocks, { transactionHash }) => blocks.locate(transactionHash),
      head: (blocks) => blocks.pointer('head'),
      height: (blocks) => firstOf(blocks.recordsFrom(1n)),
    } as const satisfies Record<
      string,
      (
        blocks: BlockStore,
        names: { hash: `0x${string}`; transactionHash: `0x${string}` },
      ) => unknown
    >

    it.each(Object.keys(reads) as (keyof typeof reads)[])(
      'a flipped bit in a %s record is an error, never an answer',
      async (kind) => {
        const { store, block, hash } = await setUp()
        const transactionHash = block.transactions[0]!.hash
        const blocks = await reopened(store)
        const keys = {
          header: hashKey('header', hash),
          body: hashKey('body', hash),
          receipts: hashKey('receipts', hash),
          proof: hashKey('proof', hash),
          tree: hashKey('tree', hash),
          canonical: key('canonical', u64be(1n)),
          transaction: hashKey('transaction', transactionHash),
          head: key('meta', new TextEncoder().encode('head')),
          height: key('height', u64be(1n), hashKey('header', hash).subarray(1)),
        } as const
        const { length } = (await store.get(keys[kind]))!
        for (const at of [0, length >> 1, length - 1]) {
          await flipByte(store, keys[kind], at)
          await expect(reads[kind](blocks, { hash, transactionHash })).rejects.toBeInstanceOf(
            CorruptionError,
          )
          await flipByte(store, keys[kind], at)
        }
        expect(await reads[kind](blocks, { hash, transactionHash })).toBeDefined()
      },
    )

    it.each(['header', 'body', 'receipts'] as const)(
      'a vanished %s of an executed block is an error, not an unknown block',
      async (table) => {
        const { store, hash } = await setUp()
        await store.write(new WriteBatch().delete(hashKey(table, hash)))
        const blocks = await reopened(store)
        const read = table === 'receipts' ? blocks.receipts(hash) : blocks.block(hash)
        await expect(read).rejects.toMatchObject({ type: { code: 'RECORD_MISSING', table } })
      },
    )

    it('a vanished entry of the canonical index below the head is an error', async () => {
      const { store } = await setUp()
      await store.write(new WriteBatch().delete(key('canonical', u64be(0n))))
      const blocks = await reopened(store)
      await expect(blocks.canonicalHash(0n)).rejects.toMatchObject({
        type: { code: 'RECORD_MISSING', table: 'canonical' },
      })
    })

    it('a record moved to the key of another block is found out', async () => {
      const { store, hash, block } = await setUp()
      const body = (await store.get(hashKey('body', hash)))!
      const other = makeChildBlock(block)
      await store.write(new WriteBatch().put(hashKey('body', hashOf(other)), body))
      const batch = new WriteBatch()
      const blocks = await reopened(store)
      blocks.stageBlock(batch, { summary: other.summary, record: other.record })
      await store.write(batch)
      blocks.committed()
      await expect(blocks.block(hashOf(other))).rejects.toBeInstanceOf(CorruptionError)
    })
  })
})

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item
  return undefined
}
