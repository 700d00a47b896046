/**
 * A record that no hash protects: payload, then a CRC-32C over key and payload, so that a record
 * under a wrong key is found out as well as a flipped bit.
 * Spec: docs/spec/storage.md, "Checks on read".
 */
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import { shortBytes } from '../../../consensus/codec/short-bytes.ts'
import { CodedError } from '../../../consensus/errors.ts'
import type { Hex } from '../../../consensus/types.ts'
import { TABLE, type TableName } from '../keys.ts'
import { crc32c } from './crc32c.ts'

const CHECKSUM_BYTES = 4

/** The record to store under `key`. */
export function sealRecord(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const record = shortBytes(payload.length + CHECKSUM_BYTES)
  record.set(payload)
  const crc = checksum(key, payload)
  // A DataView would cost more than the checksum of a short record.
  record[payload.length] = crc >>> 24
  record[payload.length + 1] = crc >>> 16
  record[payload.length + 2] = crc >>> 8
  record[payload.length + 3] = crc
  return record
}

/** The payload (a view) of what was read under `key`; throws {@link CorruptionError}. */
export function openRecord(key: Uint8Array, record: Uint8Array): Uint8Array {
  const end = record.length - CHECKSUM_BYTES
  if (end < 0) throw corruptRecord(key)
  const payload = record.subarray(0, end)
  const stored = new DataView(record.buffer, record.byteOffset + end).getUint32(0)
  if (stored !== checksum(key, payload)) throw corruptRecord(key)
  return payload
}

function checksum(key: Uint8Array, payload: Uint8Array): number {
  return crc32c(payload, crc32c(key))
}

/** The name of the table that a key belongs to. */
export function tableOf(key: Uint8Array): TableName | undefined {
  return TABLE_NAMES.get(key[0] ?? 0)
}

const TABLE_NAMES: ReadonlyMap<number, TableName> = new Map(
  Object.entries(TABLE).map(([name, prefix]) => [prefix, name as TableName]),
)

/** Bytes under `key` that are not what was written there. */
export function corruptRecord(key: Uint8Array): CorruptionError {
  return new CorruptionError('RECORD_DAMAGED', key)
}

/** Nothing under `key`, though other records say that there must be. */
export function missingRecord(key: Uint8Array): CorruptionError {
  return new CorruptionError('RECORD_MISSING', key)
}

/** What a reading gives, or undefined where it finds damage: for those who repair it. */
export async function unlessDamaged<Value>(
  reading: Promise<Value | undefined>,
): Promise<Value | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CorruptionError) return undefined
    throw error
  }
}

export type CorruptionErrorType = {
  readonly code: 'RECORD_DAMAGED' | 'RECORD_MISSING'
  readonly table: TableName | 'unknown'
  /** Without the table's prefix byte. */
  readonly key: Hex
}

/** The disk gave back something else than was written: never an answer, never a vote. */
export class CorruptionError extends CodedError<CorruptionErrorType> {
  constructor(code: CorruptionErrorType['code'], key: Uint8Array) {
    const table = tableOf(key) ?? 'unknown'
    const field = bytesToHex(key.subarray(1))
    const what = code === 'RECORD_DAMAGED' ? 'damaged' : 'missing'
    super(
      { code, table, key: field },
      `The ${table} record ${field} of the database is ${what}: stop the node and run hanzo db verify.`,
    )
  }
}
