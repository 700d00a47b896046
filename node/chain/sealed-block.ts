/**
 * A block with its witness, as it travels and as it is imported.
 *
 * Spec: docs/spec/proof-of-compute.md, "Header and binding": the proof is outside the block hash.
 */
import type { Block } from '../../consensus/types.ts'

export type SealedBlock = Block & {
  readonly proof: Uint8Array
  /** Of the block's RLP and its proof together: what keeping it costs. */
  readonly bytes: number
}

/** Where a block came from; the road that it takes is the same. */
export type BlockSource = 'gossip' | 'sync' | 'sealer' | 'rpc'
