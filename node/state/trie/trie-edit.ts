/**
 * The edit of a trie by one sorted batch of writes: each node that changes is encoded and hashed
 * once, however many keys of the batch lie under it.
 *
 * A subtree is a reference while it is as it was, and a fresh node once it changed: it is hashed
 * only where it stands in a parent, so a node that merges away is never hashed at all.
 */
import { KECCAK256_RLP } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import type { TrieNode } from '../types.ts'
import { concatNibbles, nibblesOf, sharedNibbles } from './nibbles.ts'
import {
  childOf,
  encodeBranch,
  encodeExtension,
  encodeLeaf,
  HASH_BYTES,
  isBranch,
  layoutOf,
  patchBranch,
  patchLeaf,
  type Reference,
  readShort,
  referenceOfHash,
} from './node-codec.ts'
import { inPieces } from './node-pieces.ts'
import type { TouchedNode } from './touched-nodes.ts'
import {
  follows,
  groupEnd,
  KEY_NIBBLES,
  keyOf,
  nibbleOf,
  rangeOfPath,
  sharedWithPath,
  type TrieWrite,
} from './writes.ts'

type FreshNode = { readonly fresh: Uint8Array }
type Subtree = Reference | FreshNode | undefined

export type EditedTrie = { readonly root: Uint8Array; readonly nodes: readonly TrieNode[] }

/** Applies sorted `writes` to the trie that `touched` is the opened part of. */
export function editTrie(
  root: Uint8Array,
  touched: TouchedNode | undefined,
  writes: readonly TrieWrite[],
): EditedTrie {
  const edit = new TrieEdit()
  const edited = edit.apply(root, touched, writes)
  return { root: edited, nodes: inPieces(edit.nodes) }
}

class TrieEdit {
  readonly nodes: TrieNode[] = []

  apply(
    root: Uint8Array,
    touched: TouchedNode | undefined,
    writes: readonly TrieWrite[],
  ): Uint8Array {
    const reference = touched && referenceOfHash(root)
    const edited = this.#edit(reference, touched, writes, 0, writes.length, 0)
    if (edited === undefined) return KECCAK256_RLP
    if (isReference(edited)) return root
    return this.#write(edited.fresh)
  }

  /** `touched` is the opened node of `subtree`; both are undefined where there is nothing. */
  #edit(
    subtree: Subtree,
    touched: TouchedNode | undefined,
    writes: readonly TrieWrite[],
    from: number,
    to: number,
    depth: number,
  ): Subtree {
    if (from === to) return subtree
    if (touched === undefined) {
      assert(subtree === undefined, 'a subtree that is written to was opened')
      const puts = writes.slice(from, to).filter(({ value }) => value !== undefined)
      return this.#build(puts, 0, puts.length, depth)
    }
    if (isBranch(touched.layout)) {
      return this.#editBranch(subtree, touched, writes, from, to, depth)
    }
    return this.#editShort(subtree, touched, writes, from, to, depth)
  }

  #editBranch(
    subtree: Subtree,
    { node, layout, children }: TouchedNode,
    writes: readonly TrieWrite[],
    from: number,
    to: number,
    depth: number,
  ): Subtree {
    const changed: (FreshNode | null | undefined)[] = []
    let hasVanished = false
    for (let start = from; start < to; ) {
      const end = groupEnd(writes, start, to, depth)
      const nibble = nibbleOf(writes, start, depth)
      const child = childOf(node, layout, nibble)
      const edited = this.#edit(child, children[nibble], writes, start, end, depth + 1)
      if (edited === undefined && child !== undefined) {
        changed[nibble] = null
        hasVanished = true
      } else if (edited !== undefined && !isReference(edited)) changed[nibble] = edited
      start = end
    }
    if (changed.length === 0) return subtree
    if (hasVanished) {
      const left = Array.from({ length: 16 }, (_, nibble): Subtree => {
        const edited = changed[nibble]
        return edited === undefined ? childOf(node, layout, nibble) : (edited ?? undefined)
      })
      const merged = this.#mergeLone(left, children)
      if (merged !== 'many') return merged
    }
    return {
      fresh: patchBranch(
        node,
        layout,
        changed.map((child) => child && this.#seal(child)),
      ),
    }
  }

  #editShort(
    subtree: Subtree,
    { node, layout, children }: TouchedNode,
    writes: readonly TrieWrite[],
    from: number,
    to: number,
    depth: number,
  ): Subtree {
    const { isLeaf, path, tail } = readShort(node, layout)
    // Nearly always the leaf that stands there gets another value.
    const value = isLeaf && to - from === 1 ? writes[from]?.value : undefined
    if (value !== undefined && follows(writes[from], depth, path)) {
      return { fresh: patchLeaf(node, layout, value) }
    }
    if (isLeaf) return this.#editLeaf(subtree, path, tail, writes, from, to, depth)
    // The extension splits where the first put leaves its path; deletions that leave it are void.
    let kept = path.length
    for (let i = from; i < to; i++) {
      const write = writes[i]
      if (write?.value === undefined) continue
      kept = Math.min(kept, sharedWithPath(write.key, depth, path))
    }
    const shared = path.subarray(0, kept)
    const [start, end] = rangeOfPath(writes, from, to, depth, shared)
    if (start === end) return subtree
    if (kept === path.length) {
      const child = this.#edit(tail, children[0], writes, start, end, depth + kept)
      return child === tail ? subtree : this.#prefixed(path, child)
    }
    const rest = path.subarray(kept + 1)
    const stub: Subtree = rest.length === 0 ? tail : { fresh: encodeExtension(rest, tail) }
    const split = this.#editSplit(
      path[kept] ?? 0,
      stub,
      children[0],
      writes,
      start,
      end,
      depth + kept,
    )
    return this.#prefixed(shared, split)
  }

  /** A branch that stands where an extension split: `stub`, its rest, is the only child so far. */
  #editSplit(
    stubNibble: number,
    stub: Subtree,
    behind: TouchedNode | undefined,
    writes: readonly TrieWrite[],
    from: number,
    to: number,
    depth: number,
  ): Subtree {
    const children: Subtree[] = []
    const opened: (TouchedNode | undefined)[] = []
    children[stubNibble] = stub
    opened[stubNibble] = stub && !isReference(stub) ? reopened(stub.fresh, behind) : behind
    for (let start = from; start < to; ) {
      const end = groupEnd(writes, start, to, depth)
      const nibble = nibbleOf(writes, start, depth)
      const child = children[nibble]
      children[nibble] = this.#edit(child, opened[nibble], writes, start, end, depth + 1)
      start = end
    }
    const merged = this.#mergeLone(children, opened)
    if (merged !== 'many') return merged
    return { fresh: encodeBranch(Array.from({ length: 16 }, (_, i) => this.#seal(children[i]))) }
  }

  #editLeaf(
    subtree: Subtree,
    path: Uint8Array,
    value: Uint8Array,
    writes: readonly TrieWrite[],
    from: number,
    to: number,
    depth: number,
  ): Subtree {
    const touching = writes.slice(from, to)
    const puts = touching.filter((write) => write.value !== undefined)
    if (touching.some((write) => follows(write, depth, path)))
      return this.#build(puts, 0, puts.length, depth)
    if (puts.length === 0) return subtree
    const key = keyOf(touching[0]?.key, depth, path)
    const after = puts.findIndex((write) => Buffer.compare(write.key, key) > 0)
    puts.splice(after === -1 ? puts.length : after, 0, { key, value })
    return this.#build(puts, 0, puts.length, depth)
  }

  /** A new subtree of puts alone. */
  #build(puts: readonly TrieWrite[], from: number, to: number, depth: number): Subtree {
    const first = puts[from]
    const last = puts[to - 1]
    if (first === undefined || last === undefined) return undefined
    if (to - from === 1) {
      assert(first.value !== undefined, 'a put has a value')
      return { fresh: encodeLeaf(nibblesOf(first.key, depth, KEY_NIBBLES), first.value) }
    }
    const shared = sharedNibbles(first.key, last.key, depth, KEY_NIBBLES)
    const forkAt = depth + shared
    assert(forkAt < KEY_NIBBLES, 'keys of a batch differ')
    const children: (Reference | undefined)[] = []
    for (let start = from; start < to; ) {
      const end = groupEnd(puts, start, to, forkAt)
      children[nibbleOf(puts, start, forkAt)] = this.#seal(
        this.#build(puts, start, end, forkAt + 1),
      )
      start = end
    }
    return this.#prefixed(nibblesOf(first.key, depth, forkAt), { fresh: encodeBranch(children) })
  }

  /** What a branch with these children becomes when fewer than two are left, else 'many'. */
  #mergeLone(
    children: readonly Subtree[],
    opened: readonly (TouchedNode | undefined)[],
  ): Subtree | 'many' {
    const left = children.flatMap((child, nibble) => (child === undefined ? [] : [nibble]))
    const [nibble] = left
    if (left.length > 1) return 'many'
    if (nibble === undefined) return undefined
    return this.#prefixed(Uint8Array.of(nibble), children[nibble], opened[nibble])
  }

  /** `subtree` further down by `path`; an unchanged one has to be opened to merge with its path. */
  #prefixed(path: Uint8Array, subtree: Subtree, opened?: TouchedNode): Subtree {
    if (subtree === undefined || path.length === 0) return subtree
    const node = isReference(subtree) ? opened?.node : subtree.fresh
    assert(node !== undefined, 'a neighbour that merges was opened')
    const layout = layoutOf(node)
    if (isBranch(layout)) {
      const child = isReference(subtree) ? subtree : this.#seal(subtree)
      return { fresh: encodeExtension(path, child) }
    }
    const short = readShort(node, layout)
    const joined = concatNibbles(path, short.path)
    return {
      fresh: short.isLeaf ? encodeLeaf(joined, short.tail) : encodeExtension(joined, short.tail),
    }
  }

  /** The reference by which a parent holds a subtree. */
  #seal(subtree: FreshNode): Reference
  #seal(subtree: Subtree): Reference | undefined
  #seal(subtree: Subtree): Reference | undefined {
    if (subtree === undefined || isReference(subtree)) return subtree
    const { fresh } = subtree
    return fresh.length < HASH_BYTES ? fresh : referenceOfHash(this.#write(fresh))
  }

  #write(node: Uint8Array): Uint8Array {
    const hash = keccak256(node)
    this.nodes.push({ hash, node })
    return hash
  }
}

function isReference(subtree: Reference | FreshNode): subtree is Reference {
  return subtree instanceof Uint8Array
}

/** The opened form of an extension made on the way, in front of what was opened behind it. */
function reopened(extension: Uint8Array, behind: TouchedNode | undefined): TouchedNode {
  return { node: extension, layout: layoutOf(extension), children: [behind] }
}
