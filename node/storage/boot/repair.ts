/**
 * Moves a damaged database back to its last good commit. No block is deleted: those behind it
 * lose the status `executed`, so that they are executed again once their parents are here.
 *
 * Batches behind a hole were applied to tables that lacked the lost ones, so nothing can be
 * undone step by step: indices are rebuilt from the good branch, and the caller restores the flat
 * state from the trie. Spec: docs/spec/storage.md, "Repair".
 */
import type { Hash } from '../../../consensus/types.ts'
import * as tables from '../block-tables.ts'
import { type BlockPointer, readPointer, stagePointer } from '../codec/pointer-record.ts'
import { unlessDamaged } from '../codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { deletePostings, putCoverage, putPostings, readFirst } from '../log-index/log-tables.ts'
import { expectHeader } from './block-check.ts'
import { BootError, type BootReport } from './boot-check.ts'
import { commitKey } from './commit-record.ts'
import { SWITCH_BLOCKS_MAX, stageIntentDone } from './reorg-intent.ts'

/**
 * Adds the repair of everything but the state. Returns the blocks whose changes the flat state
 * may hold or lack: every account and slot in their change records is to be written anew, in the
 * same batch, as the trie of `report.head` has it. Throws {@link BootError} when the blocks are
 * not all known.
 */
export async function stageRepair(
  batch: WriteBatch,
  store: KeyValueReader,
  report: BootReport,
): Promise<Hash[]> {
  const { head, behind } = report
  const lowest = await lowestTouched(store, report)
  const branch = await branchDownTo(store, head, lowest)
  await stageIndices(batch, store, branch, lowest)
  await stageLogs(batch, store, head, branch)
  const touched: Hash[] = []
  for await (const block of tables.blocksBetween(store, lowest)) {
    touched.push(block.hash)
    if (branch.get(block.number) !== block.hash) await stageDistrust(batch, store, block)
  }
  stagePointer(batch, 'head', head)
  stageIntentDone(batch)
  for (const { sequence } of behind) batch.delete(commitKey(sequence))
  return behind.length === 0 ? [] : touched
}

/** The lowest number at which a batch behind the last good commit may have changed anything. */
async function lowestTouched(store: KeyValueReader, report: BootReport): Promise<bigint> {
  const { head, behind, findings, lastGood } = report
  let lowest = head.number
  for (const [index, { sequence, record }] of behind.entries()) {
    if (record === undefined) {
      // Unread, it may have switched as far as a batch can, and to any block that was lost.
      const isAllHere = sequence === lastGood.sequence + 1n + BigInt(index)
      if (!isAllHere) throw new BootError(findings)
      lowest = floor(lowest - BigInt(SWITCH_BLOCKS_MAX))
      continue
    }
    const brought = await numberOf(store, record.block)
    if (brought !== undefined && brought < lowest) lowest = brought
    for (const hash of [...record.removed, ...record.added]) {
      const number = await numberOf(store, hash)
      // What a lost block changed in the flat state is not known any more.
      if (number === undefined) throw new BootError(findings)
      if (number < lowest) lowest = number
    }
  }
  return lowest
}

function floor(number: bigint): bigint {
  return number < 0n ? 0n : number
}

async function numberOf(store: KeyValueReader, hash: Hash): Promise<bigint | undefined> {
  const header = await unlessDamaged(tables.readHeader(store, hash))
  return header?.number ?? (await unlessDamaged(tables.readTree(store, hash)))?.number
}

/** Number to hash of the good branch, from the head down to `lowest`. */
async function branchDownTo(
  store: KeyValueReader,
  head: BlockPointer,
  lowest: bigint,
): Promise<Map<bigint, Hash>> {
  const branch = new Map<bigint, Hash>()
  let { hash, number } = head
  for (; number >= lowest; number--) {
    branch.set(number, hash)
    hash = (await expectHeader(store, hash)).parentHash
    if (number === 0n) break
  }
  return branch
}

/** Makes both indices those of the good branch: what else is canonical goes, all of it comes. */
async function stageIndices(
  batch: WriteBatch,
  store: KeyValueReader,
  branch: ReadonlyMap<bigint, Hash>,
  lowest: bigint,
): Promise<void> {
  for await (const number of tables.canonicalNumbersFrom(store, lowest)) {
    const actual = await unlessDamaged(tables.readCanonical(store, number))
    if (actual !== undefined && actual === branch.get(number)) continue
    tables.deleteCanonical(batch, number)
    if (actual === undefined) continue
    await stageUnlocate(batch, store, actual)
    const receipts = (await unlessDamaged(tables.readReceipts(store, actual))) ?? []
    deletePostings(batch, { number, receipts })
  }
  // All of them, after all that goes: a transaction may stand in a block of either branch, and a
  // batch behind the hole may have taken its place away where the number was right all along.
  for (const [number, hash] of branch) {
    tables.putCanonical(batch, { number, hash })
    const hashes = await unlessDamaged(tables.readTransactionHashes(store, hash))
    tables.putLocations(batch, { number, hash }, hashes ?? [])
  }
}

/** Postings of the good branch, all of them: batches behind the hole may have taken some away. */
async function stageLogs(
  batch: WriteBatch,
  store: KeyValueReader,
  head: BlockPointer,
  branch: ReadonlyMap<bigint, Hash>,
): Promise<void> {
  let isWhole = true
  for (const [number, hash] of branch) {
    const receipts = await unlessDamaged(tables.readReceipts(store, hash))
    isWhole &&= receipts !== undefined
    putPostings(batch, { number, receipts: receipts ?? [] })
  }
  // The last batch that is there, good or not, wrote both.
  const stored = await unlessDamaged(readPointer(store, 'head'))
  const first = stored && isWhole ? await readFirst(store, stored) : head.number + 1n
  putCoverage(batch, { first: first > head.number ? head.number + 1n : first, head })
}

/** Takes the transactions of a block out of the index, unless they are indexed elsewhere. */
async function stageUnlocate(batch: WriteBatch, store: KeyValueReader, hash: Hash): Promise<void> {
  const hashes = await unlessDamaged(tables.readTransactionHashes(store, hash))
  for (const transactionHash of hashes ?? []) {
    const location = await unlessDamaged(tables.readLocation(store, transactionHash))
    if (location === undefined || location.blockHash === hash) {
      tables.deleteLocation(batch, transactionHash)
    }
  }
}

async function stageDistrust(
  batch: WriteBatch,
  store: KeyValueReader,
  block: BlockPointer,
): Promise<void> {
  const record = await unlessDamaged(tables.readTree(store, block.hash))
  if (record === undefined) tables.deleteTree(batch, block)
  else if (record.status === 'executed') tables.putTree(batch, { ...record, status: 'verified' })
}
