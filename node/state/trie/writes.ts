/** A batch of writes to one trie, in the order of their keys, cut by nibbles that they share. */
import { assert } from '../../../consensus/errors.ts'
import { nibbleAt } from './nibbles.ts'

export type TrieWrite = {
  /** 32 bytes, hashed: every key has the same length, and none twice in a batch. */
  readonly key: Uint8Array
  /** undefined deletes. */
  readonly value: Uint8Array | undefined
}

/** Half-bytes of a key. */
export const KEY_NIBBLES = 64

/** Sorts a batch in place. */
export function sortWrites(writes: TrieWrite[]): TrieWrite[] {
  return writes.sort((a, b) => compareKeys(a.key, b.key))
}

/** Hashed keys nearly always differ within a few bytes: not worth a call of the platform. */
function compareKeys(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The first index after `from` whose key has another nibble at `depth`, or `to`. */
export function groupEnd(
  writes: readonly TrieWrite[],
  from: number,
  to: number,
  depth: number,
): number {
  const nibble = nibbleOf(writes, from, depth)
  let end = from + 1
  while (end < to && nibbleOf(writes, end, depth) === nibble) end++
  return end
}

/** Whether one of the writes [from, to) is no deletion. */
export function hasPut(writes: readonly TrieWrite[], from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (writes[i]?.value !== undefined) return true
  return false
}

export function nibbleOf(writes: readonly TrieWrite[], index: number, depth: number): number {
  const write = writes[index]
  return write === undefined ? 0 : nibbleAt(write.key, depth)
}

/** Of the writes [from, to), those whose keys go on with `path` at `depth`: they stand together. */
export function rangeOfPath(
  writes: readonly TrieWrite[],
  from: number,
  to: number,
  depth: number,
  path: Uint8Array,
): readonly [from: number, to: number] {
  let start = from
  while (start < to && !follows(writes[start], depth, path)) start++
  let end = start
  while (end < to && follows(writes[end], depth, path)) end++
  return [start, end]
}

/** How many nibbles of `path` the key goes along with from `depth` on. */
export function sharedWithPath(key: Uint8Array, depth: number, path: Uint8Array): number {
  let count = 0
  while (count < path.length && path[count] === nibbleAt(key, depth + count)) count++
  return count
}

/** Whether the key goes on with all of `path` at `depth`. */
export function follows(write: TrieWrite | undefined, depth: number, path: Uint8Array): boolean {
  return write !== undefined && sharedWithPath(write.key, depth, path) === path.length
}

/** The whole key of a leaf: the nibbles above `depth` are those of any key beside it. */
export function keyOf(beside: Uint8Array | undefined, depth: number, path: Uint8Array): Uint8Array {
  assert(beside !== undefined, 'a leaf is edited by a write')
  const key = new Uint8Array(beside)
  for (let i = depth; i < KEY_NIBBLES; i++) {
    const nibble = path[i - depth] ?? 0
    const byte = key[i >> 1] ?? 0
    key[i >> 1] = (i & 1) === 0 ? (nibble << 4) | (byte & 15) : (byte & 0xf0) | nibble
  }
  return key
}
