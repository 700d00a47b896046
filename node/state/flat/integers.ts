/** Numbers and hex strings as bytes, as quickly as there are many of them. */
import type { Hex } from '../../../consensus/types.ts'

/** Big-endian without leading zeros; zero is empty. */
export function integerBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0)
  const hex = value.toString(16)
  return bytesOfHex(hex.length % 2 === 0 ? `0x${hex}` : `0x0${hex}`)
}

/** Unsigned, big-endian. */
export function integerOf(bytes: Uint8Array): bigint {
  if (bytes.length <= 6) {
    let value = 0
    for (const byte of bytes) value = value * 256 + byte
    return BigInt(value)
  }
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`)
}

/** The bytes of lower-case hex, which is what ours always is: nothing is checked. */
export function bytesOfHex(hex: Hex): Uint8Array {
  const bytes = new Uint8Array((hex.length - 2) >> 1)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(hex.charCodeAt(2 * i + 2)) << 4) | digitOf(hex.charCodeAt(2 * i + 3))
  }
  return bytes
}

function digitOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57
}
