/**
 * What a node looks at before it trusts its database: the newest commit records follow each other
 * without a hole, and their blocks, state roots and the head pointer are there and hash.
 *
 * Finds, and changes nothing; `repair.ts` moves the head to the last good commit.
 * Spec: docs/spec/storage.md, "Boot check".
 */
import { CodedError } from '../../../consensus/errors.ts'
import type { Hash } from '../../../consensus/types.ts'
import { type BlockPointer, readPointer } from '../codec/pointer-record.ts'
import { CorruptionError, type CorruptionErrorType, unlessDamaged } from '../codec/record.ts'
import type { KeyValueReader } from '../database.ts'
import { readU64, tableEnd, tableStart } from '../keys.ts'
import { expectHeader, findDamage } from './block-check.ts'
import { COMMIT_BLOCKS_CHECKED, COMMIT_RECORDS_KEPT } from './commit-log.ts'
import { type CommitRecord, decodeCommitRecord, isLinked } from './commit-record.ts'
import { readIntent } from './reorg-intent.ts'

export type BootFinding =
  /** Batches between these two vanished. */
  | { readonly code: 'COMMITS_LOST'; readonly after: bigint; readonly before: bigint }
  | { readonly code: 'COMMIT_DAMAGED' | 'COMMIT_UNLINKED'; readonly sequence: bigint }
  /** A part of the commit's block is not there or not as it was written. */
  | {
      readonly code: 'BLOCK_DAMAGED'
      readonly sequence: bigint
      readonly block: Hash
      readonly damage: CorruptionErrorType
    }
  /** The head pointer is not the head of the last good commit. */
  | {
      readonly code: 'HEAD_MISPLACED'
      readonly expected: Hash
      readonly actual: Hash | undefined
    }

export type BootReport = {
  /** Of the checks that failed, in the order of the log; empty: all is well. */
  readonly findings: readonly BootFinding[]
  /** The last commit up to which everything is good, and its head: where the node goes on. */
  readonly lastGood: CommitRecord
  readonly head: BlockPointer
  /** What stands behind the last good commit, as far as it can be read. */
  readonly behind: readonly CommitPlace[]
  /** The node lost what was final: CORRUPT, it must not vote. */
  readonly isBelowFinalized: boolean
  /** Where a reorg was going when the node stopped. */
  readonly unfinishedReorg: BlockPointer | undefined
}

/** Throws {@link BootError} when no good commit is left. Takes a second for 256 full blocks. */
export async function bootCheck(store: KeyValueReader): Promise<BootReport> {
  const row = await readRow(store)
  const { good, findings } = await checkRow(store, row)
  const lastGood = good.at(-1)
  if (lastGood === undefined) throw new BootError(findings)
  const { number } = await expectHeader(store, lastGood.head)
  const head = { hash: lastGood.head, number }
  const behind = row.slice(good.length)
  if (behind.length === 0) findings.push(...(await checkHeadPointer(store, head)))
  return {
    findings,
    lastGood,
    head,
    behind,
    isBelowFinalized: await isBelowFinalized(store, head),
    unfinishedReorg: await unlessDamaged(readIntent(store)),
  }
}

/** A place in the log, with its record if that can be read. */
export type CommitPlace = { readonly sequence: bigint; readonly record: CommitRecord | undefined }

async function readRow(store: KeyValueReader): Promise<CommitPlace[]> {
  const row: CommitPlace[] = []
  const range = {
    gte: tableStart('commit'),
    lt: tableEnd('commit'),
    reverse: true,
    limit: COMMIT_RECORDS_KEPT,
  }
  for await (const [key, bytes] of store.entries(range)) {
    row.push({ sequence: readU64(key, 1), record: tryDecode(key, bytes) })
  }
  return row.reverse()
}

function tryDecode(key: Uint8Array, bytes: Uint8Array): CommitRecord | undefined {
  try {
    return decodeCommitRecord(key, bytes)
  } catch (error) {
    if (error instanceof CorruptionError) return undefined
    throw error
  }
}

/** The records up to the first that is not good, and what is wrong with that. */
async function checkRow(
  store: KeyValueReader,
  row: readonly CommitPlace[],
): Promise<{ good: CommitRecord[]; findings: BootFinding[] }> {
  const good: CommitRecord[] = []
  const newest = row.at(-1)?.sequence ?? 0n
  for (const place of row) {
    const { sequence, record } = place
    const fault = findLinkFault(good.at(-1), place)
    if (fault !== undefined || record === undefined) {
      return { good, findings: fault === undefined ? [] : [fault] }
    }
    const isBlockChecked = newest - sequence < BigInt(COMMIT_BLOCKS_CHECKED)
    const damage = isBlockChecked ? await findDamage(store, record) : undefined
    if (damage !== undefined) {
      const { block } = record
      return { good, findings: [{ code: 'BLOCK_DAMAGED', sequence, block, damage }] }
    }
    good.push(record)
  }
  return { good, findings: [] }
}

function findLinkFault(
  previous: CommitRecord | undefined,
  { sequence, record }: CommitPlace,
): BootFinding | undefined {
  // Nothing is known of what stood before the oldest record that is kept.
  if (previous !== undefined && sequence !== previous.sequence + 1n) {
    return { code: 'COMMITS_LOST', after: previous.sequence, before: sequence }
  }
  if (record === undefined) return { code: 'COMMIT_DAMAGED', sequence }
  return isLinked(previous, record) ? undefined : { code: 'COMMIT_UNLINKED', sequence }
}

async function checkHeadPointer(
  store: KeyValueReader,
  { hash }: BlockPointer,
): Promise<BootFinding[]> {
  const stored = await unlessDamaged(readPointer(store, 'head'))
  if (stored?.hash === hash) return []
  return [{ code: 'HEAD_MISPLACED', expected: hash, actual: stored?.hash }]
}

/** When in doubt, yes: a node that does not know what was final must not vote. */
async function isBelowFinalized(store: KeyValueReader, head: BlockPointer): Promise<boolean> {
  const finalized = await unlessDamaged(readPointer(store, 'finalized'))
  return finalized === undefined || head.number < finalized.number
}

export type BootErrorType = {
  readonly code: 'BEYOND_REPAIR'
  readonly findings: readonly BootFinding[]
}

/** Nothing in the database can be trusted; the chain itself is safe with the other nodes. */
export class BootError extends CodedError<BootErrorType> {
  constructor(findings: readonly BootFinding[]) {
    super(
      { code: 'BEYOND_REPAIR', findings },
      'The database is damaged beyond repair: move the data directory away and sync again.',
    )
  }
}
