/**
 * Nodes of a Merkle Patricia trie with keys of one length (a branch never holds a value), read and
 * written as the RLP that is hashed: an update patches those bytes instead of a tree of objects.
 *
 * A reference is the item that stands for a child in its parent: 33 bytes with the child's hash,
 * or the child itself where it is shorter than a hash (Yellow Paper, appendix D).
 */
import { encodeRlpList, encodeRlpString } from '../../../consensus/codec/rlp-writer.ts'
import { shortBytes } from '../../../consensus/codec/short-bytes.ts'
import { assert } from '../../../consensus/errors.ts'
import { decodePath, encodePath } from './nibbles.ts'

export type Reference = Uint8Array

export type ShortNode = {
  readonly isLeaf: boolean
  readonly path: Uint8Array
  readonly tail: Uint8Array
}

/** Nodes shorter than this stand in their parent themselves. */
export const HASH_BYTES = 32
export const HASH_REFERENCE_BYTES = 33
const HASH_PREFIX = 0x80 + HASH_BYTES
const EMPTY_ITEM = Uint8Array.of(0x80)
/** The least first byte of the path of a leaf. */
const LEAF_FLAGS = 0x20
const BRANCH_ITEMS = 17

/** Where the items of a node begin, and at the end where the last one ends. */
export type Layout = readonly number[]

/** The layout of a node: 17 items make a branch, 2 a leaf or an extension. */
export function layoutOf(node: Uint8Array): Layout {
  const offsets: number[] = []
  const [start] = payloadOf(node, 0)
  for (let at = start; at < node.length; ) {
    offsets.push(at)
    at = endOf(node, at)
  }
  offsets.push(node.length)
  assert(offsets.length === BRANCH_ITEMS + 1 || offsets.length === 3, 'a node has 17 or 2 items')
  return offsets
}

export function isBranch(layout: Layout): boolean {
  return layout.length === BRANCH_ITEMS + 1
}

/** Of a node that is no branch. */
export function isLeaf(node: Uint8Array, layout: Layout): boolean {
  const [pathFrom] = payloadOf(node, layout[0] ?? 0)
  return (node[pathFrom] ?? 0) >= LEAF_FLAGS
}

/** The reference of a branch's child, undefined when there is none. */
export function childOf(node: Uint8Array, layout: Layout, nibble: number): Reference | undefined {
  const from = layout[nibble] ?? 0
  const to = layout[nibble + 1] ?? 0
  return to - from === 1 ? undefined : node.subarray(from, to)
}

/**
 * Where the hash begins in the reference that stands at [from, to) of a node, undefined when the
 * child stands there itself.
 */
export function hashAt(node: Uint8Array, from: number, to: number): number | undefined {
  return to - from === HASH_REFERENCE_BYTES && node[from] === HASH_PREFIX ? from + 1 : undefined
}

export function referenceOfHash(hash: Uint8Array): Reference {
  const reference = new Uint8Array(HASH_REFERENCE_BYTES)
  reference[0] = HASH_PREFIX
  reference.set(hash, 1)
  return reference
}

/** The branch with some children replaced: undefined in `changed` is no change, null no child. */
export function patchBranch(
  node: Uint8Array,
  layout: Layout,
  changed: readonly (Reference | null | undefined)[],
): Uint8Array {
  let isSameLength = true
  for (let nibble = 0; nibble < 16; nibble++) {
    const child = changed[nibble]
    if (child !== undefined && itemOf(child).length !== lengthAt(layout, nibble))
      isSameLength = false
  }
  if (!isSameLength) return encodeRlpList(partsOf(node, layout, changed))
  const patched = shortBytes(node.length)
  patched.set(node)
  for (let nibble = 0; nibble < 16; nibble++) {
    const child = changed[nibble]
    if (child !== undefined) patched.set(itemOf(child), layout[nibble])
  }
  return patched
}

/** The payload of a branch: children that changed, and what stands between them in one piece. */
function partsOf(
  node: Uint8Array,
  layout: Layout,
  changed: readonly (Reference | null | undefined)[],
): Uint8Array[] {
  const parts: Uint8Array[] = []
  let from = layout[0]
  for (let nibble = 0; nibble < 16; nibble++) {
    const child = changed[nibble]
    if (child === undefined) continue
    parts.push(node.subarray(from, layout[nibble]), itemOf(child))
    from = layout[nibble + 1]
  }
  parts.push(node.subarray(from))
  return parts
}

export function encodeBranch(children: readonly (Reference | null | undefined)[]): Uint8Array {
  const items = Array.from({ length: 16 }, (_, i) => children[i] ?? EMPTY_ITEM)
  return encodeRlpList([...items, EMPTY_ITEM])
}

export function encodeLeaf(path: Uint8Array, value: Uint8Array): Uint8Array {
  return encodeRlpList([encodeRlpString(encodePath(path, true)), encodeRlpString(value)])
}

/** The leaf with another value under the same path. */
export function patchLeaf(node: Uint8Array, layout: Layout, value: Uint8Array): Uint8Array {
  return encodeRlpList([node.subarray(layout[0], layout[1]), encodeRlpString(value)])
}

export function encodeExtension(path: Uint8Array, child: Reference): Uint8Array {
  return encodeRlpList([encodeRlpString(encodePath(path, false)), child])
}

/** `tail` is the value of a leaf, the child's reference of an extension. */
export function readShort(node: Uint8Array, layout: Layout): ShortNode {
  const [pathFrom, pathLength] = payloadOf(node, layout[0] ?? 0)
  const { nibbles, isLeaf } = decodePath(node.subarray(pathFrom, pathFrom + pathLength))
  const tailAt = layout[1] ?? 0
  if (!isLeaf) return { isLeaf, path: nibbles, tail: node.subarray(tailAt) }
  const [from, length] = payloadOf(node, tailAt)
  return { isLeaf, path: nibbles, tail: node.subarray(from, from + length) }
}

function itemOf(child: Reference | null): Uint8Array {
  return child ?? EMPTY_ITEM
}

function lengthAt(layout: Layout, index: number): number {
  return (layout[index + 1] ?? 0) - (layout[index] ?? 0)
}

/** Where the item at `offset` ends: nearly all are hashes, or nothing. */
function endOf(bytes: Uint8Array, offset: number): number {
  const prefix = bytes[offset] ?? 0
  if (prefix <= 0x80) return offset + 1
  if (prefix === HASH_PREFIX) return offset + HASH_REFERENCE_BYTES
  const [start, length] = payloadOf(bytes, offset)
  return start + length
}

/** Start and length of the payload of the item at `offset`; nodes are ours, lengths are right. */
function payloadOf(bytes: Uint8Array, offset: number): readonly [start: number, length: number] {
  const prefix = bytes[offset] ?? 0
  if (prefix < 0x80) return [offset, 1]
  const short = prefix - (prefix >= 0xc0 ? 0xc0 : 0x80)
  if (short <= 55) return [offset + 1, short]
  let length = 0
  const start = offset + 1 + (short - 55)
  for (let i = offset + 1; i < start; i++) length = length * 256 + (bytes[i] ?? 0)
  return [start, length]
}
