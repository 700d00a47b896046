import { describe, expect, it } from 'vitest'
import type { HeadChange } from '../../../../node/events.ts'
import { type Clock, systemClock } from '../../../../node/ports.ts'
import { DatabaseError, type KeyValueStore } from '../../../../node/storage/database.ts'
import { expectConsistent } from '../../../support/chain-consistency.ts'
import { TestChain } from '../../../support/chain-factory.ts'

/** Timers a hundred times as fast, so that a retry of seconds takes milliseconds. */
const HASTY: Clock = {
  ...systemClock,
  setTimer: (delayMs, run) => systemClock.setTimer(delayMs / 100, run),
}

/** A disk that is full when `isFull` says so; `late` writes the batch and then says it failed. */
class FullDisk {
  isFull = false
  isLate = false

  wrap(store: KeyValueStore): KeyValueStore {
    return {
      get: (key) => store.get(key),
      getMany: (keys) => store.getMany(keys),
      entries: (range) => store.entries(range),
      close: () => store.close(),
      write: async (batch, options) => {
        if (this.isFull && !this.isLate) throw noRoom()
        await store.write(batch, options)
        if (this.isFull) throw noRoom()
      },
    }
  }

  recover(): Promise<void> {
    return this.isFull ? Promise.reject(noRoom()) : Promise.resolve()
  }
}

function noRoom(): DatabaseError {
  return new DatabaseError({ code: 'WRITE_FAILED', path: '/full', reason: 'ENOSPC' })
}

async function openOn(disk: FullDisk): Promise<TestChain> {
  return TestChain.open({
    clock: HASTY,
    wrap: (store) => disk.wrap(store),
    recoverStore: () => disk.recover(),
  })
}

const untilWritable = (test: TestChain) =>
  expect.poll(() => test.chain.isWritable, { interval: 5, timeout: 20_000 }).toBe(true)

describe('node / chain / disk full', () => {
  it('stays readable, takes no block, and goes on when there is room', async () => {
    const disk = new FullDisk()
    const test = await openOn(disk)
    await test.extend(2)
    const block = await test.seal()
    disk.isFull = true
    await expect(test.import(block)).rejects.toMatchObject({ type: { code: 'WRITE_FAILED' } })
    expect(test.chain.isWritable).toBe(false)
    await expect(test.import(block)).rejects.toMatchObject({ type: { code: 'NOT_WRITABLE' } })
    expect(test.chain.head.header.number).toBe(2n)
    expect(await test.chain.blocks.block(test.chain.head.hash)).toBeDefined()
    disk.isFull = false
    await untilWritable(test)
    expect((await test.import(block)).kind).toBe('imported')
    await expectConsistent(test)
  })

  it('finds out that a batch which failed is on disk after all', async () => {
    const disk = new FullDisk()
    const test = await openOn(disk)
    const changes: HeadChange[] = []
    const block = await test.seal()
    test.chain.events.on('head', (change) => changes.push(change))
    disk.isFull = true
    disk.isLate = true
    await expect(test.import(block)).rejects.toMatchObject({ type: { code: 'WRITE_FAILED' } })
    expect(changes).toEqual([])
    disk.isFull = false
    await untilWritable(test)
    expect(test.chain.head.hash).toBe(block.hash)
    expect(changes.map(({ head }) => head.hash)).toEqual([block.hash])
    expect(await test.import(block)).toEqual({ kind: 'known' })
    await test.extend(1)
    await expectConsistent(test)
  })
})
