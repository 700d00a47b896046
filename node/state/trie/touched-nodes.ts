/**
 * The part of a trie that a batch of writes can touch, opened in memory: the nodes on the way to
 * every key, and the neighbours that a deletion may merge with. Nodes at hand are opened on the
 * way down; those that are missing are loaded together, so that a cold batch costs as many round
 * trips to the disk as the trie is deep.
 */
import { KECCAK256_RLP } from '@ethereumjs/util'
import {
  HASH_BYTES,
  hashAt,
  isBranch,
  isLeaf,
  type Layout,
  layoutOf,
  readShort,
} from './node-codec.ts'
import type { NodeStore } from './node-store.ts'
import { groupEnd, hasPut, nibbleOf, rangeOfPath, type TrieWrite } from './writes.ts'

export type TouchedNode = {
  readonly node: Uint8Array
  readonly layout: Layout
  /** Of a branch by nibble, of an extension at 0; undefined where the batch does not go. */
  readonly children: (TouchedNode | undefined)[]
}

/** Where an opened node belongs, and the writes under it. */
type Place = {
  readonly into: (TouchedNode | undefined)[]
  readonly index: number
  readonly from: number
  readonly to: number
  readonly depth: number
}

/** Opens the trie under `root` along sorted `writes`; undefined when it is empty. */
export async function openTouched(
  nodes: NodeStore,
  root: Uint8Array,
  writes: readonly TrieWrite[],
): Promise<TouchedNode | undefined> {
  if (Buffer.compare(root, KECCAK256_RLP) === 0) return undefined
  const opened: (TouchedNode | undefined)[] = []
  const opening = new Opening(nodes, writes)
  opening.openHash(root, 0, { into: opened, index: 0, from: 0, to: writes.length, depth: 0 })
  while (opening.missing.length > 0) {
    const missing = opening.missing.splice(0)
    const loaded = await nodes.getMany(missing.map(({ hash }) => hash))
    for (const [index, { place }] of missing.entries()) {
      const node = loaded[index]
      if (node !== undefined) opening.open(node, place)
    }
  }
  return opened[0]
}

class Opening {
  readonly #nodes: NodeStore
  readonly #writes: readonly TrieWrite[]
  readonly missing: { readonly hash: Uint8Array; readonly place: Place }[] = []

  constructor(nodes: NodeStore, writes: readonly TrieWrite[]) {
    this.#nodes = nodes
    this.#writes = writes
  }

  /** The node whose hash stands at `at` of `bytes`, now or when it is loaded. */
  openHash(bytes: Uint8Array, at: number, place: Place): void {
    const node = this.#nodes.peek(bytes, at)
    if (node !== undefined) this.open(node, place)
    else this.missing.push({ hash: bytes.subarray(at, at + HASH_BYTES), place })
  }

  /** Opens one node in its place, and what is at hand below it. */
  open(node: Uint8Array, place: Place): void {
    const layout = layoutOf(node)
    const opened: TouchedNode = { node, layout, children: [] }
    place.into[place.index] = opened
    if (place.from === place.to) return
    if (isBranch(layout)) {
      this.#openBranch(opened, place)
      return
    }
    if (isLeaf(node, layout)) return
    const { path } = readShort(node, layout)
    const { depth } = place
    const [from, to] = rangeOfPath(this.#writes, place.from, place.to, depth, path)
    if (from < to) this.#openItem(opened, 1, { index: 0, from, to, depth: depth + path.length })
  }

  #openBranch(opened: TouchedNode, { from, to, depth }: Place): void {
    const writes = this.#writes
    // Children that will be there whatever the deletions do: with two of them no merge can happen.
    let certain = 0
    let mayVanish = false
    const isTouched: boolean[] = []
    for (let start = from; start < to; ) {
      const end = groupEnd(writes, start, to, depth)
      const nibble = nibbleOf(writes, start, depth)
      isTouched[nibble] = true
      if (hasChild(opened, nibble)) {
        this.#openItem(opened, nibble, { index: nibble, from: start, to: end, depth: depth + 1 })
      }
      if (hasPut(writes, start, end)) certain += 1
      else mayVanish = true
      start = end
    }
    if (!mayVanish) return
    const others = Array.from({ length: 16 }, (_, nibble) => nibble).filter(
      (nibble) => isTouched[nibble] !== true && hasChild(opened, nibble),
    )
    if (certain + others.length >= 2) return
    for (const index of others) {
      this.#openItem(opened, index, { index, from: 0, to: 0, depth: depth + 1 })
    }
  }

  /** The child that item number `item` of a node refers to or is. */
  #openItem({ node, layout, children }: TouchedNode, item: number, at: Omit<Place, 'into'>): void {
    const place = { into: children, ...at }
    const [from, to] = [layout[item] ?? 0, layout[item + 1] ?? 0]
    const hash = hashAt(node, from, to)
    if (hash === undefined) this.open(node.subarray(from, to), place)
    else this.openHash(node, hash, place)
  }
}

function hasChild({ layout }: TouchedNode, nibble: number): boolean {
  return (layout[nibble + 1] ?? 0) - (layout[nibble] ?? 0) > 1
}
