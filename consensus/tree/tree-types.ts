/**
 * What goes into and comes out of the block tree.
 * Spec: docs/spec/block.md, "The tree".
 */
import type { HeaderParent } from '../rules/header-rules.ts'
import type { Hash } from '../types.ts'
import type { BlockNode, BlockRecord } from './block-node.ts'

/** Blocks below the head, and blocks of all branches. */
export type TreeLimits = { readonly blocksMax: number; readonly nodesMax: number }

/** A block by name, whether or not it is still in the tree. */
export type Checkpoint = { readonly hash: Hash; readonly number: bigint }

/** Everything that the rules for a child of a block depend on. */
export type ChildContext = {
  readonly parent: HeaderParent
  /** D of the child's epoch. */
  readonly epochDifficulty: bigint
  /** 32 bytes: seed of the child's synthetic operands. */
  readonly epochSeed: Uint8Array
}

export type InsertOutcome =
  | { readonly outcome: 'inserted' | 'known'; readonly node: BlockNode }
  /** Fetch the parent, and come again. */
  | { readonly outcome: 'unknown-parent' }
  /** The parent was found invalid: so is this block. */
  | { readonly outcome: 'invalid-parent' }
  /** It would branch off below the window or the finalized block. Says nothing of validity. */
  | { readonly outcome: 'too-old' }
  /** No side branch is left to make room: execute what is here first. */
  | { readonly outcome: 'full' }

/** What a node keeps of its tree. Records in any order; what is not above the root is left out. */
export type StoredTree = {
  readonly records: readonly BlockRecord[]
  /** An executed block among them: the head when the records were written. */
  readonly head: Hash
  readonly justified: Checkpoint
  readonly finalized: Checkpoint
}
