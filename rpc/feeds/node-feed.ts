/** The node's events, kept for filters and subscriptions that read them later. */
import type { Hash } from '../../consensus/types.ts'
import type { EthereumSummary, HeadChange, NodeEvents } from '../../node/events.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { BLOCK_CHANGES_KEPT, PENDING_HASHES_KEPT } from '../limits.ts'
import { ChangeRing } from './change-ring.ts'

/** A block joined the canonical chain, or left it. */
export type BlockChange = { readonly block: EthereumSummary; readonly isRemoved: boolean }

export class NodeFeed {
  /** In the order of a reorg: what leaves, newest first, then what joins, oldest first. */
  readonly blocks = new ChangeRing<BlockChange>(BLOCK_CHANGES_KEPT)
  readonly pending = new ChangeRing<Hash>(PENDING_HASHES_KEPT)
  readonly #events: NodeEvents

  constructor(events: NodeEvents) {
    this.#events = events
  }

  start(): void {
    this.#events.on('head', this.#onHead)
    this.#events.on('pendingTransaction', this.#onPending)
  }

  stop(): void {
    this.#events.off('head', this.#onHead)
    this.#events.off('pendingTransaction', this.#onPending)
  }

  readonly #onHead = ({ removed, added }: HeadChange): void => {
    for (const block of removed) this.blocks.push({ block, isRemoved: true })
    for (const block of added) this.blocks.push({ block, isRemoved: false })
  }

  readonly #onPending = ({ hash }: SignedTransaction): void => {
    this.pending.push(hash)
  }
}
