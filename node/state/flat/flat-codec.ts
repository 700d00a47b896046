/**
 * Values of the flat tables and the change record of a block, each behind a CRC-32 over its key
 * and its bytes: a record that rots, or turns up under another key, is noticed when it is read.
 *
 * Spec: docs/spec/storage.md, "Verify on read".
 */
import { crc32 } from 'node:zlib'
import { bytesToHex, hexToBytes, KECCAK256_NULL, KECCAK256_RLP } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import { CorruptionError } from '../corruption.ts'
import type { AccountRecord, Change, StateChanges } from '../types.ts'
import { ByteReader, ByteWriter, integerBytes } from './byte-codec.ts'

export const EMPTY_TRIE_ROOT: Hash = bytesToHex(KECCAK256_RLP)
export const EMPTY_CODE_HASH: Hash = bytesToHex(KECCAK256_NULL)
/** A slot that is not set. */
export const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`

const CHECKSUM_BYTES = 4
const HAS_STORAGE = 1
const HAS_CODE = 2

/** What a block changed, as it is kept on disk to move the flat tables by. */
export type ChangeRecord = {
  readonly number: bigint
  readonly parentHash: Hash
  readonly parentStateRoot: Hash
  readonly stateRoot: Hash
  readonly accounts: StateChanges['accounts']
  readonly storage: StateChanges['storage']
}

/** `body` behind its checksum. */
export function withChecksum(recordKey: Uint8Array, body: Uint8Array): Uint8Array {
  const record = new Uint8Array(CHECKSUM_BYTES + body.length)
  new DataView(record.buffer).setUint32(0, crc32(body, crc32(recordKey)))
  record.set(body, CHECKSUM_BYTES)
  return record
}

/** The body of a record. Throws a {@link CorruptionError} when the checksum does not fit. */
export function verifyChecksum(
  table: string,
  recordKey: Uint8Array,
  record: Uint8Array,
): Uint8Array {
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const body = record.subarray(CHECKSUM_BYTES)
  const isWhole = record.length >= CHECKSUM_BYTES
  if (!isWhole || view.getUint32(0) !== crc32(body, crc32(recordKey))) {
    const key = bytesToHex(recordKey.subarray(1))
    throw new CorruptionError({ code: 'RECORD_DAMAGED', table, key })
  }
  return body
}

export function encodeAccount(account: AccountRecord): Uint8Array {
  const writer = new ByteWriter()
  writeAccount(writer, account)
  return writer.finish()
}

export function decodeAccount(body: Uint8Array): AccountRecord {
  const account = readAccount(new ByteReader(body))
  assert(account !== undefined, 'the flat table holds no absent accounts')
  return account
}

/** The bytes of a word without leading zeros. */
export function encodeWord(word: Hex): Uint8Array {
  return integerBytes(BigInt(word))
}

export function decodeWord(body: Uint8Array): Hex {
  return `0x${Buffer.from(body).toString('hex').padStart(64, '0')}`
}

export function encodeChangeRecord(record: ChangeRecord): Uint8Array {
  const writer = new ByteWriter()
  writer.integer(record.number)
  for (const hash of [record.parentHash, record.parentStateRoot, record.stateRoot]) {
    writer.raw(hexToBytes(hash))
  }
  writer.u32(record.accounts.size)
  for (const [address, { before, after }] of record.accounts) {
    writer.raw(hexToBytes(address))
    writeAccount(writer, before)
    writeAccount(writer, after)
  }
  writer.u32(record.storage.size)
  for (const [address, slots] of record.storage) {
    writer.raw(hexToBytes(address)).u32(slots.size)
    for (const [slot, { before, after }] of slots) {
      writer.raw(hexToBytes(slot)).short(encodeWord(before)).short(encodeWord(after))
    }
  }
  return writer.finish()
}

export function decodeChangeRecord(body: Uint8Array): ChangeRecord {
  const reader = new ByteReader(body)
  const number = reader.integer()
  const parentHash = bytesToHex(reader.raw(32))
  const parentStateRoot = bytesToHex(reader.raw(32))
  const stateRoot = bytesToHex(reader.raw(32))
  const accounts = new Map<Address, Change<AccountRecord | undefined>>()
  for (let count = reader.u32(); count > 0; count--) {
    const address = bytesToHex(reader.raw(20))
    accounts.set(address, { before: readAccount(reader), after: readAccount(reader) })
  }
  const storage = new Map<Address, ReadonlyMap<Hex, Change<Hex>>>()
  for (let count = reader.u32(); count > 0; count--) {
    const address = bytesToHex(reader.raw(20))
    storage.set(address, readSlots(reader))
  }
  assert(reader.isAtEnd, 'a change record ends with its storage')
  return { number, parentHash, parentStateRoot, stateRoot, accounts, storage }
}

function readSlots(reader: ByteReader): Map<Hex, Change<Hex>> {
  const slots = new Map<Hex, Change<Hex>>()
  for (let count = reader.u32(); count > 0; count--) {
    const slot = bytesToHex(reader.raw(32))
    slots.set(slot, { before: decodeWord(reader.short()), after: decodeWord(reader.short()) })
  }
  return slots
}

const ABSENT = 0xff

function writeAccount(writer: ByteWriter, account: AccountRecord | undefined): void {
  if (account === undefined) {
    writer.u8(ABSENT)
    return
  }
  const hasStorage = account.storageRoot !== EMPTY_TRIE_ROOT
  const hasCode = account.codeHash !== EMPTY_CODE_HASH
  writer.u8((hasStorage ? HAS_STORAGE : 0) + (hasCode ? HAS_CODE : 0))
  writer.integer(account.nonce).integer(account.balance)
  if (hasStorage) writer.raw(hexToBytes(account.storageRoot))
  if (hasCode) writer.raw(hexToBytes(account.codeHash))
}

function readAccount(reader: ByteReader): AccountRecord | undefined {
  const flags = reader.u8()
  if (flags === ABSENT) return undefined
  return {
    nonce: reader.integer(),
    balance: reader.integer(),
    storageRoot: (flags & HAS_STORAGE) === 0 ? EMPTY_TRIE_ROOT : bytesToHex(reader.raw(32)),
    codeHash: (flags & HAS_CODE) === 0 ? EMPTY_CODE_HASH : bytesToHex(reader.raw(32)),
  }
}
