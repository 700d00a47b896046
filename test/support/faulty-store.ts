/**
 * A store whose n-th operation fails, to try a procedure at every point where a disk can.
 *
 * `before`: the operation has no effect. `after`: a write takes effect and then fails, as when
 * the disk gave up at the fsync. Once it has failed, everything fails, until it is replaced.
 */
import type { Entry, KeyRange, KeyValueStore, WriteBatch } from '../../node/storage/database.ts'

export type FaultPlan = { readonly operation: number; readonly when: 'before' | 'after' }

export class FaultyStore implements KeyValueStore {
  readonly #store: KeyValueStore
  readonly #plan: FaultPlan | undefined
  #operations = 0
  #hasFailed = false

  constructor(store: KeyValueStore, plan?: FaultPlan) {
    this.#store = store
    this.#plan = plan
  }

  /** Operations asked for so far: a run without a plan tells how many points there are. */
  get operations(): number {
    return this.#operations
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#step()
    return this.#store.get(key)
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#step()
    return this.#store.getMany(keys)
  }

  async *entries(range: KeyRange): AsyncIterable<Entry> {
    this.#step()
    yield* this.#store.entries(range)
  }

  async write(batch: WriteBatch, options?: { readonly sync?: boolean }): Promise<void> {
    if (this.#isDue() && this.#plan?.when === 'after' && !this.#hasFailed) {
      await this.#store.write(batch, options)
    }
    this.#step()
    await this.#store.write(batch, options)
  }

  async close(): Promise<void> {
    await this.#store.close()
  }

  #isDue(): boolean {
    return this.#plan?.operation === this.#operations
  }

  #step(): void {
    if (this.#isDue()) this.#hasFailed = true
    this.#operations += 1
    if (this.#hasFailed) throw new InjectedFault()
  }
}

export class InjectedFault extends Error {
  readonly code = 'EIO'

  constructor() {
    super('EIO: injected fault')
  }
}
