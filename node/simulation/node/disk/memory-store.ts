/**
 * A database in memory that behaves as `level` on a disk does: batches are whole, what was synced
 * stays, of the rest a power cut leaves some beginning, and a write may fail.
 *
 * Spec: docs/simulator.md, "Disks"; docs/spec/storage.md, "Failures".
 */
import { ownBytes } from '../../../../consensus/codec/short-bytes.ts'
import {
  DatabaseError,
  type Entry,
  type KeyRange,
  type WriteBatch,
} from '../../../storage/database.ts'
import type { RecoverableStore } from '../../../storage/disk.ts'
import type { SeededRng } from '../../engine/seeded-rng.ts'
import type { DiskFaults } from './disk-faults.ts'

/** A table is the first byte of a key; it is sorted when somebody walks through it. */
type Table = { readonly values: Map<string, Uint8Array>; sorted: string[] | undefined }

/** What one batch replaced, in order. */
type Undo = { readonly key: string; readonly before: Uint8Array | undefined }[]

export type StoreSnapshot = ReadonlyMap<number, ReadonlyMap<string, Uint8Array>>

export class MemoryStore implements RecoverableStore {
  readonly #faults: DiskFaults
  readonly #rng: SeededRng
  #tables = new Map<number, Table>()
  /** Of the batches that a power cut may take, oldest first. */
  #unsynced: Undo[] = []
  #isWritable = true
  #writes = 0

  constructor(faults: DiskFaults, rng: SeededRng) {
    this.#faults = faults
    this.#rng = rng
  }

  /** Batches written since the beginning. */
  get writes(): number {
    return this.#writes
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#read(key)
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.#read(key))
  }

  async *entries({ gte, lt, reverse, limit }: KeyRange): AsyncIterable<Entry> {
    const [first, last] = [textOf(gte), textOf(lt)]
    const found: [string, Uint8Array][] = []
    for (let prefix = gte[0] ?? 0; prefix <= (lt[0] ?? 0xff); prefix++) {
      const table = this.#tables.get(prefix)
      if (table === undefined) continue
      table.sorted ??= [...table.values.keys()].sort()
      for (let at = lowerBound(table.sorted, first); at < table.sorted.length; at++) {
        const key = table.sorted[at]
        if (key === undefined || key >= last) break
        const value = table.values.get(key)
        if (value !== undefined) found.push([key, value])
      }
    }
    if (reverse === true) found.reverse()
    for (const [key, value] of found.slice(0, limit)) yield [bytesOf(key), value]
  }

  async write(batch: WriteBatch, { sync = false } = {}): Promise<void> {
    if (!this.#isWritable) throw writeFailed('an earlier write failed')
    await this.#faults.delay()
    const failure = this.#faults.failure
    if (failure !== undefined) {
      this.#isWritable = false
      // The disk may have given up after it took the batch.
      if (this.#rng.chance(0.5)) this.#apply(batch, false)
      throw writeFailed(failure)
    }
    this.#apply(batch, sync)
    await this.#faults.onWrite()
  }

  async recover(): Promise<void> {
    if (this.#faults.failure !== undefined) throw writeFailed(this.#faults.failure)
    // The real one closes and opens level here.
    this.open()
    this.#isWritable = true
  }

  /** level writes what it finds in its log into a table when it opens, and syncs that. */
  open(): void {
    this.#unsynced = []
  }

  /** The process is gone and its memory with it; the disk stays. */
  async close(): Promise<void> {
    this.#isWritable = true
  }

  /** The power went: returns how many batches are gone. */
  losePower(): number {
    const kept = this.#rng.below(this.#unsynced.length + 1)
    const lost = this.#unsynced.splice(kept).reverse()
    for (const undo of lost) {
      for (const { key, before } of undo.reverse()) this.#set(key, before)
    }
    this.#unsynced = []
    return lost.length
  }

  /**
   * The power went and the log has a hole: of what was not synced one batch is gone, and those
   * behind it stay. False: nothing was unsynced.
   */
  losePowerWithHole(): boolean {
    if (this.#unsynced.length < 2) return false
    const hole = this.#rng.below(this.#unsynced.length - 1)
    const later = new Set(this.#unsynced.slice(hole + 1).flatMap((undo) => undo.map((u) => u.key)))
    for (const { key, before } of (this.#unsynced[hole] ?? []).reverse()) {
      if (!later.has(key)) this.#set(key, before)
    }
    this.#unsynced = []
    return true
  }

  /** Flips one bit of a value of the table; false: there is none. */
  flipBit(prefix: number): boolean {
    const values = this.#tables.get(prefix)?.values
    if (values === undefined || values.size === 0) return false
    const key = this.#rng.pick([...values.keys()].sort())
    const damaged = Uint8Array.from(values.get(key) ?? [])
    if (damaged.length === 0) return false
    const at = this.#rng.below(damaged.length)
    damaged[at] = (damaged[at] ?? 0) ^ (1 << this.#rng.below(8))
    values.set(key, damaged)
    return true
  }

  snapshot(): StoreSnapshot {
    return new Map([...this.#tables].map(([prefix, { values }]) => [prefix, new Map(values)]))
  }

  restore(snapshot: StoreSnapshot): void {
    this.#unsynced = []
    this.#tables = new Map(
      [...snapshot].map(([prefix, values]) => [
        prefix,
        { values: new Map(values), sorted: undefined },
      ]),
    )
  }

  #read(key: Uint8Array): Uint8Array | undefined {
    return this.#tables.get(key[0] ?? 0)?.values.get(textOf(key))
  }

  #apply({ operations }: WriteBatch, isSynced: boolean): void {
    this.#writes += 1
    if (isSynced) this.#unsynced = []
    const undo: Undo = []
    for (const operation of operations) {
      const key = textOf(operation.key)
      const before = this.#set(key, operation.type === 'put' ? operation.value : undefined)
      if (!isSynced) undo.push({ key, before })
    }
    if (!isSynced) this.#unsynced.push(undo)
  }

  /** Returns what stood there. */
  #set(key: string, value: Uint8Array | undefined): Uint8Array | undefined {
    const prefix = key.charCodeAt(0)
    let table = this.#tables.get(prefix)
    if (table === undefined) {
      table = { values: new Map(), sorted: undefined }
      this.#tables.set(prefix, table)
    }
    const before = table.values.get(key)
    if (value === undefined) table.values.delete(key)
    else table.values.set(key, ownBytes(value))
    if ((before === undefined) !== (value === undefined)) table.sorted = undefined
    return before
  }
}

function lowerBound(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Bytes as a text of the same order. */
function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1')
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

function writeFailed(reason: string): DatabaseError {
  const type = { code: 'WRITE_FAILED', path: 'simulated', reason } as const
  return new DatabaseError(type, `The simulated disk can't be written (${reason}).`)
}
