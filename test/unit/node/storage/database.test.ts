/** Level itself as the node uses it: order, locks, writes that fail, and files that are checked. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Database, WriteBatch } from '../../../../node/storage/database.ts'
import { isDiskFull } from '../../../../node/storage/disk-full.ts'
import { key, tableEnd, tableStart, u64be } from '../../../../node/storage/keys.ts'
import { decompressSnappy } from '../../../../node/storage/verify/snappy.ts'
import { checkTableFiles } from '../../../../node/storage/verify/table-files.ts'
import { Random } from '../../../support/random.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hanzo-database-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const keyOf = (number: number): Uint8Array => key('commit', u64be(BigInt(number)))

describe('node / storage / database', () => {
  it('gives back what was written, as plain bytes', async () => {
    const store = await openTemporaryDatabase()
    await store.write(
      new WriteBatch().put(keyOf(1), Uint8Array.of(1, 2)).put(keyOf(2), Uint8Array.of()),
    )
    for (const found of [await store.get(keyOf(1)), (await store.getMany([keyOf(1)]))[0]]) {
      expect(found).toEqual(Uint8Array.of(1, 2))
      expect(Buffer.isBuffer(found)).toBe(false)
    }
    expect(await store.get(keyOf(2))).toEqual(new Uint8Array(0))
    expect(await store.get(keyOf(3))).toBeUndefined()
    expect(await store.getMany([keyOf(3), keyOf(2)])).toEqual([undefined, new Uint8Array(0)])
  })

  it('a later operation of a batch wins', async () => {
    const store = await openTemporaryDatabase()
    const value = Uint8Array.of(9)
    const batch = new WriteBatch().put(keyOf(1), value).delete(keyOf(1)).delete(keyOf(2))
    await store.write(batch.put(keyOf(2), value))
    expect(await store.getMany([keyOf(1), keyOf(2)])).toEqual([undefined, value])
    expect(batch.bytes).toBe(4 * 9 + 2)
  })

  it('walks a table in the order of numbers, both ways and within a limit', async () => {
    const store = await openTemporaryDatabase()
    const batch = new WriteBatch()
    const count = 1_500
    for (let i = count - 1; i >= 0; i--) batch.put(keyOf(i), Uint8Array.of(i & 255))
    batch.put(key('body', u64be(1n)), Uint8Array.of(1))
    await store.write(batch)
    const table = { gte: tableStart('commit'), lt: tableEnd('commit') }
    const numbersOf = async (range: Parameters<typeof store.entries>[0]) => {
      const numbers: number[] = []
      for await (const [entryKey] of store.entries(range)) {
        numbers.push(Number(new DataView(entryKey.buffer, entryKey.byteOffset).getBigUint64(1)))
      }
      return numbers
    }
    const all = Array.from({ length: count }, (_, i) => i)
    expect(await numbersOf(table)).toEqual(all)
    expect(await numbersOf({ ...table, reverse: true, limit: 3 })).toEqual([1499, 1498, 1497])
    expect(await numbersOf({ gte: keyOf(10), lt: keyOf(12) })).toEqual([10, 11])
  })

  it('belongs to one process at a time', async () => {
    const directory = await temporaryDirectory()
    const store = await Database.open(directory)
    onTestFinished(() => store.close())
    await expect(Database.open(directory)).rejects.toMatchObject({
      type: { code: 'LOCKED', path: directory },
      message: expect.stringContaining('in use by another process'),
    })
  })

  it('says so when its directory can not be used', async () => {
    const file = join(await temporaryDirectory(), 'file')
    await writeFile(file, 'no directory')
    await expect(Database.open(join(file, 'db'))).rejects.toMatchObject({
      type: { code: 'UNREADABLE' },
    })
  })

  it('after a failed write it answers reads, refuses writes, and goes on once there is room', async () => {
    const directory = await temporaryDirectory()
    const store = await Database.open(directory)
    onTestFinished(() => store.close())
    if (!limitFileSize('150000')) {
      console.warn('skipped: no prlimit on this machine')
      return
    }
    const random = new Random(1)
    let written = 0
    const write = () => store.write(new WriteBatch().put(keyOf(written), random.bytes(5_000)))
    const fill = async (): Promise<unknown> => {
      try {
        for (; written < 100; written++) await write()
        return undefined
      } catch (error) {
        return error
      }
    }
    try {
      const error = await fill()
      expect(error).toMatchObject({ type: { code: 'WRITE_FAILED' } })
      expect(isDiskFull(error)).toBe(true)
      expect(store.isWritable).toBe(false)
      await expect(write()).rejects.toMatchObject({ type: { code: 'WRITE_FAILED' } })
      expect(await store.get(keyOf(written - 1))).toHaveLength(5_000)
      await expect(store.recover()).rejects.toSatisfy(isDiskFull)
      expect(await store.get(keyOf(0))).toHaveLength(5_000)
    } finally {
      limitFileSize('unlimited')
    }
    await store.recover()
    expect(store.isWritable).toBe(true)
    for (let left = 20; left > 0; left--, written++) await write()
    await store.close()
    // Nothing that was written before or after the failure is lost.
    const reopened = await Database.open(directory)
    for (let i = 0; i < written; i++) expect(await reopened.get(keyOf(i))).toHaveLength(5_000)
    await reopened.close()
  })

  it('knows a full disk by the words of the system and of level', async () => {
    const full = await writeFile('/dev/full', 'x').catch((error: unknown) => error)
    expect(isDiskFull(full)).toBe(true)
    expect(isDiskFull(new Error('outer', { cause: full }))).toBe(true)
    expect(isDiskFull(new Error('IO error: 000003.log: No space left on device'))).toBe(true)
    expect(isDiskFull(new Error('IO error: 000003.log: Input/output error'))).toBe(false)
    expect(isDiskFull('No space left on device')).toBe(false)
  })
})

describe('node / storage / verify / table-files', () => {
  it('files of every kind of content are intact', async () => {
    const directory = await temporaryDirectory()
    const store = await Database.open(directory)
    const random = new Random(4)
    for (let round = 0; round < 3; round++) {
      const batch = new WriteBatch()
      for (let i = 0; i < 2_000; i++) {
        // Some compress well, some not at all, some are longer than a block.
        const value = random.chance(50) ? new Uint8Array(random.below(900)) : random.bytes(300)
        batch.put(random.bytes(33), i % 500 === 0 ? new Uint8Array(70_000).fill(i) : value)
      }
      await store.write(batch)
    }
    await store.close()
    await (await Database.open(directory)).close()
    const report = await checkTableFiles(directory, Number.POSITIVE_INFINITY)
    expect(report.damaged).toEqual([])
    expect(report.filesChecked).toBeGreaterThan(0)
    expect(report.bytesChecked).toBeGreaterThan(900_000)
    expect(await checkTableFiles(directory, 0)).toEqual({
      filesChecked: 0,
      bytesChecked: 0,
      damaged: [],
    })
  })

  it('snappy: literals, overlapping copies and every broken input', () => {
    const text = (value: string) => new TextEncoder().encode(value)
    // 'ab' as a literal, then 10 bytes from 2 back: 'ababababab'.
    const encoded = Uint8Array.of(12, 0x04, ...text('ab'), ((10 - 1) << 2) | 2, 2, 0)
    expect(decompressSnappy(encoded)).toEqual(text('abababababab'))
    // The short copy: length 4 to 11, offset in 11 bits.
    expect(decompressSnappy(Uint8Array.of(6, 0x04, ...text('xy'), 0x01, 2))).toEqual(text('xyxyxy'))
    for (const broken of [
      Uint8Array.of(),
      Uint8Array.of(3, 0x04, ...text('ab')),
      Uint8Array.of(1, 0x04, ...text('ab')),
      Uint8Array.of(12, 0x04, ...text('ab'), ((10 - 1) << 2) | 2, 3, 0),
      Uint8Array.of(12, 0x04, ...text('ab'), ((10 - 1) << 2) | 2, 0, 0),
      Uint8Array.of(2, 0xf8, 0xff, 0xff, 0xff),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f),
    ]) {
      expect(decompressSnappy(broken)).toBeUndefined()
    }
  })
})

/** Makes writes of this process fail for want of room: the soft limit on the size of files. */
function limitFileSize(bytes: string): boolean {
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
    return true
  } catch {
    return false
  }
}
