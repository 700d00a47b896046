/** The simulated disk against what `level` and files on a real one promise. */
import { describe, expect, it } from 'vitest'
import { NodeClock } from '../../../../node/simulation/engine/node-clock.ts'
import { Scheduler } from '../../../../node/simulation/engine/scheduler.ts'
import { SeededRng } from '../../../../node/simulation/engine/seeded-rng.ts'
import { MemoryDisk } from '../../../../node/simulation/node/disk/memory-disk.ts'
import { WriteBatch } from '../../../../node/storage/database.ts'

const TABLE = 0x05
const PATH = '/simulated/file'

function openDisk(seed: number): MemoryDisk {
  return new MemoryDisk(new NodeClock(new Scheduler()), new SeededRng(`disk ${seed}`))
}

const keyOf = (value: number) => Uint8Array.of(TABLE, value)
const put = (value: number) => new WriteBatch().put(keyOf(value), Uint8Array.of(value))

async function valuesOf({ store }: MemoryDisk): Promise<number[]> {
  const values: number[] = []
  const range = { gte: Uint8Array.of(TABLE), lt: Uint8Array.of(TABLE + 1) }
  for await (const [, value] of store.entries(range)) values.push(value[0]!)
  return values
}

describe('node / simulation / memory-disk', () => {
  it('a power cut leaves what was synced and some beginning of the rest', async () => {
    const lengths = new Set<number>()
    for (let seed = 0; seed < 40; seed++) {
      const disk = openDisk(seed)
      for (let value = 1; value <= 3; value++) await disk.store.write(put(value))
      await disk.store.write(put(4), { sync: true })
      for (let value = 5; value <= 8; value++) await disk.store.write(put(value))
      disk.crash('power')
      const values = await valuesOf(disk)
      expect(values).toEqual(Array.from({ length: values.length }, (_, i) => i + 1))
      lengths.add(values.length)
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8])
  })

  it('keeps nothing alive beside what was written', async () => {
    const disk = openDisk(1)
    const value = new Uint8Array(8_192).fill(7).subarray(100, 300)
    await disk.store.write(new WriteBatch().put(keyOf(1), value))
    const kept = await disk.store.get(keyOf(1))
    expect(kept).toEqual(value)
    expect(kept!.buffer.byteLength).toBe(200)
  })

  it('a process that dies loses nothing that was written', async () => {
    const disk = openDisk(1)
    await disk.store.write(put(1))
    await disk.files.append(PATH, 'one\n', { sync: false })
    disk.crash('process')
    expect(await valuesOf(disk)).toEqual([1])
    expect(await disk.files.read(PATH)).toBe('one\n')
  })

  it('what is there when a database opens outlives the next power cut, as with level', async () => {
    const disk = openDisk(1)
    for (let value = 1; value <= 3; value++) await disk.store.write(put(value))
    await disk.openStore()
    disk.crash('power')
    expect(await valuesOf(disk)).toEqual([1, 2, 3])
  })

  it('so does what is there when it recovers from a failed write', async () => {
    const disk = openDisk(1)
    for (let value = 1; value <= 3; value++) await disk.store.write(put(value))
    disk.faults.failure = 'EIO'
    await expect(disk.store.write(put(4))).rejects.toThrow('EIO')
    disk.faults.failure = undefined
    await disk.store.recover()
    const values = await valuesOf(disk)
    disk.crash('power')
    expect(await valuesOf(disk)).toEqual(values)
  })

  it('undoes overwrites and deletes of batches that are lost', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const disk = openDisk(seed)
      await disk.store.write(put(1), { sync: true })
      await disk.store.write(
        new WriteBatch().put(keyOf(1), Uint8Array.of(9)).put(keyOf(2), keyOf(2)),
      )
      await disk.store.write(new WriteBatch().delete(keyOf(1)))
      disk.crash('power')
      const value = (await disk.store.get(keyOf(1)))?.[0]
      expect([1, 9, undefined]).toContain(value)
      expect((await disk.store.get(keyOf(2))) !== undefined).toBe(value !== 1)
    }
  })

  it('walks in the order of bytes, both ways, within its bounds', async () => {
    const { store } = openDisk(1)
    for (const value of [200, 3, 127, 128, 0]) await store.write(put(value))
    const range = { gte: keyOf(3), lt: keyOf(200) }
    const read = async (more: object) => {
      const values: number[] = []
      for await (const [key] of store.entries({ ...range, ...more })) values.push(key[1]!)
      return values
    }
    expect(await read({})).toEqual([3, 127, 128])
    expect(await read({ reverse: true, limit: 2 })).toEqual([128, 127])
  })

  it('takes no write after one that failed until it is recovered', async () => {
    const disk = openDisk(1)
    disk.faults.failure = 'ENOSPC'
    const isRefused = { type: { code: 'WRITE_FAILED' } }
    await expect(disk.store.write(put(1))).rejects.toMatchObject(isRefused)
    await expect(disk.store.recover()).rejects.toMatchObject(isRefused)
    disk.faults.failure = undefined
    await expect(disk.store.write(put(2))).rejects.toMatchObject(isRefused)
    await disk.store.recover()
    await disk.store.write(put(3))
    expect(await valuesOf(disk)).toContain(3)
  })

  it('an append that fails may leave a torn line', async () => {
    const lengths = new Set<number>()
    for (let seed = 0; seed < 30; seed++) {
      const disk = openDisk(seed)
      await disk.files.append(PATH, 'whole\n', { sync: true })
      disk.faults.failure = 'EIO'
      const append = disk.files.append(PATH, 'torn\n', { sync: true })
      await expect(append).rejects.toMatchObject({ code: 'EIO' })
      lengths.add((await disk.files.read(PATH))!.length)
    }
    expect(lengths.size).toBeGreaterThan(3)
  })

  it('flips one bit of a stored value', async () => {
    const disk = openDisk(1)
    await disk.store.write(put(8))
    expect(disk.store.flipBit(TABLE)).toBe(true)
    expect(await disk.store.get(keyOf(8))).not.toEqual(Uint8Array.of(8))
    expect(disk.store.flipBit(TABLE + 1)).toBe(false)
  })
})
