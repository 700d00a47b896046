/**
 * RLP encoding of parts that are bytes already: a string gets its prefix, a list joins items that
 * are encoded. Legacy transactions travel as ready lists, which a nested encoder cannot take.
 * What comes out may share its memory (short-bytes.ts): who keeps it for long makes a copy.
 */
import { hexOfInteger, hexToBytes } from './hex.ts'
import { shortBytes } from './short-bytes.ts'

/** The canonical encoding of a byte string. */
export function encodeRlpString(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  const first = bytes[0]
  if (length === 1 && first !== undefined && first < 0x80) return bytes
  const encoded = shortBytes(prefixBytes(length) + length)
  encoded.set(bytes, writePrefix(encoded, length, 0x80))
  return encoded
}

/** The list of `items`, each of them RLP already. */
export function encodeRlpList(items: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const item of items) length += item.length
  const list = shortBytes(prefixBytes(length) + length)
  let offset = writePrefix(list, length, 0xc0)
  for (const item of items) {
    // Most items of a branch are a byte, which is not worth a call.
    if (item.length === 1) list[offset] = item[0] ?? 0
    else list.set(item, offset)
    offset += item.length
  }
  return list
}

/** The canonical encoding of an unsigned integer: no leading zero, and zero is empty. */
export function encodeRlpInteger(value: bigint): Uint8Array {
  if (value < 0x80n) return Uint8Array.of(value === 0n ? 0x80 : Number(value))
  return encodeRlpString(hexToBytes(hexOfInteger(value)))
}

/** Bytes that a string of `length` bytes, or a list with that payload, takes with its prefix. */
export function rlpBytes(length: number): number {
  return prefixBytes(length) + length
}

function prefixBytes(length: number): number {
  if (length < 56) return 1
  if (length < 0x100) return 2
  return length < 0x10000 ? 3 : 1 + byteCount(length)
}

/** Begins `encoded` with the prefix of a payload of `length` bytes, and says where that goes. */
function writePrefix(encoded: Uint8Array, length: number, base: 0x80 | 0xc0): number {
  if (length < 56) {
    encoded[0] = base + length
    return 1
  }
  const count = prefixBytes(length) - 1
  encoded[0] = base + 55 + count
  let rest = length
  for (let i = count; i > 0; i--) {
    encoded[i] = rest & 0xff
    rest = Math.floor(rest / 0x100)
  }
  return 1 + count
}

function byteCount(length: number): number {
  let count = 0
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) count += 1
  return count
}
