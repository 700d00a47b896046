/** The whole database read: nothing to say about a good one, every damage named in a bad one. */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { FinalityVote } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { StateEdits } from '../../../../node/dev/state-edits.ts'
import { encodeSlot } from '../../../../node/state/flat/flat-codec.ts'
import { sealRecord } from '../../../../node/storage/codec/record.ts'
import { WriteBatch } from '../../../../node/storage/database.ts'
import { putCertificate, putEvidence } from '../../../../node/storage/finality-tables.ts'
import {
  key,
  TABLE,
  type TableName,
  tableEnd,
  tableStart,
  u64be,
} from '../../../../node/storage/keys.ts'
import { PROBLEMS_MAX, verifyDatabase } from '../../../../node/storage/verify/verify-database.ts'
import { certificateOf, FOUR, signVote } from '../../../support/finality-net.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'
import { testGenesis } from '../../genesis/test-genesis.ts'
import { hashOf, makeChain, makeChildBlock } from './made-chain.ts'
import { dump, flipByte, hashKey, TestChain } from './test-chain.ts'

const genesis = await testGenesis()

/** Blocks that leave the state as it is, and a side branch, on a real genesis. */
async function realStore() {
  const store = await openTemporaryDatabase()
  const chain = await TestChain.open(store)
  const summary = await chain.createReal(genesis)
  const record = (await chain.blocks.record(genesis.hash))!
  const { stateRoot } = summary.header
  const blocks = makeChain({ summary, record }, 4, { stateRoot })
  for (const block of blocks) await chain.import(block)
  const side = makeChildBlock(blocks[0]!, { salt: 3, stateRoot })
  await chain.import(side, {})
  const vote = finalityVote(hashOf(blocks[3]!))
  const batch = new WriteBatch()
  putCertificate(batch, certificateOf(vote, [0, 1, 2]))
  putEvidence(batch, FOUR.votingKeys[3]!, {
    first: signVote(vote, 3),
    second: signVote({ ...vote, targetHash: vote.sourceHash }, 3),
  })
  const edits = await StateEdits.open(store)
  const { number, parentHash } = summary.header
  edits.stage(batch, genesis.hash, {
    ...{ number, parentHash, parentStateRoot: stateRoot, stateRoot },
    ...{ accounts: new Map(), storage: new Map() },
  })
  await store.write(batch)
  return { store, blocks, side }
}

function finalityVote(targetHash: Hash): FinalityVote {
  const sourceHash = genesis.hash
  return { sourceEpoch: 0n, sourceHash, targetEpoch: 1n, targetHash, outputRoot: sourceHash }
}

async function firstKey(
  store: Awaited<ReturnType<typeof realStore>>['store'],
  table: TableName,
): Promise<Uint8Array> {
  for await (const [recordKey] of store.entries({ gte: tableStart(table), lt: tableEnd(table) })) {
    return recordKey
  }
  throw new Error(`${table} is empty`)
}

describe('node / storage / verify', () => {
  it('finds nothing wrong with a good database, and reads all of it', async () => {
    const { store } = await realStore()
    const seen: string[] = []
    const report = await verifyDatabase(store, { onProgress: ({ table }) => seen.push(table) })
    expect(report.problems).toEqual([])
    expect(report.problemCount).toBe(0)
    expect(report.records).toBe((await dump(store)).size)
    expect(report.bytes).toBeGreaterThan(10_000)
  })

  it('tells how far it is', async () => {
    const { store } = await realStore()
    const batch = new WriteBatch()
    for (let i = 0; i < 9_000; i++) {
      const code = u64be(BigInt(i))
      batch.put(key('code', keccak256(code)), code)
    }
    await store.write(batch)
    const steps: number[] = []
    await verifyDatabase(store, { onProgress: ({ records }) => steps.push(records) })
    expect(steps.slice(0, 2)).toEqual([4_096, 8_192])
  })

  it('stops when it is told to', async () => {
    const { store } = await realStore()
    const report = await verifyDatabase(store, { signal: AbortSignal.abort() })
    expect(report).toMatchObject({ records: 0, problemCount: 0 })
  })

  it.each(Object.keys(TABLE) as TableName[])(
    'names a damaged record of table %s',
    async (table) => {
      const { store } = await realStore()
      const recordKey = await firstKey(store, table)
      await flipByte(store, recordKey, 2)
      const { problems, problemCount } = await verifyDatabase(store)
      expect(problemCount).toBeGreaterThan(0)
      expect(problems).toContainEqual({
        code: 'RECORD_DAMAGED',
        table,
        key: bytesToHex(recordKey.subarray(1)),
      })
    },
  )

  it.each(['header', 'body', 'receipts', 'tree', 'canonical', 'trieNode', 'code'] as const)(
    'names what is gone from table %s, or what points to it',
    async (table) => {
      const { store, blocks } = await realStore()
      const named = {
        canonical: key('canonical', u64be(1n)),
        trieNode: hashKey('trieNode', genesis.stateRoot),
        code: await firstKey(store, 'code'),
      } as Partial<Record<TableName, Uint8Array>>
      await store.write(new WriteBatch().delete(named[table] ?? hashKey(table, hashOf(blocks[1]!))))
      expect((await verifyDatabase(store)).problemCount).toBeGreaterThan(0)
    },
  )

  it('names a transaction that is not indexed, and an index entry of no block', async () => {
    const { store, blocks } = await realStore()
    const transactionKey = hashKey('transaction', blocks[2]!.transactions[0]!.hash)
    const record = (await store.get(transactionKey))!
    await store.write(new WriteBatch().delete(transactionKey))
    expect((await verifyDatabase(store)).problems).toContainEqual({
      code: 'RECORD_DAMAGED',
      table: 'transaction',
      key: bytesToHex(transactionKey.subarray(1)),
    })
    await store.write(new WriteBatch().put(transactionKey, record))
    expect((await verifyDatabase(store)).problemCount).toBe(0)
    const strayKey = hashKey('transaction', `0x${'12'.repeat(32)}`)
    const stray = sealRecord(strayKey, record.subarray(0, -4))
    await store.write(new WriteBatch().put(strayKey, stray))
    expect((await verifyDatabase(store)).problemCount).toBe(1)
  })

  it('names a canonical chain that does not hold together', async () => {
    const { store, side } = await realStore()
    const canonicalKey = key('canonical', u64be(2n))
    const wrong = sealRecord(canonicalKey, hexToBytes(hashOf(side)))
    await store.write(new WriteBatch().put(canonicalKey, wrong))
    expect((await verifyDatabase(store)).problems).toContainEqual(
      expect.objectContaining({ table: 'canonical' }),
    )
  })

  it('names flat tables that differ from the trie, whatever their checksums say', async () => {
    const { store } = await realStore()
    const slotKey = await firstKey(store, 'storage')
    const before = (await store.get(slotKey))!
    await store.write(new WriteBatch().put(slotKey, encodeSlot(slotKey, `0x${'07'.repeat(32)}`)))
    const problem = { code: 'RECORD_DAMAGED', table: 'storage', key: '0x' }
    expect((await verifyDatabase(store)).problems).toEqual([problem])
    await store.write(new WriteBatch().put(slotKey, before))
    expect((await verifyDatabase(store)).problems).toEqual([])
    await store.write(new WriteBatch().delete(await firstKey(store, 'account')))
    expect((await verifyDatabase(store)).problems).toEqual([{ ...problem, table: 'account' }])
  })

  it('counts more problems than it names', async () => {
    const { store } = await realStore()
    const batch = new WriteBatch()
    for (let i = 0; i < PROBLEMS_MAX + 5; i++) {
      batch.put(Uint8Array.from([0x77, ...u64be(BigInt(i))]), new Uint8Array(1))
    }
    await store.write(batch)
    const report = await verifyDatabase(store)
    expect(report.problemCount).toBe(PROBLEMS_MAX + 5)
    expect(report.problems).toHaveLength(PROBLEMS_MAX)
    expect(report.problems[0]).toEqual({
      code: 'UNKNOWN_TABLE',
      table: 'unknown',
      key: bytesToHex(u64be(0n)),
    })
  })
})
