/**
 * The receipts of a block on disk, compact: what adds up is left out and summed on reading, and a
 * bloom of few bits is a list of them.
 *
 * Spec: docs/spec/storage.md, "Receipts". Integers are of variable length, seven bits a byte.
 */
import { bytesToHex, hexToBytes } from '../../../consensus/codec/hex.ts'
import { assert } from '../../../consensus/errors.ts'
import type { Hex } from '../../../consensus/types.ts'
import type { Log, Receipt } from '../../receipt.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { corruptRecord } from './record.ts'

/** Bits of the first byte of a receipt; the lowest three are the transaction's type. */
const FLAG = { type: 0b0000_0111, status: 0b0000_1000, contract: 0b0001_0000 } as const

const BLOOM_BYTES = 256
/** Above this a bloom is shorter whole (256 bytes) than as two bytes a bit. */
const BLOOM_BITS_LISTED_MAX = 127
const BLOOM_WHOLE = 0xff
const EMPTY_BLOOM: Hex = `0x${'00'.repeat(BLOOM_BYTES)}`

export function encodeReceipts(receipts: readonly Receipt[]): Uint8Array {
  const writer = new ByteWriter(8 + receipts.length * 16)
  writer.integer(receipts.length)
  let cumulative = 0n
  for (const receipt of receipts) {
    cumulative += receipt.gasUsed
    assert(receipt.cumulativeGasUsed === cumulative, 'cumulative gas is the sum of gas used')
    writeReceipt(writer, receipt)
  }
  return writer.finish()
}

/** `key` names the record if its layout is broken. */
export function decodeReceipts(key: Uint8Array, payload: Uint8Array): Receipt[] {
  const reader = new ByteReader(key, payload)
  const count = reader.count()
  const receipts: Receipt[] = []
  let cumulative = 0n
  for (let i = 0; i < count; i++) {
    const receipt = readReceipt(reader, key, cumulative)
    cumulative = receipt.cumulativeGasUsed
    receipts.push(receipt)
  }
  reader.end()
  return receipts
}

function writeReceipt(writer: ByteWriter, receipt: Receipt): void {
  const { type, status, contractAddress } = receipt
  assert((type & FLAG.type) === type, 'the type has three bits')
  const contract = contractAddress === undefined ? 0 : FLAG.contract
  writer.u8(type | (status === 1 ? FLAG.status : 0) | contract)
  writer.integer(receipt.gasUsed).integer(receipt.effectiveGasPrice)
  if (contractAddress !== undefined) writer.hex(contractAddress)
  writer.integer(receipt.logs.length)
  for (const log of receipt.logs) writeLog(writer, log)
  writeBloom(writer, receipt.logsBloom)
}

function readReceipt(reader: ByteReader, key: Uint8Array, gasBefore: bigint): Receipt {
  const flags = reader.u8()
  const gasUsed = reader.integer()
  const effectiveGasPrice = reader.integer()
  const contractAddress = flags & FLAG.contract ? reader.hex(20) : undefined
  const logs = Array.from({ length: boundedCount(reader, key) }, () => readLog(reader, key))
  return {
    type: flags & FLAG.type,
    status: flags & FLAG.status ? 1 : 0,
    gasUsed,
    cumulativeGasUsed: gasBefore + gasUsed,
    effectiveGasPrice,
    contractAddress,
    logsBloom: readBloom(reader),
    logs,
  }
}

function writeLog(writer: ByteWriter, log: Log): void {
  writer.hex(log.address).integer(log.topics.length)
  for (const topic of log.topics) writer.hex(topic)
  writer.sized(hexToBytes(log.data))
}

function readLog(reader: ByteReader, key: Uint8Array): Log {
  const address = reader.hex(20)
  const topics = Array.from({ length: boundedCount(reader, key) }, () => reader.hex(32))
  return { address, topics, data: bytesToHex(reader.sized()) }
}

/** A count of items that take a byte at least: more than are left is damage, not a long list. */
function boundedCount(reader: ByteReader, key: Uint8Array): number {
  const count = reader.count()
  if (count > reader.remaining) throw corruptRecord(key)
  return count
}

function writeBloom(writer: ByteWriter, bloom: Hex): void {
  if (bloom === EMPTY_BLOOM) {
    writer.u8(0)
    return
  }
  const bytes = hexToBytes(bloom)
  assert(bytes.length === BLOOM_BYTES, 'a bloom has 256 bytes')
  const bits = bitsOf(bytes)
  if (bits.length > BLOOM_BITS_LISTED_MAX) {
    writer.u8(BLOOM_WHOLE).bytes(bytes)
    return
  }
  writer.u8(bits.length)
  for (const bit of bits) writer.u16(bit)
}

function readBloom(reader: ByteReader): Hex {
  const kind = reader.u8()
  if (kind === 0) return EMPTY_BLOOM
  if (kind === BLOOM_WHOLE) return reader.hex(BLOOM_BYTES)
  const bytes = new Uint8Array(BLOOM_BYTES)
  for (let i = 0; i < kind; i++) {
    const bit = reader.u16()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
  }
  return bytesToHex(bytes)
}

function bitsOf(bytes: Uint8Array): number[] {
  const bits: number[] = []
  bytes.forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) bits.push(index * 8 + bit)
  })
  return bits
}
