/**
 * One record for each batch that changes the chain, linked by hash to the one before: level does
 * not notice when damage in its log swallows a batch, but a hole in this row shows it.
 * Spec: docs/spec/storage.md, "Commit log".
 */
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import type { Hash } from '../../../consensus/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { ByteReader } from '../codec/byte-reader.ts'
import { ByteWriter } from '../codec/byte-writer.ts'
import { corruptRecord } from '../codec/record.ts'
import { key, u64be } from '../keys.ts'

/** What a batch did. */
export type Commit = {
  /** The block that the batch brought; the head, where it brought none. */
  readonly block: Hash
  /** State root of `block`. */
  readonly stateRoot: Hash
  /** The head after the batch: the flat state stands at it. */
  readonly head: Hash
  /** How the head moved: off these, newest first, and onto those, oldest first. */
  readonly removed: readonly Hash[]
  readonly added: readonly Hash[]
}

export type CommitRecord = Commit & {
  /** Rises by one; genesis is 0. */
  readonly sequence: bigint
  /** Digest of the record before; zeros for genesis. */
  readonly previousDigest: Hash
  readonly digest: Hash
}

const DIGEST_BYTES = 32
const NO_DIGEST: Hash = `0x${'00'.repeat(DIGEST_BYTES)}`

export function commitKey(sequence: bigint): Uint8Array {
  return key('commit', u64be(sequence))
}

/** The record of `commit` after `previous`, and the bytes to store for it. */
export function nextCommitRecord(
  previous: Pick<CommitRecord, 'sequence' | 'digest'> | undefined,
  commit: Commit,
): { readonly record: CommitRecord; readonly bytes: Uint8Array } {
  const sequence = previous === undefined ? 0n : previous.sequence + 1n
  const previousDigest = previous?.digest ?? NO_DIGEST
  const writer = new ByteWriter()
    .u64(sequence)
    .hex(previousDigest)
    .hex(commit.block)
    .hex(commit.stateRoot)
    .hex(commit.head)
    .u16(commit.removed.length)
    .u16(commit.added.length)
  for (const hash of commit.removed) writer.hex(hash)
  for (const hash of commit.added) writer.hex(hash)
  const digest = keccak256(writer.finish())
  const record = { ...commit, sequence, previousDigest, digest: bytesToHex(digest) }
  return { record, bytes: writer.bytes(digest).finish() }
}

/** Throws `CorruptionError` for what is not a record of this key. */
export function decodeCommitRecord(recordKey: Uint8Array, bytes: Uint8Array): CommitRecord {
  const end = bytes.length - DIGEST_BYTES
  if (end < 0) throw corruptRecord(recordKey)
  const digest = bytesToHex(keccak256(bytes.subarray(0, end)))
  if (digest !== bytesToHex(bytes.subarray(end))) throw corruptRecord(recordKey)
  const reader = new ByteReader(recordKey, bytes.subarray(0, end))
  const fields = {
    sequence: reader.u64(),
    previousDigest: reader.hex(32),
    block: reader.hex(32),
    stateRoot: reader.hex(32),
    head: reader.hex(32),
  }
  const removedCount = reader.u16()
  const addedCount = reader.u16()
  const removed = Array.from({ length: removedCount }, () => reader.hex(32))
  const added = Array.from({ length: addedCount }, () => reader.hex(32))
  reader.end()
  if (bytesToHex(commitKey(fields.sequence)) !== bytesToHex(recordKey)) {
    throw corruptRecord(recordKey)
  }
  return { ...fields, removed, added, digest }
}

/** Whether `record` may stand right after `previous`. */
export function isLinked(previous: CommitRecord | undefined, record: CommitRecord): boolean {
  if (previous === undefined) return record.sequence > 0n || record.previousDigest === NO_DIGEST
  return record.sequence === previous.sequence + 1n && record.previousDigest === previous.digest
}
