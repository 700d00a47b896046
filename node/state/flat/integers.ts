/** Unsigned integers as bytes: big-endian without leading zeros, zero is empty. */

export function integerBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0)
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = new Uint8Array(even.length >> 1)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (hexDigit(even.charCodeAt(2 * i)) << 4) | hexDigit(even.charCodeAt(2 * i + 1))
  }
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

/** Of a lower-case digit. */
function hexDigit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57
}
