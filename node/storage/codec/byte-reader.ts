/** Takes fields off a record, never past its end: the reading half of every compact record. */
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import type { Hex } from '../../../consensus/types.ts'
import { corruptRecord } from './record.ts'

/** Seven bytes of an integer fit a number; the bits of the others are put above them. */
const NUMBER_BITS = 49n
const NUMBER_SCALE_MAX = 2 ** Number(NUMBER_BITS)

export class ByteReader {
  readonly #key: Uint8Array
  readonly #bytes: Uint8Array
  #offset = 0

  /** `key` is where the record was found: it names the record if its layout is broken. */
  constructor(key: Uint8Array, payload: Uint8Array) {
    this.#key = key
    this.#bytes = payload
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  u8(): number {
    const value = this.#bytes[this.#offset]
    if (value === undefined) throw corruptRecord(this.#key)
    this.#offset += 1
    return value
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8()
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16()
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32())
  }

  integer(): bigint {
    let low = 0
    for (let scale = 1; scale < NUMBER_SCALE_MAX; scale *= 0x80) {
      const byte = this.u8()
      low += (byte & 0x7f) * scale
      if (byte < 0x80) return BigInt(low)
    }
    let value = BigInt(low)
    for (let shift = NUMBER_BITS; ; shift += 7n) {
      const byte = this.u8()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  /** An integer that counts or indexes something. */
  count(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      if (scale > 2 ** 40) throw corruptRecord(this.#key)
    }
  }

  /** The next `length` bytes, as a view. */
  bytes(length: number): Uint8Array {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw corruptRecord(this.#key)
    const value = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return value
  }

  hex(length: number): Hex {
    return bytesToHex(this.bytes(length))
  }

  sized(): Uint8Array {
    return this.bytes(this.count())
  }

  /** A record is read to its end: what is left over belongs to nothing. */
  end(): void {
    if (this.remaining !== 0) throw corruptRecord(this.#key)
  }
}
