/** Appends fields to a growing buffer: the writing half of every compact record. */
import { writeHex } from '../../../consensus/codec/hex.ts'
import { shortBytes } from '../../../consensus/codec/short-bytes.ts'
import { assert } from '../../../consensus/errors.ts'
import type { Hex } from '../../../consensus/types.ts'

const CAPACITY_BYTES_MIN = 256

export class ByteWriter {
  #bytes: Uint8Array
  #length = 0

  constructor(capacityBytes = CAPACITY_BYTES_MIN) {
    this.#bytes = shortBytes(capacityBytes)
  }

  /** Begins anew in the same buffer: views of what was written before are void. */
  clear(): this {
    this.#length = 0
    return this
  }

  /** What was written so far, as a view. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  u8(value: number): this {
    const at = this.#grow(1)
    this.#bytes[at] = value
    return this
  }

  u16(value: number): this {
    assert(value >= 0 && value < 2 ** 16, 'the value has 16 bits')
    const at = this.#grow(2)
    this.#bytes[at] = value >>> 8
    this.#bytes[at + 1] = value
    return this
  }

  u32(value: number): this {
    assert(value >= 0 && value < 2 ** 32, 'the value has 32 bits')
    const at = this.#grow(4)
    this.#bytes[at] = value >>> 24
    this.#bytes[at + 1] = value >>> 16
    this.#bytes[at + 2] = value >>> 8
    this.#bytes[at + 3] = value
    return this
  }

  u64(value: bigint): this {
    assert(value >= 0n && value < 1n << 64n, 'the value has 64 bits')
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffff_ffffn))
  }

  /** An unsigned integer of any size: seven bits a byte, the lowest first. */
  integer(value: bigint | number): this {
    assert(value >= 0, 'the integer is unsigned')
    let big = BigInt(value)
    // Arithmetic on numbers is many times faster, and most integers fit one.
    for (; big > Number.MAX_SAFE_INTEGER; big >>= 7n) this.u8(0x80 | Number(big & 0x7fn))
    let rest = Number(big)
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.u8(0x80 | (rest & 0x7f))
    return this.u8(rest)
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** The bytes of a hex string, without their length. */
  hex(value: Hex): this {
    const at = this.#grow((value.length - 2) >> 1)
    writeHex(value, this.#bytes, at)
    return this
  }

  /** Bytes with their length before them. */
  sized(value: Uint8Array): this {
    return this.integer(value.length).bytes(value)
  }

  /** Makes room for `count` bytes and says where they go. */
  #grow(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    return at
  }
}
