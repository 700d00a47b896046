/**
 * A block's record in the tree, as bytes: the header fields that its children's rules depend on,
 * its weight, its epoch, how far it was checked, and when it came.
 * Spec: docs/spec/storage.md, "Block tree".
 */
import type { BlockRecord, BlockStatus } from '../../../consensus/tree/block-node.ts'
import type { Hash } from '../../../consensus/types.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { corruptRecord } from './record.ts'

/** A status is a byte on disk: the order is fixed. */
const STATUSES: readonly BlockStatus[] = ['verified', 'executed', 'invalid']

/** The hash is the key and not repeated. */
export function encodeTreeRecord(record: BlockRecord): Uint8Array {
  const { epochStart } = record
  return new ByteWriter()
    .hex(record.parentHash)
    .hex(record.coinbase)
    .u64(record.number)
    .u64(record.timestamp)
    .u64(record.gasLimit)
    .u64(record.gasUsed)
    .integer(record.difficulty)
    .integer(record.baseFeePerGas)
    .integer(record.totalDifficulty)
    .integer(record.epochDifficulty)
    .hex(epochStart.hash)
    .u64(epochStart.number)
    .u64(epochStart.timestamp)
    .integer(epochStart.difficulty)
    .u8(STATUSES.indexOf(record.status))
    .u64(BigInt(record.sequence))
    .finish()
}

/** `key` names the record if its layout is broken. */
export function decodeTreeRecord(key: Uint8Array, hash: Hash, payload: Uint8Array): BlockRecord {
  const reader = new ByteReader(key, payload)
  const record = {
    hash,
    parentHash: reader.hex(32),
    coinbase: reader.hex(20),
    number: reader.u64(),
    timestamp: reader.u64(),
    gasLimit: reader.u64(),
    gasUsed: reader.u64(),
    difficulty: reader.integer(),
    baseFeePerGas: reader.integer(),
    totalDifficulty: reader.integer(),
    epochDifficulty: reader.integer(),
    epochStart: {
      hash: reader.hex(32),
      number: reader.u64(),
      timestamp: reader.u64(),
      difficulty: reader.integer(),
    },
    status: STATUSES[reader.u8()],
    sequence: Number(reader.u64()),
  }
  reader.end()
  const { status, ...rest } = record
  if (status === undefined) throw corruptRecord(key)
  return { ...rest, status }
}
