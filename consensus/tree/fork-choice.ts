/**
 * Fork choice: the heaviest block under the highest justified checkpoint; of equal weights the
 * first seen. Never by hash: a hash can be ground for, being first cannot.
 *
 * Spec: docs/spec/block.md, "Fork choice" (FC1-FC3).
 */
import type { BlockNode } from './block-node.ts'

/** Whether `candidate` is to be head rather than `current`. A total order over one node's tree. */
export function isPreferred(candidate: BlockNode, current: BlockNode): boolean {
  if (candidate.totalDifficulty !== current.totalDifficulty) {
    return candidate.totalDifficulty > current.totalDifficulty
  }
  return candidate.sequence < current.sequence
}

/**
 * The preferred block among `start` and those above it that `isEligible` reaches without a gap.
 * Weight grows with every block, so the answer is always a leaf of what is eligible.
 */
export function preferredUnder<Node extends BlockNode & { readonly children: readonly Node[] }>(
  start: Node,
  isEligible: (node: Node) => boolean,
): Node {
  let preferred = start
  const pending: Node[] = [start]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (isPreferred(node, preferred)) preferred = node
    pending.push(...node.children.filter(isEligible))
  }
  return preferred
}
