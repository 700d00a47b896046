/**
 * The body of a block on disk: raw transactions and their recovered senders.
 *
 * Layout: u32 size of the block's RLP, u32 count, the end of each transaction as u32, the senders
 * (20 bytes each), the transactions. A table of ends makes any one of them readable alone.
 * Spec: docs/spec/storage.md, "Bodies".
 */
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import type { SignedTransaction } from '../../transaction.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

export type DecodeTransaction = (raw: Uint8Array) => TypedTransaction

export type Body = {
  /** Bytes of the block's RLP. */
  readonly sizeBytes: number
  readonly transactions: readonly SignedTransaction[]
}

const ADDRESS_BYTES = 20

export function encodeBody({ sizeBytes, transactions }: Body): Uint8Array {
  const rawBytes = transactions.reduce((sum, { raw }) => sum + raw.length, 0)
  const writer = new ByteWriter(8 + transactions.length * (4 + ADDRESS_BYTES) + rawBytes)
  writer.u32(sizeBytes).u32(transactions.length)
  let end = 0
  for (const { raw } of transactions) {
    end += raw.length
    writer.u32(end)
  }
  for (const { sender } of transactions) writer.hex(sender)
  for (const { raw } of transactions) writer.bytes(raw)
  return writer.finish()
}

/** `key` names the record if its layout is broken. Transactions are decoded when asked for. */
export function decodeBody(key: Uint8Array, payload: Uint8Array, decode: DecodeTransaction): Body {
  const reader = new ByteReader(key, payload)
  const sizeBytes = reader.u32()
  const count = reader.u32()
  const ends = new ByteReader(key, reader.bytes(count * 4))
  const senders = reader.bytes(count * ADDRESS_BYTES)
  const transactions: SignedTransaction[] = []
  let start = 0
  for (let i = 0; i < count; i++) {
    const end = ends.u32()
    const sender = senders.subarray(i * ADDRESS_BYTES, (i + 1) * ADDRESS_BYTES)
    transactions.push(new StoredTransaction(reader.bytes(end - start), sender, decode))
    start = end
  }
  reader.end()
  return { sizeBytes, transactions }
}

/** A transaction of a stored block: hash and fields are worked out when they are first read. */
class StoredTransaction implements SignedTransaction {
  readonly raw: Uint8Array
  readonly #senderBytes: Uint8Array
  readonly #decode: DecodeTransaction
  #hash: Hash | undefined
  #sender: Address | undefined
  #tx: TypedTransaction | undefined

  constructor(raw: Uint8Array, senderBytes: Uint8Array, decode: DecodeTransaction) {
    this.raw = raw
    this.#senderBytes = senderBytes
    this.#decode = decode
  }

  get hash(): Hash {
    this.#hash ??= bytesToHex(keccak256(this.raw))
    return this.#hash
  }

  get sender(): Address {
    this.#sender ??= bytesToHex(this.#senderBytes)
    return this.#sender
  }

  get tx(): TypedTransaction {
    this.#tx ??= this.#decode(this.raw)
    return this.#tx
  }
}
