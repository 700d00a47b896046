/**
 * Where the road of a block can end. Late, early, repeated and parentless are outcomes with a
 * name, not errors; only `invalid` blames anybody. What is transient (a full disk, a full queue, a
 * thread that died) is thrown, and never remembered of the block.
 */
import type { Hash } from '../../../consensus/types.ts'
import type { Fault } from './block-fault.ts'

/** Steps 1 and 2, which end for a header as they end for a block. */
export type Untimely =
  /** Too early by our clock, which may be the one that is wrong. Far ones are not kept. */
  | { readonly kind: 'future'; readonly isFar: boolean }
  /** Below the window of the tree, or beside what is final. Says nothing of validity. */
  | { readonly kind: 'too-old' }
  /** The tree has no room for it now. */
  | { readonly kind: 'full' }

export type Invalid = { readonly kind: 'invalid' } & Fault

export type ImportOutcome =
  | { readonly kind: 'imported'; readonly isHead: boolean }
  | { readonly kind: 'known' }
  /** The parent is not here, or not executed yet. */
  | { readonly kind: 'unknown-parent'; readonly parentHash: Hash }
  | Untimely
  | Invalid
