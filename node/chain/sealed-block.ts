/**
 * A block with its witness, as it travels and as it is imported.
 *
 * Spec: docs/spec/proof-of-compute.md, "Header and binding": the proof is outside the block hash.
 */
import type { DecodedBlock } from '../../consensus/codec/block-codec.ts'
import type { Hash, Header } from '../../consensus/types.ts'

/** A header with its witness: what can be verified before a body is there. */
export type SealedHeader = {
  readonly hash: Hash
  readonly header: Header
  readonly headerRlp: Uint8Array
  readonly proof: Uint8Array
}

export type SealedBlock = DecodedBlock & {
  readonly proof: Uint8Array
  /** Of the block's RLP and its proof together: what keeping it costs. */
  readonly bytes: number
}

/** Where a block came from; the road that it takes is the same. */
export type BlockSource = 'gossip' | 'sync' | 'sealer' | 'rpc'
