/**
 * What the node tells its readers (subscriptions, filters, pool, metrics), in the order in which
 * it happened. A listener that throws is a bug and takes the process down: none of them may wait.
 */
import { EventEmitter } from 'node:events'
import type { EthereumHeader, Hash, Header } from '../consensus/types.ts'
import type { SignedTransaction } from './transaction.ts'

export type BlockSummary = { readonly hash: Hash; readonly header: Header }

/** The same of any chain that is served here: {@link BlockSummary} is the complete case. */
export type EthereumSummary = { readonly hash: Hash; readonly header: EthereumHeader }

/** The canonical chain changed: `removed` newest first, `added` oldest first, the head last. */
export type HeadChange = {
  readonly removed: readonly BlockSummary[]
  readonly added: readonly BlockSummary[]
  readonly head: BlockSummary
  /** A developer took the removed blocks back: their transactions are gone with them. */
  readonly isRewind?: boolean
}

export type NodeEventMap = {
  head: [change: HeadChange]
  pendingTransaction: [transaction: SignedTransaction]
  syncing: [isSyncing: boolean]
}

export class NodeEvents extends EventEmitter<NodeEventMap> {}
