/**
 * The log that every batch adds its commit record to.
 * Spec: docs/spec/storage.md, "Commit log".
 */
import { assert } from '../../../consensus/errors.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { tableEnd, tableStart } from '../keys.ts'
import {
  type Commit,
  type CommitRecord,
  commitKey,
  decodeCommitRecord,
  nextCommitRecord,
} from './commit-record.ts'

/**
 * Records that are kept: more than level's log ever holds (4 MiB of batches of a kilobyte and
 * more each), so that a hole in it lies within them.
 */
export const COMMIT_RECORDS_KEPT = 4096
/** The newest records, whose blocks are checked at boot as well as their links. */
export const COMMIT_BLOCKS_CHECKED = 256
/** Every so many batches the operating system has to have them on disk. */
const COMMITS_PER_SYNC = 64n

assert(COMMIT_BLOCKS_CHECKED <= COMMIT_RECORDS_KEPT, 'records are kept until they are checked')

export class CommitLog {
  #last: CommitRecord | undefined
  #staged: CommitRecord | undefined

  private constructor(last: CommitRecord | undefined) {
    this.#last = last
  }

  /** After the boot check: throws `CorruptionError` if the newest record is damaged. */
  static async open(store: KeyValueReader): Promise<CommitLog> {
    const range = { gte: tableStart('commit'), lt: tableEnd('commit'), reverse: true, limit: 1 }
    for await (const [key, bytes] of store.entries(range)) {
      return new CommitLog(decodeCommitRecord(key, bytes))
    }
    return new CommitLog(undefined)
  }

  /** undefined in an empty store. */
  get last(): CommitRecord | undefined {
    return this.#last
  }

  /** Adds the record of the batch; one a batch. Returns whether the batch is to be synced. */
  stage(batch: WriteBatch, commit: Commit): { readonly isSyncDue: boolean } {
    assert(this.#staged === undefined, 'a batch has one commit record')
    const { record, bytes } = nextCommitRecord(this.#last, commit)
    batch.put(commitKey(record.sequence), bytes)
    const outdated = record.sequence - BigInt(COMMIT_RECORDS_KEPT)
    if (outdated >= 0n) batch.delete(commitKey(outdated))
    this.#staged = record
    return { isSyncDue: record.sequence % COMMITS_PER_SYNC === 0n }
  }

  /** The batch is on disk. */
  committed(): void {
    assert(this.#staged !== undefined, 'a record was staged')
    this.#last = this.#staged
    this.#staged = undefined
  }

  /** The batch was not written. */
  discarded(): void {
    this.#staged = undefined
  }
}
