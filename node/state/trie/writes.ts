/** A batch of writes to one trie, in the order of their keys, cut by nibbles that they share. */
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
  // Hashed keys differ within their first six bytes nearly always, and numbers compare quickest.
  const order = new Map(writes.map((write) => [write, prefixOf(write.key)]))
  return writes.sort((a, b) => {
    const difference = (order.get(a) ?? 0) - (order.get(b) ?? 0)
    return difference === 0 ? Buffer.compare(a.key, b.key) : difference
  })
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

function follows(write: TrieWrite | undefined, depth: number, path: Uint8Array): boolean {
  return write !== undefined && sharedWithPath(write.key, depth, path) === path.length
}

function prefixOf(key: Uint8Array): number {
  let prefix = 0
  for (let i = 0; i < 6; i++) prefix = prefix * 256 + (key[i] ?? 0)
  return prefix
}
