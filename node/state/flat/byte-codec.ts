/** Growing and reading flat binary records: fixed widths, and byte strings behind their length. */
import { assert } from '../../../consensus/errors.ts'

const INITIAL_BYTES = 256

export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_BYTES)
  #length = 0

  u8(value: number): this {
    this.#room(1)
    this.#bytes[this.#length++] = value
    return this
  }

  u32(value: number): this {
    return this.u8(value >>> 24)
      .u8((value >>> 16) & 0xff)
      .u8((value >>> 8) & 0xff)
      .u8(value & 0xff)
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** At most 255 bytes, behind a byte for their number. */
  short(bytes: Uint8Array): this {
    assert(bytes.length < 256, 'a short string has at most 255 bytes')
    return this.u8(bytes.length).raw(bytes)
  }

  /** Unsigned, below 2^256, without leading zeros. */
  integer(value: bigint): this {
    return this.short(integerBytes(value))
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #room(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** Reads what {@link ByteWriter} wrote; a checksum vouches for the bytes before they come here. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, from = 0) {
    this.#bytes = bytes
    this.#at = from
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  u8(): number {
    const value = this.#bytes[this.#at]
    assert(value !== undefined, 'a record holds what it says')
    this.#at += 1
    return value
  }

  u32(): number {
    return ((this.u8() << 24) | (this.u8() << 16) | (this.u8() << 8) | this.u8()) >>> 0
  }

  raw(length: number): Uint8Array {
    const end = this.#at + length
    assert(end <= this.#bytes.length, 'a record holds what it says')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  short(): Uint8Array {
    return this.raw(this.u8())
  }

  integer(): bigint {
    return integerOf(this.short())
  }
}

/** Big-endian without leading zeros; zero is empty. */
export function integerBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0)
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = new Uint8Array(even.length >> 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = hexByte(even, 2 * i)
  return bytes
}

export function integerOf(bytes: Uint8Array): bigint {
  if (bytes.length <= 6) {
    let value = 0
    for (const byte of bytes) value = value * 256 + byte
    return BigInt(value)
  }
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`)
}

function hexByte(hex: string, at: number): number {
  return (hexDigit(hex.charCodeAt(at)) << 4) | hexDigit(hex.charCodeAt(at + 1))
}

/** Of a lower-case digit. */
function hexDigit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57
}
