/**
 * RLP encoding of parts that are bytes already: a string gets its prefix, a list joins items that
 * are encoded. Legacy transactions travel as ready lists, which a nested encoder cannot take.
 */

/** The canonical encoding of a byte string. */
export function encodeRlpString(bytes: Uint8Array): Uint8Array {
  const first = bytes[0]
  if (bytes.length === 1 && first !== undefined && first < 0x80) return bytes
  return join([prefixOf(bytes.length, 0x80), bytes])
}

/** The list of `items`, each of them RLP already. */
export function encodeRlpList(items: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const item of items) length += item.length
  const prefix = prefixOf(length, 0xc0)
  const list = new Uint8Array(prefix.length + length)
  list.set(prefix)
  let offset = prefix.length
  for (const item of items) {
    list.set(item, offset)
    offset += item.length
  }
  return list
}

/** The canonical encoding of an unsigned integer: no leading zero, and zero is empty. */
export function encodeRlpInteger(value: bigint): Uint8Array {
  if (value < 0x80n) return Uint8Array.of(value === 0n ? 0x80 : Number(value))
  return encodeRlpString(bytesOf(value))
}

/** Bytes that a string of `length` bytes, or a list with that payload, takes with its prefix. */
export function rlpBytes(length: number): number {
  return prefixOf(length, 0xc0).length + length
}

function prefixOf(length: number, base: 0x80 | 0xc0): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length)
  if (length < 0x100) return Uint8Array.of(base + 56, length)
  if (length < 0x10000) return Uint8Array.of(base + 57, length >> 8, length & 0xff)
  const lengthBytes = bytesOf(BigInt(length))
  return Uint8Array.of(base + 55 + lengthBytes.length, ...lengthBytes)
}

function bytesOf(value: bigint): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 0xffn))
  return Uint8Array.from(bytes.reverse())
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
