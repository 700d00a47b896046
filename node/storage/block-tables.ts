/**
 * The tables that describe blocks, one reader and one writer each, without cache or memory.
 *
 * A reader returns undefined for what is not there and throws `CorruptionError` for what is not
 * as it was written. Spec: docs/spec/storage.md, "Tables".
 */

import { decodeHeader, encodeHeader } from '../../consensus/codec/header-codec.ts'
import { bytesToHex, hexToBytes } from '../../consensus/codec/hex.ts'
import { AssertionError } from '../../consensus/errors.ts'
import type { BlockRecord } from '../../consensus/tree/block-node.ts'
import type { Hash, Header } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { TransactionLocation } from '../api.ts'
import type { Receipt } from '../receipt.ts'
import { type Body, type DecodeTransaction, decodeBody, encodeBody } from './codec/body-codec.ts'
import { decodeLocation, locationEncoder } from './codec/location-record.ts'
import type { BlockPointer } from './codec/pointer-record.ts'
import { decodeReceipts, encodeReceipts } from './codec/receipt-codec.ts'
import { corruptRecord, missingRecord, openRecord, sealRecord } from './codec/record.ts'
import { decodeTreeRecord, encodeTreeRecord } from './codec/tree-record.ts'
import type { KeyValueReader, WriteBatch } from './database.ts'
import { key, readU64, type TableName, tableEnd, u64be } from './keys.ts'

const NOTHING = new Uint8Array(0)

export async function readHeader(store: KeyValueReader, hash: Hash): Promise<Header | undefined> {
  const headerKey = key('header', hexToBytes(hash))
  const rlp = await store.get(headerKey)
  if (rlp === undefined) return undefined
  if (bytesToHex(keccak256(rlp)) !== hash) throw corruptRecord(headerKey)
  return decodeHeader(rlp)
}

export function putHeader(batch: WriteBatch, hash: Hash, header: Header): void {
  const hashBytes = hexToBytes(hash)
  batch.put(key('header', hashBytes), encodeHeader(header))
  const heightKey = key('height', u64be(header.number), hashBytes)
  batch.put(heightKey, sealRecord(heightKey, NOTHING))
}

export async function readBody(
  store: KeyValueReader,
  hash: Hash,
  decode: DecodeTransaction,
): Promise<Body | undefined> {
  const found = await readSealed(store, 'body', hash)
  return found && decodeBody(found.key, found.payload, decode)
}

export function putBody(batch: WriteBatch, hash: Hash, body: Body): void {
  putSealed(batch, 'body', hash, encodeBody(body))
}

/** Raw transactions of a stored block; undefined without a body. */
export async function readRawTransactions(
  store: KeyValueReader,
  hash: Hash,
): Promise<Uint8Array[] | undefined> {
  const body = await readBody(store, hash, () => {
    throw new AssertionError('raw bytes are read without decoding')
  })
  return body?.transactions.map(({ raw }) => raw)
}

/** Hashes of a stored block's transactions; undefined without a body. */
export async function readTransactionHashes(
  store: KeyValueReader,
  hash: Hash,
): Promise<Hash[] | undefined> {
  const raws = await readRawTransactions(store, hash)
  return raws?.map((raw) => bytesToHex(keccak256(raw)))
}

export async function readReceipts(
  store: KeyValueReader,
  hash: Hash,
): Promise<readonly Receipt[] | undefined> {
  const found = await readSealed(store, 'receipts', hash)
  return found && decodeReceipts(found.key, found.payload)
}

export function putReceipts(batch: WriteBatch, hash: Hash, receipts: readonly Receipt[]): void {
  putSealed(batch, 'receipts', hash, encodeReceipts(receipts))
}

export async function readProof(
  store: KeyValueReader,
  hash: Hash,
): Promise<Uint8Array | undefined> {
  return (await readSealed(store, 'proof', hash))?.payload
}

export function putProof(batch: WriteBatch, hash: Hash, proof: Uint8Array): void {
  putSealed(batch, 'proof', hash, proof)
}

export function deleteProof(batch: WriteBatch, hash: Hash): void {
  batch.delete(key('proof', hexToBytes(hash)))
}

export async function readTree(
  store: KeyValueReader,
  hash: Hash,
): Promise<BlockRecord | undefined> {
  const found = await readSealed(store, 'tree', hash)
  return found && decodeTreeRecord(found.key, hash, found.payload)
}

/** Forgets a record that can't be read, and so the block: it comes again as a new one. */
export function deleteTree(batch: WriteBatch, { hash, number }: BlockPointer): void {
  batch.delete(key('tree', hexToBytes(hash)))
  batch.delete(key('height', u64be(number), hexToBytes(hash)))
}

export function putTree(batch: WriteBatch, record: BlockRecord): void {
  putSealed(batch, 'tree', record.hash, encodeTreeRecord(record))
}

export async function readCanonical(
  store: KeyValueReader,
  number: bigint,
): Promise<Hash | undefined> {
  const canonicalKey = key('canonical', u64be(number))
  const record = await store.get(canonicalKey)
  if (record === undefined) return undefined
  const hash = openRecord(canonicalKey, record)
  if (hash.length !== 32) throw corruptRecord(canonicalKey)
  return bytesToHex(hash)
}

export function putCanonical(batch: WriteBatch, { number, hash }: BlockPointer): void {
  const canonicalKey = key('canonical', u64be(number))
  batch.put(canonicalKey, sealRecord(canonicalKey, hexToBytes(hash)))
}

export function deleteCanonical(batch: WriteBatch, number: bigint): void {
  batch.delete(key('canonical', u64be(number)))
}

export async function readLocation(
  store: KeyValueReader,
  transactionHash: Hash,
): Promise<TransactionLocation | undefined> {
  const found = await readSealed(store, 'transaction', transactionHash)
  return found && decodeLocation(found.key, found.payload)
}

/** Indexes the transactions of a block, in its order. */
export function putLocations(
  batch: WriteBatch,
  { hash, number }: BlockPointer,
  transactionHashes: readonly Hash[],
): void {
  const encode = locationEncoder(hash, number)
  for (const [index, transactionHash] of transactionHashes.entries()) {
    putSealed(batch, 'transaction', transactionHash, encode(index))
  }
}

export function deleteLocation(batch: WriteBatch, transactionHash: Hash): void {
  batch.delete(key('transaction', hexToBytes(transactionHash)))
}

/** Numbers from `from` up that have a canonical entry, whatever it holds. */
export async function* canonicalNumbersFrom(
  store: KeyValueReader,
  from: bigint,
): AsyncIterable<bigint> {
  const range = { gte: key('canonical', u64be(from)), lt: tableEnd('canonical') }
  for await (const [entryKey] of store.entries(range)) yield readU64(entryKey, 1)
}

/** Every stored block with a number from `first` to `last`, lowest first, side branches too. */
export async function* blocksBetween(
  store: KeyValueReader,
  first: bigint,
  last?: bigint,
): AsyncIterable<BlockPointer> {
  const end = last === undefined ? tableEnd('height') : key('height', u64be(last + 1n))
  const range = { gte: key('height', u64be(first)), lt: end }
  for await (const [heightKey, record] of store.entries(range)) {
    openRecord(heightKey, record)
    yield { number: readU64(heightKey, 1), hash: bytesToHex(heightKey.subarray(9)) }
  }
}

export async function hashesBetween(
  store: KeyValueReader,
  first: bigint,
  last: bigint,
): Promise<Hash[]> {
  const hashes: Hash[] = []
  for await (const { hash } of blocksBetween(store, first, last)) hashes.push(hash)
  return hashes
}

/** Throws `CorruptionError` unless the record is there, as it was written. */
export async function checkSealed(
  store: KeyValueReader,
  table: 'body' | 'receipts' | 'tree',
  hash: Hash,
): Promise<void> {
  const found = await readSealed(store, table, hash)
  if (found === undefined) throw missingRecord(key(table, hexToBytes(hash)))
}

type Sealed = { readonly key: Uint8Array; readonly payload: Uint8Array }

async function readSealed(
  store: KeyValueReader,
  table: TableName,
  hash: Hash,
): Promise<Sealed | undefined> {
  const recordKey = key(table, hexToBytes(hash))
  const record = await store.get(recordKey)
  if (record === undefined) return undefined
  return { key: recordKey, payload: openRecord(recordKey, record) }
}

function putSealed(batch: WriteBatch, table: TableName, hash: Hash, payload: Uint8Array): void {
  const recordKey = key(table, hexToBytes(hash))
  batch.put(recordKey, sealRecord(recordKey, payload))
}
