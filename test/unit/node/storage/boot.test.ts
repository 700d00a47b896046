/** The commit log, the boot check and the repair, on chains that were damaged on purpose. */
import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../../../../consensus/types.ts'
import { bootCheck } from '../../../../node/storage/boot/boot-check.ts'
import { CommitLog } from '../../../../node/storage/boot/commit-log.ts'
import { commitKey } from '../../../../node/storage/boot/commit-record.ts'
import {
  isDeep,
  readIntent,
  stageIntent,
  stageIntentDone,
  switchSteps,
} from '../../../../node/storage/boot/reorg-intent.ts'
import { stageRepair } from '../../../../node/storage/boot/repair.ts'
import { type KeyValueStore, WriteBatch } from '../../../../node/storage/database.ts'
import { key, metaKey } from '../../../../node/storage/keys.ts'
import { FaultyStore, InjectedFault } from '../../../support/faulty-store.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'
import { GENESIS_BLOCK, hashOf, type MadeBlock, makeChain, makeChildBlock } from './made-chain.ts'
import { dump, flipByte, hashKey, TestChain } from './test-chain.ts'

const MAIN = makeChain(GENESIS_BLOCK, 12)

async function storeWith(blocks: readonly MadeBlock[]): Promise<KeyValueStore> {
  const store = await openTemporaryDatabase()
  const chain = await TestChain.create(store)
  for (const block of blocks) await chain.import(block)
  return store
}

/** Takes everything that a batch wrote out again, as damage in the log does. */
async function loseBatches(
  store: KeyValueStore,
  blocks: readonly MadeBlock[],
  fromSequence: bigint,
): Promise<void> {
  const batch = new WriteBatch()
  for (const [index, block] of blocks.entries()) {
    const hash = hashOf(block)
    for (const table of ['header', 'body', 'receipts', 'proof', 'tree'] as const) {
      batch.delete(hashKey(table, hash))
    }
    const numberKey = commitKey(block.record.number).subarray(1)
    batch.delete(key('height', numberKey, hashKey('header', hash).subarray(1)))
    batch.delete(key('canonical', numberKey))
    batch.delete(hashKey('trieNode', block.summary.header.stateRoot))
    for (const { hash: transaction } of block.transactions) {
      batch.delete(hashKey('transaction', transaction))
    }
    batch.delete(commitKey(fromSequence + BigInt(index)))
  }
  await store.write(batch)
}

/** Takes back what one batch did, but for what later ones wrote over it. */
async function takeBack(
  store: KeyValueStore,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Promise<void> {
  const batch = new WriteBatch()
  const now = await dump(store)
  for (const entry of new Set([...before.keys(), ...after.keys()])) {
    const value = before.get(entry)
    if (value === after.get(entry) || now.get(entry) !== after.get(entry)) continue
    if (value === undefined) batch.delete(fromHex(entry))
    else batch.put(fromHex(entry), fromHex(value))
  }
  await store.write(batch)
}

const fromHex = (text: string) => hexToBytes(text as Hex)

/** The tables that say what is canonical, as text. */
async function indices(store: KeyValueStore): Promise<Map<string, string>> {
  const prefixes = ['0x05', '0x06', '0x08', '0x09']
  return new Map([...(await dump(store))].filter(([entry]) => prefixes.includes(entry.slice(0, 4))))
}

async function repair(store: KeyValueStore): Promise<readonly string[]> {
  const report = await bootCheck(store)
  const batch = new WriteBatch()
  const touched = await stageRepair(batch, store, report)
  await store.write(batch)
  return touched
}

describe('node / storage / boot / commit-log', () => {
  it('numbers and links the batches', async () => {
    const store = await storeWith(MAIN.slice(0, 3))
    const log = await CommitLog.open(store)
    expect(log.last).toMatchObject({
      sequence: 3n,
      block: hashOf(MAIN[2]!),
      head: hashOf(MAIN[2]!),
    })
    expect((await bootCheck(store)).findings).toEqual([])
  })

  it('a batch that was not written leaves no gap', async () => {
    const store = await storeWith([])
    const log = await CommitLog.open(store)
    const { block, stateRoot, head } = log.last!
    const commit = { block, stateRoot, head, removed: [], added: [] }
    log.stage(new WriteBatch(), commit)
    log.discarded()
    const batch = new WriteBatch()
    log.stage(batch, commit)
    await store.write(batch)
    log.committed()
    expect(log.last?.sequence).toBe(1n)
    expect((await bootCheck(store)).findings).toEqual([])
  })

  it('asks for a sync every 64th batch and forgets records after 4096', async () => {
    const store = await storeWith([])
    const log = await CommitLog.open(store)
    const { block, stateRoot, head } = log.last!
    const due: bigint[] = []
    for (let i = 0; i < 4_200; i++) {
      const batch = new WriteBatch()
      const { isSyncDue } = log.stage(batch, { block, stateRoot, head, removed: [], added: [] })
      await store.write(batch)
      log.committed()
      if (isSyncDue) due.push(log.last!.sequence)
    }
    expect(due.slice(0, 3)).toEqual([64n, 128n, 192n])
    expect(await store.get(commitKey(4_200n - 4_096n))).toBeUndefined()
    expect(await store.get(commitKey(4_200n - 4_095n))).toBeDefined()
    expect((await bootCheck(store)).findings).toEqual([])
  })
})

describe('node / storage / boot / boot-check', () => {
  it('finds nothing wrong with a chain that was reorganised', async () => {
    const store = await storeWith(MAIN.slice(0, 4))
    const chain = await TestChain.open(store)
    const side = makeChain(MAIN[1]!, 3, { salt: 4 })
    await chain.import(side[0]!, {})
    await chain.import(side[1]!, {})
    await chain.import(side[2]!, {
      removed: [hashOf(MAIN[3]!), hashOf(MAIN[2]!)],
      added: side.map(hashOf),
    })
    const report = await bootCheck(store)
    expect(report).toMatchObject({
      findings: [],
      behind: [],
      head: { hash: hashOf(side[2]!), number: 5n },
      isBelowFinalized: false,
      unfinishedReorg: undefined,
    })
  })

  it('sees a hole, and names the batches around it', async () => {
    const store = await storeWith(MAIN)
    await loseBatches(store, MAIN.slice(5, 8), 6n)
    const report = await bootCheck(store)
    expect(report.findings).toEqual([{ code: 'COMMITS_LOST', after: 5n, before: 9n }])
    expect(report.head).toEqual({ hash: hashOf(MAIN[4]!), number: 5n })
    expect(report.behind.map(({ sequence }) => sequence)).toEqual([9n, 10n, 11n, 12n])
  })

  it('sees a damaged commit record', async () => {
    const store = await storeWith(MAIN)
    await flipByte(store, commitKey(7n), 20)
    const report = await bootCheck(store)
    expect(report.findings).toEqual([{ code: 'COMMIT_DAMAGED', sequence: 7n }])
    expect(report.head.number).toBe(6n)
  })

  it('sees a commit record of another history', async () => {
    const store = await storeWith(MAIN.slice(0, 6))
    const other = await storeWith(makeChain(GENESIS_BLOCK, 6, { salt: 9 }))
    const foreign = (await other.get(commitKey(4n)))!
    await store.write(new WriteBatch().put(commitKey(4n), foreign))
    expect((await bootCheck(store)).findings).toEqual([{ code: 'COMMIT_UNLINKED', sequence: 4n }])
  })

  it.each(['header', 'body', 'receipts', 'tree'] as const)(
    'sees a damaged and a vanished %s',
    async (table) => {
      const store = await storeWith(MAIN)
      const block = hashOf(MAIN[8]!)
      await flipByte(store, hashKey(table, block), 5)
      const code = 'RECORD_DAMAGED'
      const finding = { code: 'BLOCK_DAMAGED', sequence: 9n, block, damage: { code, table } }
      expect((await bootCheck(store)).findings).toMatchObject([finding])
      await store.write(new WriteBatch().delete(hashKey(table, block)))
      const vanished = { ...finding, damage: { code: 'RECORD_MISSING', table } }
      expect((await bootCheck(store)).findings).toMatchObject([vanished])
    },
  )

  it('sees a damaged and a vanished state root', async () => {
    const store = await storeWith(MAIN)
    const rootKey = hashKey('trieNode', MAIN[8]!.summary.header.stateRoot)
    await flipByte(store, rootKey)
    const damage = { code: 'RECORD_DAMAGED', table: 'trieNode' }
    expect((await bootCheck(store)).findings).toMatchObject([{ sequence: 9n, damage }])
    await store.write(new WriteBatch().delete(rootKey))
    expect((await bootCheck(store)).findings).toMatchObject([
      { sequence: 9n, damage: { code: 'RECORD_MISSING' } },
    ])
  })

  it('sees a head pointer that is damaged, gone or elsewhere', async () => {
    const store = await storeWith(MAIN.slice(0, 3))
    const headKey = metaKey('head')
    const expected = hashOf(MAIN[2]!)
    await flipByte(store, headKey)
    const lost = { code: 'HEAD_MISPLACED', expected, actual: undefined }
    expect((await bootCheck(store)).findings).toEqual([lost])
    await store.write(new WriteBatch().delete(headKey))
    expect((await bootCheck(store)).findings).toEqual([lost])
    const chain = await TestChain.open(store)
    const batch = new WriteBatch()
    chain.blocks.stageHead(batch, { hash: hashOf(MAIN[0]!), number: 1n })
    await store.write(batch)
    expect((await bootCheck(store)).findings).toEqual([{ ...lost, actual: hashOf(MAIN[0]!) }])
    expect(await repair(store)).toEqual([])
    expect((await bootCheck(store)).findings).toEqual([])
  })

  it('says when what was final is lost, or not known any more', async () => {
    const store = await storeWith(MAIN)
    const { blocks } = await TestChain.open(store)
    const finalized = { hash: hashOf(MAIN[7]!), number: 8n }
    const batch = new WriteBatch()
    blocks.stageFinality(batch, finalized, finalized)
    await store.write(batch)
    expect((await bootCheck(store)).isBelowFinalized).toBe(false)
    await loseBatches(store, MAIN.slice(5, 6), 6n)
    expect((await bootCheck(store)).isBelowFinalized).toBe(true)
    const other = await storeWith(MAIN.slice(0, 2))
    await flipByte(other, metaKey('finalized'))
    expect((await bootCheck(other)).isBelowFinalized).toBe(true)
  })

  it('gives up when no good commit is left', async () => {
    const store = await storeWith(MAIN.slice(0, 2))
    await flipByte(store, commitKey(0n))
    await expect(bootCheck(store)).rejects.toMatchObject({ type: { code: 'BEYOND_REPAIR' } })
    await expect(bootCheck(await openTemporaryDatabase())).rejects.toMatchObject({
      type: { code: 'BEYOND_REPAIR' },
    })
  })

  it('passes a fault of the disk on: only damage is a finding', async () => {
    const store = await storeWith(MAIN.slice(0, 2))
    const counting = new FaultyStore(store)
    await bootCheck(counting)
    for (let operation = 0; operation < counting.operations; operation++) {
      const faulty = new FaultyStore(store, { operation, when: 'before' })
      await expect(bootCheck(faulty)).rejects.toBeInstanceOf(InjectedFault)
    }
  })
})

describe('node / storage / boot / repair', () => {
  it('goes back to the last good commit; the lost blocks can be imported again', async () => {
    const whole = await storeWith(MAIN)
    const prefix = await storeWith(MAIN.slice(0, 5))
    const store = await storeWith(MAIN)
    await loseBatches(store, MAIN.slice(5, 8), 6n)
    await repair(store)
    expect(await indices(store)).toEqual(await indices(prefix))
    expect((await bootCheck(store)).findings).toEqual([])
    const chain = await TestChain.open(store)
    for (const block of MAIN.slice(5)) await chain.import(block)
    expect(await dump(store)).toEqual(await dump(whole))
  })

  it('deletes no block: those behind the hole are to be executed again', async () => {
    const store = await storeWith(MAIN)
    await loseBatches(store, MAIN.slice(5, 8), 6n)
    const touched = await repair(store)
    const { blocks } = await TestChain.open(store)
    for (const block of MAIN.slice(8)) {
      expect((await blocks.record(hashOf(block)))?.status).toBe('verified')
      expect(await blocks.block(hashOf(block))).toBeDefined()
    }
    expect((await blocks.record(hashOf(MAIN[4]!)))?.status).toBe('executed')
    expect(new Set(touched)).toEqual(new Set([MAIN[4]!, ...MAIN.slice(8)].map(hashOf)))
  })

  it('undoes a reorg behind the damage: the branch before it is canonical again', async () => {
    const prefix = await storeWith(MAIN.slice(0, 6))
    const store = await storeWith(MAIN.slice(0, 7))
    const chain = await TestChain.open(store)
    const side = makeChain(MAIN[1]!, 6, { salt: 4 })
    for (const block of side.slice(0, 5)) await chain.import(block, {})
    await chain.import(side[5]!, {
      removed: MAIN.slice(2, 7).map(hashOf).reverse(),
      added: side.map(hashOf),
    })
    await flipByte(store, hashKey('body', hashOf(MAIN[6]!)), 3)
    const touched = await repair(store)
    expect(await indices(store)).toEqual(await indices(prefix))
    // The flat state has the side branch applied and the main branch undone: both are named.
    expect(touched).toEqual(expect.arrayContaining([...side, ...MAIN.slice(2, 7)].map(hashOf)))
  })

  it('finds a transaction again that a batch behind the hole had moved to another block', async () => {
    const good = MAIN.slice(0, 5)
    const store = await storeWith(good)
    const chain = await TestChain.open(store)
    const before = await dump(store)
    const side = makeChildBlock(MAIN[3]!, { salt: 4 })
    await chain.import(side, { removed: [hashOf(MAIN[4]!)], added: [hashOf(side)] })
    const switched = await dump(store)
    const moved = MAIN[4]!.transactions
    await chain.import(makeChildBlock(side, { salt: 4, transactions: moved }))
    await takeBack(store, before, switched)
    await repair(store)
    expect(await indices(store)).toEqual(await indices(await storeWith(good)))
  })

  it('a damaged commit record costs the blocks from there on, and no more', async () => {
    const store = await storeWith(MAIN)
    await flipByte(store, commitKey(10n))
    await repair(store)
    expect(await indices(store)).toEqual(await indices(await storeWith(MAIN.slice(0, 9))))
  })

  it('forgets a block whose tree record is damaged, so that it comes again', async () => {
    const store = await storeWith(MAIN)
    await flipByte(store, hashKey('tree', hashOf(MAIN[9]!)))
    await repair(store)
    const chain = await TestChain.open(store)
    const records: bigint[] = []
    for await (const { number } of chain.blocks.recordsFrom(0n)) records.push(number)
    expect(records).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12].map(BigInt))
    for (const block of MAIN.slice(9)) await chain.import(block)
    expect(await dump(store)).toEqual(await dump(await storeWith(MAIN)))
  })

  it('gives up when a batch behind the hole switched to or from a block that is lost', async () => {
    const store = await storeWith(MAIN.slice(0, 6))
    const chain = await TestChain.open(store)
    const side = makeChain(MAIN[4]!, 2, { salt: 4 })
    await chain.import(side[0]!, {})
    await chain.import(side[1]!, { removed: [hashOf(MAIN[5]!)], added: side.map(hashOf) })
    await loseBatches(store, [side[0]!], 7n)
    await expect(repair(store)).rejects.toMatchObject({ type: { code: 'BEYOND_REPAIR' } })
  })

  it('fails whole or not at all, wherever the disk fails', async () => {
    const store = await storeWith(MAIN.slice(0, 6))
    await loseBatches(store, MAIN.slice(3, 4), 4n)
    const before = await dump(store)
    const counting = new FaultyStore(store)
    const report = await bootCheck(counting)
    await stageRepair(new WriteBatch(), counting, report)
    for (let operation = 0; operation < counting.operations; operation++) {
      const faulty = new FaultyStore(store, { operation, when: 'before' })
      await expect(repair(faulty)).rejects.toBeInstanceOf(InjectedFault)
      expect(await dump(store)).toEqual(before)
    }
  })
})

describe('node / storage / boot / reorg-intent', () => {
  const removed = makeChain(GENESIS_BLOCK, 150).map(hashOf).reverse()
  const added = makeChain(GENESIS_BLOCK, 200, { salt: 1 }).map(hashOf)

  it('up to 64 blocks are one batch', () => {
    const shallow = { removed: removed.slice(0, 64), added: added.slice(0, 64) }
    expect(isDeep(shallow)).toBe(false)
    expect(switchSteps(shallow)).toEqual([shallow])
    expect(isDeep({ removed: removed.slice(0, 65), added: [] })).toBe(true)
    expect(isDeep({ removed: [], added: added.slice(0, 65) })).toBe(true)
  })

  it('more go down to the fork first and up then, at most 64 either way a step', () => {
    const steps = switchSteps({ removed, added })
    expect(steps.flatMap((step) => step.removed)).toEqual(removed)
    expect(steps.flatMap((step) => step.added)).toEqual(added)
    let left = removed.length
    for (const step of steps) {
      expect(step.removed.length).toBeLessThanOrEqual(64)
      expect(step.added.length).toBeLessThanOrEqual(64)
      left -= step.removed.length
      if (step.added.length > 0) expect(left).toBe(0)
    }
  })

  it('an intent is found at the next start, until the last step takes it away', async () => {
    const store = await storeWith(MAIN.slice(0, 1))
    const target = { hash: hashOf(MAIN[3]!), number: 4n }
    const batch = new WriteBatch()
    stageIntent(batch, target)
    await store.write(batch)
    expect(await readIntent(store)).toEqual(target)
    expect((await bootCheck(store)).unfinishedReorg).toEqual(target)
    const done = new WriteBatch()
    stageIntentDone(done)
    await store.write(done)
    expect(await readIntent(store)).toBeUndefined()
  })
})
