/**
 * Blocks for the tree alone, which looks at links, weights and times and at no proof. Hashes count
 * up, so that a failing test can be read.
 */
import type { TreeHeader } from '../../consensus/tree/block-node.ts'
import { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { TreeLimits } from '../../consensus/tree/tree-types.ts'
import type { Hash } from '../../consensus/types.ts'
import { COINBASE, GENESIS, GENESIS_HASH, TEST_PARAMS } from './mined-blocks.ts'

/** Block `index` of a test: 0x00...0001 and so on; 0 is genesis. */
export function hashOf(index: number): Hash {
  return index === 0 ? GENESIS_HASH : `0x${index.toString(16).padStart(64, '0')}`
}

export function newTree(limits?: TreeLimits, params = TEST_PARAMS): BlockTree {
  return BlockTree.fromGenesis(params, GENESIS_HASH, GENESIS, limits)
}

/** A child of `parent` with this weight (in units of MIN_D) and seconds after it. */
export function childOf(
  tree: BlockTree,
  parent: number,
  { weight = 1n, seconds = 2n, coinbase = COINBASE as TreeHeader['coinbase'] } = {},
): TreeHeader {
  const node = tree.get(hashOf(parent))
  if (node === undefined) throw new Error(`block ${parent} is not in the tree`)
  return {
    parentHash: node.hash,
    coinbase,
    number: node.number + 1n,
    timestamp: node.timestamp + seconds,
    difficulty: weight * TEST_PARAMS.minDifficulty,
    gasLimit: node.gasLimit,
    gasUsed: 0n,
    baseFeePerGas: node.baseFeePerGas,
  }
}

/** Adds block `index` on block `parent`, verified. */
export function grow(
  tree: BlockTree,
  index: number,
  parent: number,
  options?: Parameters<typeof childOf>[2],
): string {
  return tree.insert(childOf(tree, parent, options), hashOf(index), true).outcome
}

/** Adds and executes blocks `from` to `to`, each on the one before, the first on `parent`. */
export function growChain(tree: BlockTree, parent: number, from: number, to: number): void {
  for (let index = from, below = parent; index <= to; below = index, index++) {
    grow(tree, index, below)
    tree.markExecuted(hashOf(index))
  }
}
