/**
 * The chain of this node: its tree of blocks, its store, and the one queue through which blocks
 * come in. A facade: the road of a block is in `import-block.ts`.
 */
import { EventEmitter } from 'node:events'
import type { Common } from '@ethereumjs/common'
import { assert } from '../../consensus/errors.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { SenderRecovery } from '../crypto/sender-recovery.ts'
import type { BlockSummary, HeadChange } from '../events.ts'
import type { Executor } from '../execution/executor.ts'
import type { Clock } from '../ports.ts'
import type { StateStore } from '../state/state-store.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { isDiskFull } from '../storage/disk-full.ts'
import type { HeaderChecker } from './check-header.ts'
import type { Committer } from './commit-block.ts'
import { importBlock, type KnownTransactions, type PreparedBlock } from './import-block.ts'
import type { ImportOutcome } from './import-outcome.ts'
import { ImportQueue } from './import-queue.ts'
import type { BlockSource, SealedBlock } from './sealed-block.ts'

/** Blocks that wait for their import, of at most 1 MiB each; above it they come again by sync. */
export const IMPORTS_WAITING_MAX = 64

export type ChainParts = {
  readonly genesis: Genesis
  readonly common: Common
  readonly tree: BlockTree
  readonly headers: HeaderChecker
  readonly blocks: BlockStore
  readonly state: StateStore
  readonly executor: Executor
  readonly committer: Committer
  readonly recovery: SenderRecovery
  readonly clock: Clock
  readonly head: BlockSummary
}

export type ChainEventMap = {
  /** Before `imported` of the block that caused it. Listeners must not wait, nor throw. */
  head: [change: HeadChange]
  imported: [block: SealedBlock, source: BlockSource, milliseconds: number]
  /** The road of a block ended elsewhere. */
  refused: [block: SealedBlock, source: BlockSource, outcome: ImportOutcome]
}

const NOTHING_KNOWN: KnownTransactions = { byRaw: () => undefined }

export class Chain {
  readonly events = new EventEmitter<ChainEventMap>()
  readonly #parts: ChainParts
  readonly #queue = new ImportQueue(IMPORTS_WAITING_MAX)
  /** Blocks in the queue, with how many imports of each. */
  readonly #waiting = new Map<Hash, number>()
  #known: KnownTransactions = NOTHING_KNOWN
  #head: BlockSummary
  #isDiskFull = false

  constructor(parts: ChainParts) {
    this.#parts = parts
    this.#head = parts.head
  }

  get genesis(): Genesis {
    return this.#parts.genesis
  }

  get tree(): BlockTree {
    return this.#parts.tree
  }

  get headers(): HeaderChecker {
    return this.#parts.headers
  }

  get blocks(): BlockStore {
    return this.#parts.blocks
  }

  get state(): StateStore {
    return this.#parts.state
  }

  get executor(): Executor {
    return this.#parts.executor
  }

  /** The head on disk, as listeners know it. */
  get head(): BlockSummary {
    return this.#head
  }

  /** The last write found no room: nothing is produced until one succeeds. */
  get isDiskFull(): boolean {
    return this.#isDiskFull
  }

  get importsWaiting(): number {
    return this.#queue.length
  }

  /** The pool, which knows the senders of most transactions before their block comes. */
  setKnownTransactions(known: KnownTransactions): void {
    this.#known = known
  }

  /** Executed, or on its way to be: another copy of it brings nothing. */
  isHeld(hash: Hash): boolean {
    return this.#waiting.has(hash) || this.tree.get(hash)?.status === 'executed'
  }

  /**
   * Takes a block down the road. Throws what is transient (a full disk, a full queue): then the
   * store is as it was and the block may come again.
   */
  async importBlock(
    block: SealedBlock,
    source: BlockSource,
    prepared?: PreparedBlock,
  ): Promise<ImportOutcome> {
    this.#waiting.set(block.hash, (this.#waiting.get(block.hash) ?? 0) + 1)
    try {
      return await this.#queue.run(() => this.#import(block, source, prepared))
    } finally {
      const left = (this.#waiting.get(block.hash) ?? 0) - 1
      if (left > 0) this.#waiting.set(block.hash, left)
      else this.#waiting.delete(block.hash)
    }
  }

  /** Resolves when the import that runs has ended; what waits is refused. */
  close(): Promise<void> {
    return this.#queue.close()
  }

  async #import(
    block: SealedBlock,
    source: BlockSource,
    prepared: PreparedBlock | undefined,
  ): Promise<ImportOutcome> {
    const { committer, clock } = this.#parts
    const startMs = clock.now()
    try {
      this.#announce(await committer.catchUp())
      const modules = { ...this.#parts, known: this.#known }
      const { outcome, headChange } = await importBlock(block, source, prepared, modules)
      this.#announce(headChange)
      if (outcome.kind === 'imported') {
        this.#isDiskFull = false
        this.events.emit('imported', block, source, clock.now() - startMs)
      } else {
        this.events.emit('refused', block, source, outcome)
      }
      return outcome
    } catch (error) {
      if (isDiskFull(error)) this.#isDiskFull = true
      throw error
    }
  }

  /** 8: events. */
  #announce(change: HeadChange | undefined): void {
    if (change === undefined) return
    assert(change.head.hash === this.tree.head().hash, 'the tree and the disk have one head')
    this.#head = change.head
    this.events.emit('head', change)
  }
}
