/**
 * The one `level` database behind a node, and the batch that every writer adds to.
 *
 * One block import is one {@link WriteBatch}: the single write-ahead log of level then makes the
 * state on disk after a crash a prefix of what was written. Spec: docs/spec/storage.md.
 */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { CodedError } from '../../consensus/errors.ts'
import { isDiskFull } from './disk-full.ts'
import { checkTableFiles, tableFileNames } from './verify/table-files.ts'

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

/** How much a walk reads ahead, and how many entries it hands over at a time. */
const READ_AHEAD_BYTES = 256 * 1024
const READ_AHEAD_COUNT = 512
/** Table files that are checked when a database is opened, the newest: a quarter of a second. */
const OPEN_CHECK_BYTES_MAX = 256 * 1024 * 1024
/** Two write buffers of level: what it may need at once to go on after a failed write. */
const ROOM_PROBE_BYTES = 8 * 1024 * 1024

export type OpenOptions = {
  /** Bytes of table files to check, newest first; takes a second a gigabyte. */
  readonly checkBytesMax?: number
}

/** `level` on disk, opened by one process at a time. */
export class Database implements KeyValueStore {
  readonly #path: string
  #level: BinaryLevel
  #reopening: Promise<void> | undefined
  #isWritable = true

  private constructor(path: string, level: BinaryLevel) {
    this.#path = path
    this.#level = level
  }

  /** Opens or creates the database. Throws {@link DatabaseError} LOCKED, UNREADABLE, DAMAGED. */
  static async open(path: string, options: OpenOptions = {}): Promise<Database> {
    // Once it is open, level writes new files from these, and must not be caught at it.
    const names = await tableFileNames(path)
    const database = new Database(path, await openLevel(path))
    const bytesMax = options.checkBytesMax ?? OPEN_CHECK_BYTES_MAX
    const { damaged } = await checkTableFiles(path, bytesMax, names)
    if (damaged.length === 0) return database
    await database.close()
    throw damagedError(path, damaged)
  }

  /** False from a failed write until {@link recover}: only reads are answered meanwhile. */
  get isWritable(): boolean {
    return this.#isWritable
  }

  /** Answered at once from memory or the page cache: 2 us, where a thread's turn takes 40. */
  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#reopening !== undefined) await this.#reopening
    return asView(this.#level.getSync(key))
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    if (this.#reopening !== undefined) await this.#reopening
    return (await this.#level.getMany([...keys])).map(asView)
  }

  async *entries(range: KeyRange): AsyncIterable<Entry> {
    if (this.#reopening !== undefined) await this.#reopening
    const iterator = this.#level.iterator({ ...range, highWaterMarkBytes: READ_AHEAD_BYTES })
    try {
      for (;;) {
        const chunk = await iterator.nextv(READ_AHEAD_COUNT)
        if (chunk.length === 0) return
        for (const [key, value] of chunk) yield [asView(key), asView(value)]
      }
    } finally {
      await iterator.close()
    }
  }

  /**
   * Throws {@link DatabaseError} WRITE_FAILED, and nothing is written after that until
   * {@link recover}: a log that breaks off amid a batch would swallow the batches behind it.
   */
  async write(batch: WriteBatch, options: { readonly sync?: boolean } = {}): Promise<void> {
    if (!this.#isWritable) throw writeError(this.#path, new Error('an earlier write failed'))
    // Half the time on this thread that one array of operations takes.
    const chained = this.#level.batch()
    for (const operation of batch.operations) {
      if (operation.type === 'put') chained.put(operation.key, operation.value)
      else chained.del(operation.key)
    }
    try {
      await chained.write({ sync: options.sync ?? false })
    } catch (error) {
      this.#isWritable = false
      throw writeError(this.#path, error)
    }
  }

  /**
   * After a failed write: makes sure that there is room, and begins a new log. The batch that
   * failed may be on disk after all, so whoever remembers what was last written reads it again.
   * Throws {@link DatabaseError} WRITE_FAILED as long as there is no room; reads go on.
   */
  async recover(): Promise<void> {
    if (this.#isWritable) return
    await probeRoom(this.#path)
    this.#reopening = this.#reopen()
    try {
      await this.#reopening
      this.#isWritable = true
    } finally {
      this.#reopening = undefined
    }
  }

  async close(): Promise<void> {
    await this.#level.close()
  }

  async #reopen(): Promise<void> {
    await this.#level.close()
    this.#level = await openLevel(this.#path)
  }
}

/** Level hands out Buffers, whose `slice` shares memory where that of a Uint8Array copies. */
function asView<Value extends Uint8Array | undefined>(value: Value): Value | Uint8Array {
  return value && new Uint8Array(value.buffer, value.byteOffset, value.length)
}

async function openLevel(path: string): Promise<BinaryLevel> {
  const level: BinaryLevel = new Level(path, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await level.open()
  } catch (error) {
    throw openError(path, error)
  }
  return level
}

async function probeRoom(path: string): Promise<void> {
  const probe = join(path, 'room.probe')
  try {
    await writeFile(probe, new Uint8Array(ROOM_PROBE_BYTES), { flush: true })
  } catch (error) {
    throw writeError(path, error)
  } finally {
    await rm(probe, { force: true })
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
  const advice =
    code === 'LEVEL_CORRUPTION' || /corrupt/i.test(reason)
      ? 'move the directory away and sync again'
      : "check the directory's permissions"
  return new DatabaseError(
    { code: 'UNREADABLE', path, reason },
    `The database at ${path} can't be opened (${reason}): ${advice}.`,
    { cause: error },
  )
}

function damagedError(path: string, files: readonly string[]): DatabaseError {
  return new DatabaseError(
    { code: 'DAMAGED', path, files },
    `The database at ${path} is damaged (${files.join(', ')}): move the directory away and sync again.`,
  )
}

function writeError(path: string, error: unknown): DatabaseError {
  const reason = error instanceof Error ? error.message : String(error)
  const advice = isDiskFull(error)
    ? 'the disk is full, so make room'
    : 'check the disk and its permissions'
  return new DatabaseError(
    { code: 'WRITE_FAILED', path, reason },
    `The database at ${path} can't be written (${reason}): ${advice}.`,
    { cause: error },
  )
}

export type DatabaseErrorType =
  | { readonly code: 'LOCKED'; readonly path: string }
  | { readonly code: 'DAMAGED'; readonly path: string; readonly files: readonly string[] }
  | { readonly code: 'UNREADABLE' | 'WRITE_FAILED'; readonly path: string; readonly reason: string }

export class DatabaseError extends CodedError<DatabaseErrorType> {}
