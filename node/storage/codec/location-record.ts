/** Where a transaction stands in the canonical chain, as bytes. */
import type { Hash } from '../../../consensus/types.ts'
import type { TransactionLocation } from '../../api.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** Hash and number of the block. */
const SHARED_BYTES = 40

/** Encodes the locations of one block's transactions; what they share is worked out once. */
export function locationEncoder(
  blockHash: Hash,
  blockNumber: bigint,
): (index: number) => Uint8Array {
  const shared = new ByteWriter(SHARED_BYTES).hex(blockHash).u64(blockNumber).finish()
  return (index) => new ByteWriter(SHARED_BYTES + 4).bytes(shared).u32(index).finish()
}

/** `key` names the record if its layout is broken. */
export function decodeLocation(key: Uint8Array, payload: Uint8Array): TransactionLocation {
  const reader = new ByteReader(key, payload)
  const location = { blockHash: reader.hex(32), blockNumber: reader.u64(), index: reader.u32() }
  reader.end()
  return location
}
