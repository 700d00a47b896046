/** The record that says which block the flat tables stand at; one batch moves both. */
import { ByteReader } from '../../storage/codec/byte-reader.ts'
import { ByteWriter } from '../../storage/codec/byte-writer.ts'
import { openRecord, sealRecord } from '../../storage/codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../../storage/database.ts'
import { key } from '../../storage/keys.ts'
import type { FlatBlock } from './flat-tables.ts'

const FLAT_BLOCK_KEY = key('meta', new TextEncoder().encode('flat-state'))

export function stageFlatBlock(batch: WriteBatch, { hash, number, stateRoot }: FlatBlock): void {
  const record = new ByteWriter().hex(hash).hex(stateRoot).integer(number).finish()
  batch.put(FLAT_BLOCK_KEY, sealRecord(FLAT_BLOCK_KEY, record))
}

/** undefined: nothing was ever written. Throws a `CorruptionError`. */
export async function loadFlatBlock(store: KeyValueReader): Promise<FlatBlock | undefined> {
  const record = await store.get(FLAT_BLOCK_KEY)
  if (record === undefined) return undefined
  const reader = new ByteReader(FLAT_BLOCK_KEY, openRecord(FLAT_BLOCK_KEY, record))
  const [hash, stateRoot] = [reader.hex(32), reader.hex(32)]
  const number = reader.integer()
  reader.end()
  return { hash, number, stateRoot }
}
