/** Where a transaction stands in the canonical chain, as bytes. */
import type { TransactionLocation } from '../../api.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

export function encodeLocation(location: TransactionLocation): Uint8Array {
  const { blockHash, blockNumber, index } = location
  return new ByteWriter(44).hex(blockHash).u64(blockNumber).u32(index).finish()
}

/** `key` names the record if its layout is broken. */
export function decodeLocation(key: Uint8Array, payload: Uint8Array): TransactionLocation {
  const reader = new ByteReader(key, payload)
  const location = { blockHash: reader.hex(32), blockNumber: reader.u64(), index: reader.u32() }
  reader.end()
  return location
}
