/**
 * The one `level` database behind a node, and the batch that every writer adds to.
 *
 * One block import is one {@link WriteBatch}: the single write-ahead log of level then makes the
 * state on disk after a crash a prefix of what was written. Spec: docs/spec/storage.md.
 */
import { Level } from 'level'
import { CodedError } from '../../consensus/errors.ts'

export type KeyRange = {
  readonly gte: Uint8Array
  readonly lt: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}

export type Entry = readonly [key: Uint8Array, value: Uint8Array]

/** What readers of the store need; the simulator's disk is the second implementation. */
export interface KeyValueReader {
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  entries(range: KeyRange): AsyncIterable<Entry>
}

export interface KeyValueStore extends KeyValueReader {
  /** All or nothing. `sync` waits until the operating system has it on disk. */
  write(batch: WriteBatch, options?: { readonly sync?: boolean }): Promise<void>
  close(): Promise<void>
}

type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** Puts and deletes in order; a later operation on a key wins. */
export class WriteBatch {
  readonly operations: Operation[] = []
  #bytes = 0

  /** Keys and values added so far, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  put(key: Uint8Array, value: Uint8Array): this {
    this.operations.push({ type: 'put', key, value })
    this.#bytes += key.length + value.length
    return this
  }

  delete(key: Uint8Array): this {
    this.operations.push({ type: 'del', key })
    this.#bytes += key.length
    return this
  }
}

type BinaryLevel = Level<Uint8Array, Uint8Array>

/** `level` on disk, opened by one process at a time. */
export class Database implements KeyValueStore {
  readonly #level: BinaryLevel

  private constructor(level: BinaryLevel) {
    this.#level = level
  }

  /** Opens or creates the database. Throws {@link DatabaseError} LOCKED or UNREADABLE. */
  static async open(path: string): Promise<Database> {
    const level: BinaryLevel = new Level(path, { keyEncoding: 'view', valueEncoding: 'view' })
    try {
      await level.open()
    } catch (error) {
      throw openError(path, error)
    }
    return new Database(level)
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#level.get(key)
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#level.getMany([...keys])
  }

  async *entries(range: KeyRange): AsyncIterable<Entry> {
    yield* this.#level.iterator(range)
  }

  async write(batch: WriteBatch, options: { readonly sync?: boolean } = {}): Promise<void> {
    await this.#level.batch(batch.operations, { sync: options.sync ?? false })
  }

  async close(): Promise<void> {
    await this.#level.close()
  }
}

function openError(path: string, error: unknown): DatabaseError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? cause.message : String(cause)
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'LEVEL_LOCKED' || /lock/i.test(reason)) {
    return new DatabaseError(
      { code: 'LOCKED', path },
      `The data directory ${path} is in use by another process: stop it, or give another --data-dir.`,
    )
  }
  return new DatabaseError(
    { code: 'UNREADABLE', path, reason },
    `The database at ${path} can't be opened (${reason}): check the directory's permissions.`,
  )
}

export type DatabaseErrorType =
  | { readonly code: 'LOCKED'; readonly path: string }
  | { readonly code: 'UNREADABLE'; readonly path: string; readonly reason: string }

export class DatabaseError extends CodedError<DatabaseErrorType> {}
