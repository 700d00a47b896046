/**
 * The part of a trie that a batch of writes can touch, opened in memory: the nodes on the way to
 * every key, and the neighbours that a deletion may merge with. Missing nodes are loaded level by
 * level, so that a cold batch costs as many round trips to the disk as the trie is deep.
 */
import { KECCAK256_RLP } from '@ethereumjs/util'
import {
  childOf,
  hashOf,
  isBranch,
  type Layout,
  layoutOf,
  type Reference,
  readShort,
} from './node-codec.ts'
import type { NodeStore } from './node-store.ts'
import { groupEnd, nibbleOf, rangeOfPath, type TrieWrite } from './writes.ts'

export type TouchedNode = {
  readonly node: Uint8Array
  readonly layout: Layout
  /** Of a branch by nibble, of an extension at 0; undefined where the batch does not go. */
  readonly children: (TouchedNode | undefined)[]
}

/** A child that is to be opened, with the writes under it. */
type Opening = {
  readonly hash: Uint8Array
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
  let level: Opening[] = [
    { hash: root, into: opened, index: 0, from: 0, to: writes.length, depth: 0 },
  ]
  while (level.length > 0) {
    const found = await nodesOf(nodes, level)
    const next: Opening[] = []
    for (const [index, opening] of level.entries()) {
      const node = found[index]
      if (node !== undefined) open(node, opening, writes, next)
    }
    level = next
  }
  return opened[0]
}

async function nodesOf(
  nodes: NodeStore,
  level: readonly Opening[],
): Promise<(Uint8Array | undefined)[]> {
  const found = level.map(({ hash }) => nodes.peek(hash))
  const missing = level.filter((_, index) => found[index] === undefined)
  if (missing.length === 0) return found
  const loaded = await nodes.getMany(missing.map(({ hash }) => hash))
  let next = 0
  return found.map((node) => node ?? loaded[next++])
}

/** Opens one node in its place, embedded children with it; others go to `next`. */
function open(
  node: Uint8Array,
  at: Pick<Opening, 'into' | 'index' | 'from' | 'to' | 'depth'>,
  writes: readonly TrieWrite[],
  next: Opening[],
): void {
  const layout = layoutOf(node)
  const children: (TouchedNode | undefined)[] = []
  at.into[at.index] = { node, layout, children }
  const openChild = (
    reference: Reference,
    index: number,
    from: number,
    to: number,
    depth: number,
  ) => {
    const hash = hashOf(reference)
    const place = { into: children, index, from, to, depth }
    if (hash === undefined) open(reference, place, writes, next)
    else next.push({ hash, ...place })
  }
  if (at.from === at.to) return
  if (isBranch(layout)) {
    openBranch(node, layout, at, writes, openChild)
    return
  }
  const { isLeaf, path, tail } = readShort(node, layout)
  if (isLeaf) return
  const [from, to] = rangeOfPath(writes, at.from, at.to, at.depth, path)
  if (from < to) openChild(tail, 0, from, to, at.depth + path.length)
}

function openBranch(
  node: Uint8Array,
  layout: Layout,
  { from, to, depth }: Pick<Opening, 'from' | 'to' | 'depth'>,
  writes: readonly TrieWrite[],
  openChild: (ref: Reference, index: number, from: number, to: number, depth: number) => void,
): void {
  // Children that will be there whatever the deletions do: with two of them no merge can happen.
  let certain = 0
  const mayVanish = new Set<number>()
  const isTouched = new Set<number>()
  for (let start = from; start < to; ) {
    const end = groupEnd(writes, start, to, depth)
    const nibble = nibbleOf(writes, start, depth)
    isTouched.add(nibble)
    const reference = childOf(node, layout, nibble)
    if (reference !== undefined) openChild(reference, nibble, start, end, depth + 1)
    if (writes.slice(start, end).some(({ value }) => value !== undefined)) certain += 1
    else mayVanish.add(nibble)
    start = end
  }
  if (mayVanish.size === 0) return
  for (let nibble = 0; nibble < 16 && certain < 2; nibble++) {
    if (!isTouched.has(nibble) && childOf(node, layout, nibble) !== undefined) certain += 1
  }
  if (certain >= 2) return
  for (let nibble = 0; nibble < 16; nibble++) {
    const reference = isTouched.has(nibble) ? undefined : childOf(node, layout, nibble)
    if (reference !== undefined) openChild(reference, nibble, 0, 0, depth + 1)
  }
}
