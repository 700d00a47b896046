/**
 * Ways through the tree: ancestors, the fork point of two blocks, the path from one to another.
 * All of them walk parent links, at most the window of the tree.
 */
import { assert } from '../errors.ts'
import { MEDIAN_TIME_BLOCKS } from '../rules/difficulty.ts'
import type { BlockNode } from './block-node.ts'

/** What a head change undoes (newest first) and applies (oldest first). */
export type TreePath = {
  readonly ancestor: BlockNode
  readonly removed: readonly BlockNode[]
  readonly added: readonly BlockNode[]
}

/** The block of this number on the branch of `node`; undefined above it or below the tree. */
export function ancestorAt<Node extends BlockNode>(node: Node, number: bigint): Node | undefined {
  let current: BlockNode | undefined = node.number < number ? undefined : node
  while (current !== undefined && current.number > number) current = current.parent
  return current as Node | undefined
}

/** Whether `node` is `ancestor` or stands above it. */
export function isDescendant(node: BlockNode, ancestor: BlockNode): boolean {
  return ancestorAt(node, ancestor.number) === ancestor
}

/** The highest block that both branches share; in one tree there always is one. */
export function commonAncestor(left: BlockNode, right: BlockNode): BlockNode {
  let a: BlockNode | undefined = left
  let b: BlockNode | undefined = right
  while (a !== undefined && b !== undefined && a !== b) {
    if (a.number >= b.number) a = a.parent
    else b = b.parent
  }
  assert(a !== undefined && a === b, 'all blocks of a tree stand above its root')
  return a
}

/** The way from one block to another over their common ancestor. */
export function pathBetween(from: BlockNode, to: BlockNode): TreePath {
  const ancestor = commonAncestor(from, to)
  return {
    ancestor,
    removed: branchAbove(from, ancestor),
    added: branchAbove(to, ancestor).reverse(),
  }
}

/**
 * The timestamps that the median of a child is taken of. Fewer near the root, which is no matter:
 * as they rise, the median is never above the parent's own, whatever is left out.
 */
export function lastTimestamps(node: BlockNode): bigint[] {
  const timestamps: bigint[] = []
  let current: BlockNode | undefined = node
  for (; current && timestamps.length < MEDIAN_TIME_BLOCKS; current = current.parent) {
    timestamps.push(current.timestamp)
  }
  return timestamps
}

/** Blocks from `node` down to `ancestor`, without it. */
function branchAbove(node: BlockNode, ancestor: BlockNode): BlockNode[] {
  const branch: BlockNode[] = []
  for (let current = node; current !== ancestor; ) {
    branch.push(current)
    assert(current.parent !== undefined, 'the ancestor is on the branch')
    current = current.parent
  }
  return branch
}
