/**
 * The links of the block tree: placing blocks, finding room for them, and letting go of branches.
 * It knows nothing of weights; which blocks must stay is said by who asks.
 *
 * Spec: docs/spec/block.md, "The tree".
 */
import { assert } from '../errors.ts'
import type { Hash } from '../types.ts'
import type { BlockRecord, MutableNode } from './block-node.ts'

/** A single-rooted tree of nodes by hash. */
export class NodeGraph {
  /** In order of placement, so the oldest come first. */
  readonly #nodes = new Map<Hash, MutableNode>()
  #root: MutableNode

  constructor(root: BlockRecord) {
    this.#root = this.#add(root, undefined)
  }

  /** The lowest block: every other one stands above it. */
  get root(): MutableNode {
    return this.#root
  }

  get size(): number {
    return this.#nodes.size
  }

  get(hash: Hash): MutableNode | undefined {
    return this.#nodes.get(hash)
  }

  place(record: BlockRecord, parent: MutableNode): MutableNode {
    const node = this.#add(record, parent)
    parent.children.push(node)
    return node
  }

  /** A node and everything above it, parents before children. */
  subtree(from: MutableNode): MutableNode[] {
    const found = [from]
    // The array grows while it is walked: each node appends its children.
    for (const node of found) found.push(...node.children)
    return found
  }

  /** Removes the oldest leaf that is not in `kept`; false if there is none. */
  removeOldestLeaf(kept: ReadonlySet<MutableNode>): boolean {
    for (const node of this.#nodes.values()) {
      if (node.children.length > 0 || node === this.#root || kept.has(node)) continue
      this.#remove(node)
      return true
    }
    return false
  }

  /** Removes every branch that leaves the path to `node` below it, from `lowest` upwards. */
  removeBeside(node: MutableNode, lowest = this.#root.number): void {
    let kept = node
    for (let { parent } = node; parent && parent.number >= lowest; { parent } = parent) {
      for (const child of parent.children) if (child !== kept) this.#remove(child)
      kept = parent
    }
  }

  /** Makes `node` the root: everything that does not stand above it is removed. */
  raiseRoot(node: MutableNode): void {
    this.removeBeside(node)
    for (let below = node.parent; below !== undefined; below = below.parent) {
      this.#nodes.delete(below.hash)
    }
    node.parent = undefined
    this.#root = node
  }

  #add(record: BlockRecord, parent: MutableNode | undefined): MutableNode {
    assert(!this.#nodes.has(record.hash), 'a block stands in the tree once')
    const node: MutableNode = { ...record, parent, children: [] }
    this.#nodes.set(node.hash, node)
    return node
  }

  #remove(node: MutableNode): void {
    const { parent } = node
    if (parent !== undefined) parent.children = parent.children.filter((child) => child !== node)
    for (const each of this.subtree(node)) this.#nodes.delete(each.hash)
  }
}

/** The graph of stored records under the oldest known ancestor of `head`; others are left out. */
export function graphOfRecords(records: readonly BlockRecord[], head: Hash): NodeGraph {
  const byHash = new Map(records.map((record) => [record.hash, record]))
  let root = byHash.get(head)
  assert(root !== undefined, 'the records hold the head')
  for (let below = byHash.get(root.parentHash); below; below = byHash.get(below.parentHash)) {
    root = below
  }
  const graph = new NodeGraph(root)
  for (const record of records.toSorted(byNumberThenSequence)) {
    const parent = graph.get(record.parentHash)
    if (parent === undefined || record === root) continue
    const total = parent.totalDifficulty + record.difficulty
    assert(record.totalDifficulty === total, 'a stored total difficulty is its sum')
    graph.place(record, parent)
  }
  return graph
}

function byNumberThenSequence(a: BlockRecord, b: BlockRecord): number {
  return a.number === b.number ? a.sequence - b.sequence : a.number < b.number ? -1 : 1
}
