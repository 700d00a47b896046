/**
 * Postings and the record of what they cover, on disk: writers and readers without memory.
 * Spec: docs/spec/storage.md, "Log index".
 */
import type { Receipt } from '../../receipt.ts'
import { ByteReader } from '../codec/byte-reader.ts'
import { ByteWriter } from '../codec/byte-writer.ts'
import { type BlockPointer, decodePointer, encodePointer } from '../codec/pointer-record.ts'
import { openRecord, sealRecord, unlessDamaged } from '../codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { metaKey } from '../keys.ts'
import { postingKey, termsOfBlock } from './log-terms.ts'

export type BlockLogs = { readonly number: bigint; readonly receipts: readonly Receipt[] }

/** From `first` up to `head` every canonical block has its postings. */
export type Coverage = { readonly first: bigint; readonly head: BlockPointer }

const COVERAGE_KEY = metaKey('logIndex')
const NUMBER_BYTES = 8
const NOTHING = new Uint8Array(0)

export function putPostings(batch: WriteBatch, { number, receipts }: BlockLogs): void {
  for (const term of termsOfBlock(receipts)) {
    const posting = postingKey(term, number)
    batch.put(posting, sealRecord(posting, NOTHING))
  }
}

export function deletePostings(batch: WriteBatch, { number, receipts }: BlockLogs): void {
  for (const term of termsOfBlock(receipts)) batch.delete(postingKey(term, number))
}

export function putCoverage(batch: WriteBatch, { first, head }: Coverage): void {
  const payload = new ByteWriter().u64(first).bytes(encodePointer(head)).finish()
  batch.put(COVERAGE_KEY, sealRecord(COVERAGE_KEY, payload))
}

/**
 * The number from which on the index is complete. One that was not written with this head, by a
 * version that had no index, holds nothing for sure: then it begins above the head.
 */
export async function readFirst(store: KeyValueReader, head: BlockPointer): Promise<bigint> {
  const coverage = await unlessDamaged(readCoverage(store))
  return coverage?.head.hash === head.hash ? coverage.first : head.number + 1n
}

async function readCoverage(store: KeyValueReader): Promise<Coverage | undefined> {
  const record = await store.get(COVERAGE_KEY)
  if (record === undefined) return undefined
  const payload = openRecord(COVERAGE_KEY, record)
  const first = new ByteReader(COVERAGE_KEY, payload).u64()
  return { first, head: decodePointer(COVERAGE_KEY, payload.subarray(NUMBER_BYTES)) }
}
