/**
 * Values of the flat tables and the change record of a block, as they are on disk under their
 * checksum. Spec: docs/spec/storage.md.
 */
import { KECCAK256_NULL, KECCAK256_RLP } from '@ethereumjs/util'
import { bytesToHex, hexToBytes } from '../../../consensus/codec/hex.ts'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import { ByteReader } from '../../storage/codec/byte-reader.ts'
import { ByteWriter } from '../../storage/codec/byte-writer.ts'
import { corruptRecord, openRecord, sealRecord } from '../../storage/codec/record.ts'
import type { AccountRecord, Change, StateChanges } from '../types.ts'
import { integerBytes, integerOf } from './integers.ts'

export const EMPTY_TRIE_ROOT: Hash = bytesToHex(KECCAK256_RLP)
export const EMPTY_CODE_HASH: Hash = bytesToHex(KECCAK256_NULL)
/** A slot that is not set. */
export const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`

/** Bits of the byte before an account, or the whole byte when there is none. */
const FLAG = { storage: 1, code: 2, absent: 0xff } as const

const ZERO_DIGIT = 0x30

/** What a block changed, as it is kept on disk to move the flat tables by. */
export type ChangeRecord = {
  readonly number: bigint
  readonly parentHash: Hash
  readonly parentStateRoot: Hash
  readonly stateRoot: Hash
  readonly accounts: StateChanges['accounts']
  readonly storage: StateChanges['storage']
}

/** A record is a copy of what was written with its checksum: one buffer serves them all. */
const scratch = new ByteWriter(4_096)

export function encodeAccount(key: Uint8Array, account: AccountRecord): Uint8Array {
  const writer = scratch.clear()
  writeAccount(writer, account)
  return sealRecord(key, writer.finish())
}

/** Throws a `CorruptionError`, as everything here that decodes. */
export function decodeAccount(key: Uint8Array, record: Uint8Array): AccountRecord {
  const reader = new ByteReader(key, openRecord(key, record))
  const account = readAccount(reader)
  reader.end()
  if (account === undefined) throw corruptRecord(key)
  return account
}

export function encodeSlot(key: Uint8Array, value: Hex): Uint8Array {
  return sealRecord(key, wordBytes(value))
}

export function decodeSlot(key: Uint8Array, record: Uint8Array): Hex {
  return wordOf(openRecord(key, record))
}

/** The bytes of a word without leading zeros. */
export function wordBytes(word: Hex): Uint8Array {
  if (word.length !== ZERO_WORD.length) return integerBytes(BigInt(word))
  let start = 2
  while (word.charCodeAt(start) === ZERO_DIGIT) start += 1
  // A digit alone begins its byte with a zero.
  return hexToBytes(`0x${word.slice(start - (start % 2))}`)
}

export function wordOf(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes).slice(2).padStart(64, '0')}`
}

export function encodeChangeRecord(key: Uint8Array, record: ChangeRecord): Uint8Array {
  const writer = scratch.clear()
  writer.integer(record.number)
  writer.hex(record.parentHash).hex(record.parentStateRoot).hex(record.stateRoot)
  writer.integer(record.accounts.size)
  for (const [address, { before, after }] of record.accounts) {
    writer.hex(address)
    writeAccount(writer, before)
    writeAccount(writer, after)
  }
  writer.integer(record.storage.size)
  for (const [address, slots] of record.storage) {
    writer.hex(address).integer(slots.size)
    for (const [slot, { before, after }] of slots) {
      writer.hex(slot).sized(wordBytes(before)).sized(wordBytes(after))
    }
  }
  return sealRecord(key, writer.finish())
}

export function decodeChangeRecord(key: Uint8Array, record: Uint8Array): ChangeRecord {
  const reader = new ByteReader(key, openRecord(key, record))
  const number = reader.integer()
  const [parentHash, parentStateRoot, stateRoot] = [reader.hex(32), reader.hex(32), reader.hex(32)]
  const accounts = new Map<Address, Change<AccountRecord | undefined>>()
  for (let count = reader.count(); count > 0; count--) {
    const address = reader.hex(20)
    accounts.set(address, { before: readAccount(reader), after: readAccount(reader) })
  }
  const storage = new Map<Address, ReadonlyMap<Hex, Change<Hex>>>()
  for (let count = reader.count(); count > 0; count--) {
    const address = reader.hex(20)
    storage.set(address, readSlots(reader))
  }
  reader.end()
  return { number, parentHash, parentStateRoot, stateRoot, accounts, storage }
}

function readSlots(reader: ByteReader): Map<Hex, Change<Hex>> {
  const slots = new Map<Hex, Change<Hex>>()
  for (let count = reader.count(); count > 0; count--) {
    const slot = reader.hex(32)
    slots.set(slot, { before: wordOf(reader.sized()), after: wordOf(reader.sized()) })
  }
  return slots
}

function writeAccount(writer: ByteWriter, account: AccountRecord | undefined): void {
  if (account === undefined) {
    writer.u8(FLAG.absent)
    return
  }
  const hasStorage = account.storageRoot !== EMPTY_TRIE_ROOT
  const hasCode = account.codeHash !== EMPTY_CODE_HASH
  writer.u8((hasStorage ? FLAG.storage : 0) + (hasCode ? FLAG.code : 0))
  writer.integer(account.nonce).sized(integerBytes(account.balance))
  if (hasStorage) writer.hex(account.storageRoot)
  if (hasCode) writer.hex(account.codeHash)
}

function readAccount(reader: ByteReader): AccountRecord | undefined {
  const flags = reader.u8()
  if (flags === FLAG.absent) return undefined
  return {
    nonce: reader.integer(),
    balance: integerOf(reader.sized()),
    storageRoot: (flags & FLAG.storage) === 0 ? EMPTY_TRIE_ROOT : reader.hex(32),
    codeHash: (flags & FLAG.code) === 0 ? EMPTY_CODE_HASH : reader.hex(32),
  }
}
