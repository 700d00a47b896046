/** Blocks of one branch by number: what BLOCKHASH sees while a block of it is executed. */
import type { BlockNode } from '../../consensus/tree/block-node.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Hash } from '../../consensus/types.ts'
import type { BlockStore } from '../storage/block-store.ts'

/** Finds the ancestors of a block that is in the tree; below the tree all branches are one. */
export function ancestorHashes(
  tree: BlockTree,
  blocks: BlockStore,
  hash: Hash,
): (number: bigint) => Hash | undefined | Promise<Hash | undefined> {
  // Contracts ask downwards one by one: each answer starts where the last one ended.
  let cursor: BlockNode | undefined
  return (number) => {
    if (number < tree.root.number) return blocks.canonicalHash(number)
    if (cursor === undefined || cursor.number < number) cursor = tree.get(hash)
    while (cursor !== undefined && cursor.number > number) cursor = cursor.parent
    return cursor?.hash
  }
}
