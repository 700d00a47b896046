/**
 * The nodes that one edit made, in memory of their own: they are made in memory that others share
 * (consensus/codec/short-bytes.ts), and a buffer for each costs more than its hash.
 */
import type { TrieNode } from '../types.ts'

/**
 * A node that is cached keeps its piece alive: a longer one would hold more of what nobody reads,
 * a shorter one costs a buffer more often.
 */
export const PIECE_BYTES_MAX = 2_048

/** Copies of the nodes, a few to a piece. */
export function inPieces(nodes: readonly TrieNode[]): TrieNode[] {
  let left = nodes.reduce((sum, { node }) => sum + node.length, 0)
  let piece = new Uint8Array(0)
  let used = 0
  return nodes.map(({ hash, node }) => {
    if (used + node.length > piece.length) {
      piece = new Uint8Array(Math.max(node.length, Math.min(left, PIECE_BYTES_MAX)))
      used = 0
    }
    piece.set(node, used)
    const own = piece.subarray(used, used + node.length)
    used += node.length
    left -= node.length
    return { hash, node: own }
  })
}
