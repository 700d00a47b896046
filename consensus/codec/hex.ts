/**
 * Bytes as hex and back. Hashes, addresses and signatures pass through here at every step of a
 * block's road, so both ways are as quick as the platform allows; malformed hex is refused.
 */
import type { Hex } from '../types.ts'

/** From here on, the call into the platform costs less than the loop. */
const LONG_BYTES = 80
const ASCII_CODES = 128

/** By character code; 0xff for what is no digit. */
const DIGITS = new Uint8Array(ASCII_CODES).fill(0xff)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  DIGITS[text.charCodeAt(0)] = digit
  DIGITS[text.toUpperCase().charCodeAt(0)] = digit
}

/** Throws a `RangeError` for what is not `0x` and an even number of digits. */
export function hexToBytes(hex: Hex): Uint8Array {
  const count = countOf(hex)
  if (count > LONG_BYTES) return longBytes(hex, count)
  const bytes = new Uint8Array(count)
  decode(hex, bytes, 0, count)
  return bytes
}

/** Writes the bytes of `hex` into `out`, which has room for them: returns how many they are. */
export function writeHex(hex: Hex, out: Uint8Array, offset: number): number {
  const count = countOf(hex)
  decode(hex, out, offset, count)
  return count
}

/** Lower-case, with `0x`. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}

/** Of an unsigned integer: whole bytes without leading zeros, nothing for zero. */
export function hexOfInteger(value: bigint): Hex {
  if (value === 0n) return '0x'
  const digits = value.toString(16)
  return digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`
}

function countOf(hex: Hex): number {
  const count = (hex.length - 2) / 2
  if (!hex.startsWith('0x') || !Number.isInteger(count)) throw malformed()
  return count
}

function decode(hex: Hex, out: Uint8Array, offset: number, count: number): void {
  let bad = 0
  for (let i = 0; i < count; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i + 2)] ?? 0xff
    const low = DIGITS[hex.charCodeAt(2 * i + 3)] ?? 0xff
    bad |= high | low
    out[offset + i] = (high << 4) | low
  }
  if (bad > 0xf) throw malformed()
}

function longBytes(hex: Hex, count: number): Uint8Array {
  // Decoding ends before the first pair that is none, but takes U+0130 for the digit 0.
  const decoded = Buffer.from(hex.slice(2), 'hex')
  if (decoded.length !== count || Buffer.byteLength(hex) !== hex.length) throw malformed()
  return new Uint8Array(decoded)
}

function malformed(): RangeError {
  return new RangeError('not hex with 0x and whole bytes')
}
