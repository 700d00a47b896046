/**
 * Paths of the trie: half-bytes, and the hex-prefix encoding in which leaves and extensions carry
 * them (Yellow Paper, appendix C).
 */

/** Half-byte `index` of a key. */
export function nibbleAt(key: Uint8Array, index: number): number {
  const byte = key[index >> 1] ?? 0
  return (index & 1) === 0 ? byte >> 4 : byte & 15
}

/** How many half-bytes `a` and `b` share from `from` on, both being `length` half-bytes long. */
export function sharedNibbles(a: Uint8Array, b: Uint8Array, from: number, length: number): number {
  let index = from
  while (index < length && nibbleAt(a, index) === nibbleAt(b, index)) index++
  return index - from
}

/** Half-bytes [from, to) of a key, one a byte. */
export function nibblesOf(key: Uint8Array, from: number, to: number): Uint8Array {
  const nibbles = new Uint8Array(to - from)
  for (let i = 0; i < nibbles.length; i++) nibbles[i] = nibbleAt(key, from + i)
  return nibbles
}

export function encodePath(nibbles: Uint8Array, isLeaf: boolean): Uint8Array {
  const isOdd = nibbles.length % 2 === 1
  const encoded = new Uint8Array((nibbles.length >> 1) + 1)
  encoded[0] = (isLeaf ? 0x20 : 0) + (isOdd ? 0x10 + (nibbles[0] ?? 0) : 0)
  for (let i = isOdd ? 1 : 0, at = 1; i < nibbles.length; i += 2, at++) {
    encoded[at] = ((nibbles[i] ?? 0) << 4) | (nibbles[i + 1] ?? 0)
  }
  return encoded
}

export function decodePath(encoded: Uint8Array): { nibbles: Uint8Array; isLeaf: boolean } {
  const flags = nibbleAt(encoded, 0)
  const from = (flags & 1) === 1 ? 1 : 2
  return { nibbles: nibblesOf(encoded, from, encoded.length * 2), isLeaf: flags >= 2 }
}

export function concatNibbles(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
