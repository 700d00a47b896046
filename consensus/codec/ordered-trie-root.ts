/**
 * The root of the trie that maps RLP(index) to the index-th value: Ethereum's transactionsRoot
 * and receiptsRoot.
 *
 * The keys are known and sorted beforehand and none is a prefix of another, so the trie is hashed
 * bottom up in one pass over them: no node is ever stored, and a branch never holds a value.
 */

import { keccak256 } from '../../gpu/reference/keccak.ts'
import { assert } from '../errors.ts'
import type { Hash } from '../types.ts'
import { bytesToHex } from './hex.ts'
import { encodeRlpInteger, encodeRlpList, encodeRlpString } from './rlp-writer.ts'

/** A key as nibbles, with the RLP string of its value. */
type Entry = { readonly nibbles: Uint8Array; readonly value: Uint8Array }

const EMPTY_STRING = encodeRlpString(new Uint8Array(0))
/** Root of a trie that holds nothing. */
export const EMPTY_TRIE_ROOT: Hash = bytesToHex(keccak256(EMPTY_STRING))
/** Nodes shorter than a hash stand in their parent themselves. */
const HASH_BYTES = 32

/** The root over `values` in order; none of them may be empty. */
export function orderedTrieRoot(values: readonly Uint8Array[]): Hash {
  if (values.length === 0) return EMPTY_TRIE_ROOT
  const entries = sortedIndexes(values.length).map((index): Entry => {
    const value = values[index]
    assert(value !== undefined && value.length > 0, 'every value has bytes')
    return { nibbles: nibblesOf(encodeRlpInteger(BigInt(index))), value: encodeRlpString(value) }
  })
  return bytesToHex(keccak256(nodeOf(entries, 0, entries.length, 0)))
}

/** Indexes in the order of their RLP: 1 to 127 are a byte each, 0 is 0x80, longer ones follow. */
function sortedIndexes(count: number): number[] {
  const indexes = Array.from({ length: count }, (_, index) => index)
  return [...indexes.slice(1, 128), 0, ...indexes.slice(128)]
}

/** RLP of the node that holds the entries in [from, to), which agree up to `depth`. */
function nodeOf(entries: readonly Entry[], from: number, to: number, depth: number): Uint8Array {
  const first = at(entries, from)
  if (to - from === 1) {
    const path = encodeRlpString(encodePath(first.nibbles, depth, first.nibbles.length, true))
    return encodeRlpList([path, first.value])
  }
  const shared = sharedLength(first.nibbles, at(entries, to - 1).nibbles, depth)
  if (shared === depth) return branchOf(entries, from, to, depth)
  const path = encodeRlpString(encodePath(first.nibbles, depth, shared, false))
  return encodeRlpList([path, referenceOf(branchOf(entries, from, to, shared))])
}

function branchOf(entries: readonly Entry[], from: number, to: number, depth: number): Uint8Array {
  const slots: Uint8Array[] = []
  let start = from
  for (let nibble = 0; nibble < 16; nibble++) {
    let end = start
    while (end < to && at(entries, end).nibbles[depth] === nibble) end++
    slots.push(end > start ? referenceOf(nodeOf(entries, start, end, depth + 1)) : EMPTY_STRING)
    start = end
  }
  return encodeRlpList([...slots, EMPTY_STRING])
}

function referenceOf(node: Uint8Array): Uint8Array {
  return node.length < HASH_BYTES ? node : encodeRlpString(keccak256(node))
}

/** Nibbles [from, to) in hex-prefix encoding. */
function encodePath(nibbles: Uint8Array, from: number, to: number, isLeaf: boolean): Uint8Array {
  const isOdd = (to - from) % 2 === 1
  const encoded = new Uint8Array(((to - from) >> 1) + 1)
  encoded[0] = (isLeaf ? 0x20 : 0) + (isOdd ? 0x10 + (nibbles[from] ?? 0) : 0)
  for (let i = isOdd ? from + 1 : from, at = 1; i < to; i += 2, at++) {
    encoded[at] = ((nibbles[i] ?? 0) << 4) | (nibbles[i + 1] ?? 0)
  }
  return encoded
}

function nibblesOf(bytes: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(bytes.length * 2)
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    nibbles[2 * i] = byte >> 4
    nibbles[2 * i + 1] = byte & 15
  }
  return nibbles
}

/** How many nibbles two keys share; the keys between them in order share no fewer. */
function sharedLength(first: Uint8Array, last: Uint8Array, depth: number): number {
  let length = depth
  while (length < first.length && first[length] === last[length]) length++
  return length
}

function at(entries: readonly Entry[], index: number): Entry {
  const entry = entries[index]
  assert(entry !== undefined, 'the index is within the entries')
  return entry
}
