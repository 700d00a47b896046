/**
 * What is left of a real database after the process was killed, the log was cut, overwritten or
 * changed, or an operation failed: always the chain up to some block, or damage that is noticed.
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bootCheck } from '../../../../node/storage/boot/boot-check.ts'
import { stageRepair } from '../../../../node/storage/boot/repair.ts'
import { Database, WriteBatch } from '../../../../node/storage/database.ts'
import { FaultyStore } from '../../../support/faulty-store.ts'
import { Random } from '../../../support/random.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'
import { GENESIS_BLOCK, hashOf, type MadeBlock, makeChain } from './made-chain.ts'
import { dump, TestChain } from './test-chain.ts'

const CHILD = fileURLToPath(new URL('./writer-child.ts', import.meta.url))
const COUNT = 40
const CHAIN = makeChain(GENESIS_BLOCK, COUNT, { count: 4 })

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hanzo-crash-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** What the store holds after each number of blocks. */
async function prefixes(blocks: readonly MadeBlock[]): Promise<Map<string, string>[]> {
  const store = await openTemporaryDatabase()
  const states = [await dump(store)]
  const chain = await TestChain.create(store)
  states.push(await dump(store))
  for (const block of blocks) {
    await chain.import(block)
    states.push(await dump(store))
  }
  return states
}

/** Number of the block up to which the directory holds the chain, -1 for an empty one. */
async function prefixLength(
  directory: string,
  expected: readonly Map<string, string>[],
): Promise<number> {
  const store = await Database.open(directory)
  try {
    const content = await dump(store)
    if (content.size === 0) return -1
    const report = await bootCheck(store)
    expect(report.findings).toEqual([])
    const length = Number(report.head.number)
    expect(content).toEqual(expected[length + 1])
    return length
  } finally {
    await store.close()
  }
}

/** A closed database with the whole chain in its log. */
async function writtenLog(): Promise<{ directory: string; log: string }> {
  const directory = join(await temporaryDirectory(), 'db')
  const store = await Database.open(directory)
  const chain = await TestChain.create(store)
  for (const block of CHAIN) await chain.import(block)
  await store.close()
  const logs = (await readdir(directory)).filter((name) => name.endsWith('.log'))
  expect(logs).toHaveLength(1)
  return { directory, log: logs[0]! }
}

async function copyOf(directory: string): Promise<string> {
  const copy = join(await temporaryDirectory(), 'db')
  await cp(directory, copy, { recursive: true })
  return copy
}

describe('node / storage / crash', () => {
  it('a process killed while it writes leaves every acknowledged block, and only whole ones', async () => {
    const expected = await prefixes(CHAIN)
    for (const killAfter of [0, 17, COUNT - 1]) {
      const directory = join(await temporaryDirectory(), 'db')
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, directory, String(COUNT)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      onTestFinished(() => {
        child.kill('SIGKILL')
      })
      let acknowledged = -1
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line)
        if (acknowledged === killAfter) child.kill('SIGKILL')
      }
      expect(acknowledged).toBeGreaterThanOrEqual(killAfter)
      const length = await prefixLength(directory, expected)
      expect(length).toBeGreaterThanOrEqual(acknowledged)
    }
  }, 120_000)

  it('a log that was cut anywhere opens as a prefix', async () => {
    const expected = await prefixes(CHAIN)
    const { directory, log } = await writtenLog()
    const { size } = await stat(join(directory, log))
    const random = new Random(11)
    const lengths: number[] = []
    for (let tried = 0; tried < 24; tried++) {
      const copy = await copyOf(directory)
      const cut = tried === 0 ? size - 1 : random.below(size)
      await truncate(join(copy, log), cut)
      lengths.push(await prefixLength(copy, expected))
    }
    // The cuts reached different blocks, and the first took the last block alone.
    expect(lengths[0]).toBe(COUNT - 1)
    expect(new Set(lengths).size).toBeGreaterThan(5)
  })

  it('a log whose tail is zeros opens as a prefix', async () => {
    const expected = await prefixes(CHAIN)
    const { directory, log } = await writtenLog()
    const { size } = await stat(join(directory, log))
    for (const zeros of [1, 100, 4096, 8192, 30_000]) {
      const copy = await copyOf(directory)
      const file = await open(join(copy, log), 'r+')
      await file.write(new Uint8Array(zeros), 0, zeros, size - zeros)
      await file.close()
      const length = await prefixLength(copy, expected)
      expect(length).toBeLessThan(COUNT)
    }
  })

  it('a bit flipped in the middle of the log is noticed, and a repair makes it a prefix', async () => {
    const expected = await prefixes(CHAIN)
    const { directory, log } = await writtenLog()
    const { size } = await stat(join(directory, log))
    const random = new Random(12)
    let repaired = 0
    for (let tried = 0; tried < 24; tried++) {
      const copy = await copyOf(directory)
      await flipBit(join(copy, log), random.below(size), random.below(8))
      const store = await Database.open(copy)
      const outcome = await mend(store, expected)
      if (outcome === 'repaired') repaired += 1
      await store.close()
    }
    // Level swallowed batches in the middle in most of the cases, and said nothing.
    expect(repaired).toBeGreaterThan(8)
  })

  it('a bit flipped in a table file is noticed when the database is opened', async () => {
    const { directory } = await writtenLog()
    // Opening moves the log into tables.
    const moved = await Database.open(directory)
    const truth = await dump(moved)
    await moved.close()
    const tables = (await readdir(directory)).filter((name) => name.endsWith('.ldb'))
    expect(tables.length).toBeGreaterThan(0)
    const random = new Random(13)
    let noticed = 0
    for (let tried = 0; tried < 32; tried++) {
      const copy = await copyOf(directory)
      const table = join(copy, random.pick(tables))
      const { size } = await stat(table)
      await flipBit(table, random.below(size), random.below(8))
      const store = await openUndamaged(copy)
      if (store === undefined) noticed += 1
      // A few bytes of a file hold nothing.
      else expect(await dump(store)).toEqual(truth)
      await store?.close()
    }
    expect(noticed).toBeGreaterThan(28)
  })

  it('a page of zeros in a table file is noticed when the database is opened', async () => {
    const { directory } = await writtenLog()
    await (await Database.open(directory)).close()
    const [table = ''] = (await readdir(directory)).filter((name) => name.endsWith('.ldb'))
    const file = await open(join(directory, table), 'r+')
    await file.write(new Uint8Array(4096), 0, 4096, 4096)
    await file.close()
    await expect(Database.open(directory)).rejects.toMatchObject({
      type: { code: 'DAMAGED', files: [table] },
    })
  })

  it('an import that fails at any operation leaves the state before it, or after it', async () => {
    const blocks = CHAIN.slice(0, 3)
    const side = makeChain(CHAIN[0]!, 3, { salt: 2 })
    const run = async (store: FaultyStore): Promise<void> => {
      const chain = await TestChain.create(store)
      for (const block of blocks) await chain.import(block)
      await chain.import(side[0]!, {})
      await chain.import(side[1]!, {})
      await chain.import(side[2]!, {
        removed: blocks.slice(1).map(hashOf).reverse(),
        added: side.map(hashOf),
      })
    }
    const states = await statesOf(run)
    const counting = new FaultyStore(await openTemporaryDatabase())
    await run(counting)
    for (let operation = 0; operation < counting.operations; operation++) {
      for (const when of ['before', 'after'] as const) {
        const store = await openTemporaryDatabase()
        const faulty = new FaultyStore(store, { operation, when })
        await run(faulty).catch(() => undefined)
        expect(faulty.hasFailed).toBe(true)
        const content = await dump(store)
        expect(states.some((state) => isEqual(state, content))).toBe(true)
        if (content.size > 0) expect((await bootCheck(store)).findings).toEqual([])
      }
    }
  })
})

/** Every state that the store goes through, one after each write. */
async function statesOf(
  run: (store: FaultyStore) => Promise<void>,
): Promise<Map<string, string>[]> {
  const store = await openTemporaryDatabase()
  const states = [new Map<string, string>()]
  const watched = new FaultyStore(store)
  const write = watched.write.bind(watched)
  watched.write = async (batch, options) => {
    await write(batch, options)
    states.push(await dump(store))
  }
  await run(watched)
  return states
}

function isEqual(left: Map<string, string>, right: Map<string, string>): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value)
}

async function flipBit(path: string, offset: number, bit: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = new Uint8Array(1)
  await file.read(byte, 0, 1, offset)
  byte[0]! ^= 1 << bit
  await file.write(byte, 0, 1, offset)
  await file.close()
}

/** Boots a damaged store as a node does, and imports again what it lacks. */
async function mend(
  store: Database,
  expected: readonly Map<string, string>[],
): Promise<'prefix' | 'repaired' | 'lost'> {
  if ((await dump(store)).size === 0) return 'lost'
  const report = await bootCheck(store).catch((error: unknown) => error)
  if (report instanceof Error) {
    expect(report).toMatchObject({ type: { code: 'BEYOND_REPAIR' } })
    return 'lost'
  }
  const { findings, head } = await bootCheck(store)
  if (findings.length === 0) {
    expect(await dump(store)).toEqual(expected[Number(head.number) + 1])
    return 'prefix'
  }
  const batch = new WriteBatch()
  await stageRepair(batch, store, await bootCheck(store))
  await store.write(batch)
  expect((await bootCheck(store)).findings).toEqual([])
  const chain = await TestChain.open(store)
  for (const block of CHAIN.slice(Number(head.number))) await chain.import(block)
  expect(await dump(store)).toEqual(expected[COUNT + 1])
  return 'repaired'
}

/** undefined: refused as damaged. */
async function openUndamaged(directory: string): Promise<Database | undefined> {
  try {
    return await Database.open(directory)
  } catch (error) {
    expect(error).toMatchObject({ type: { code: 'DAMAGED' } })
    return undefined
  }
}
