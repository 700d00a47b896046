/**
 * The chain of this node: its tree of blocks, its store, and the one queue through which blocks
 * come in. A facade: the road of a block is in `import-block.ts`.
 */
import { EventEmitter } from 'node:events'
import type { Common } from '@ethereumjs/common'
import type { Logger } from 'pino'
import { assert, CodedError } from '../../consensus/errors.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { SenderRecovery } from '../crypto/sender-recovery.ts'
import type { BlockSummary, HeadChange } from '../events.ts'
import type { Executor } from '../execution/executor.ts'
import type { Cancel, Clock } from '../ports.ts'
import type { StateStore } from '../state/state-store.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { DatabaseError, type KeyValueStore } from '../storage/database.ts'
import { BlockSenders, type KnownTransactions } from './block-senders.ts'
import { summaryOf } from './block-summary.ts'
import type { HeaderChecker } from './header/check-header.ts'
import { importBlock, type PreparedBlock } from './import-block.ts'
import type { ImportOutcome } from './import-outcome.ts'
import { ImportQueue, QueueError } from './import-queue.ts'
import { type ChainParts, openChainParts } from './open-chain.ts'
import type { BlockSource, SealedBlock } from './sealed-block.ts'

/** Blocks that wait for their import, of at most 1 MiB each; above it they come again by sync. */
export const IMPORTS_WAITING_MAX = 64

/** After a write that failed, so long until the store is tried again. */
export const RECOVER_MS = 5_000

export type ChainOptions = {
  readonly genesis: Genesis
  /** Named in the sentences of errors. */
  readonly path: string
  /** Blocks that are never followed, valid or not. */
  readonly exclude?: readonly Hash[]
}

export type ChainModules = {
  readonly store: KeyValueStore
  /** Makes the store writable again after a failed write; throws as long as it can't be. */
  readonly recoverStore: () => Promise<void>
  readonly recovery: SenderRecovery
  readonly clock: Clock
  readonly log: Logger
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
  readonly genesis: Genesis
  readonly #options: ChainOptions
  readonly #modules: ChainModules
  readonly #queue = new ImportQueue(IMPORTS_WAITING_MAX)
  readonly #senders: BlockSenders
  /** Blocks in the queue, with how many imports of each. */
  readonly #waiting = new Map<Hash, number>()
  #parts: ChainParts
  #known: KnownTransactions = NOTHING_KNOWN
  #head: BlockSummary
  #cancelRecovery: Cancel | undefined

  private constructor(options: ChainOptions, modules: ChainModules, parts: ChainParts) {
    this.genesis = options.genesis
    this.#options = options
    this.#modules = modules
    this.#parts = parts
    this.#head = parts.head
    this.#senders = new BlockSenders({
      recovery: modules.recovery,
      known: () => this.#known,
      common: () => this.common,
    })
  }

  /** Throws coded errors that tell people what to do: another genesis, another layout, damage. */
  static async open(options: ChainOptions, modules: ChainModules): Promise<Chain> {
    const parts = await openChainParts({ ...options, store: modules.store, log: modules.log })
    return new Chain(options, modules, parts)
  }

  get common(): Common {
    return this.#parts.common
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

  /** False after a failed write, until the store has recovered: reads go on, imports throw. */
  get isWritable(): boolean {
    return this.#cancelRecovery === undefined
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
      if (prepared === undefined && this.#queue.hasRoom) this.#senders.begin(block)
      return await this.#queue.run(() => this.#import(block, source, prepared))
    } finally {
      const left = (this.#waiting.get(block.hash) ?? 0) - 1
      if (left > 0) this.#waiting.set(block.hash, left)
      else this.#waiting.delete(block.hash)
    }
  }

  /** Resolves when the import that runs has ended; what waits is refused. */
  async close(): Promise<void> {
    await this.#queue.close()
    if (this.isWritable) await this.#syncAtEnd()
    this.#cancelRecovery?.()
  }

  /** A disk that fails now costs nothing that the next start does not find out. */
  async #syncAtEnd(): Promise<void> {
    try {
      await this.#parts.committer.sync()
    } catch (error) {
      this.#modules.log.warn({ err: error }, 'The last write was not synced')
    }
  }

  async #import(
    block: SealedBlock,
    source: BlockSource,
    prepared: PreparedBlock | undefined,
  ): Promise<ImportOutcome> {
    if (!this.isWritable) throw new ChainError({ code: 'NOT_WRITABLE' })
    const { clock } = this.#modules
    const startMs = clock.now()
    const transactionsOf = (each: SealedBlock) => this.#senders.of(each)
    const modules = { ...this.#parts, clock, transactionsOf }
    try {
      this.#announce(await this.#parts.committer.catchUp())
      const { outcome, headChange } = await importBlock(block, source, prepared, modules)
      this.#announce(headChange)
      if (outcome.kind === 'imported') {
        this.events.emit('imported', block, source, clock.now() - startMs)
      } else {
        this.events.emit('refused', block, source, outcome)
      }
      return outcome
    } catch (error) {
      if (isWriteFailure(error)) this.#recoverLater(error)
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

  #recoverLater(cause: unknown): void {
    const { clock, log } = this.#modules
    log.error({ err: cause }, 'A write failed: reads go on, blocks wait until writes succeed')
    const retry = (): void => {
      this.#cancelRecovery = clock.setTimer(RECOVER_MS, () => {
        this.#queue
          .run(() => this.#recover())
          .catch((error: unknown) => {
            if (error instanceof QueueError && error.type.code === 'CLOSED') return
            // A disk that is still full was told of; that the store can't be opened again was not.
            if (isWriteFailure(error)) log.debug({ err: error }, 'The store has not recovered yet')
            else log.error({ err: error }, 'The store did not recover')
            retry()
          })
      })
    }
    retry()
  }

  /** The batch that failed may be on disk after all: what was remembered is read again. */
  async #recover(): Promise<void> {
    const { store, log, recoverStore } = this.#modules
    await recoverStore()
    this.#parts = await openChainParts({ ...this.#options, store, log })
    this.#cancelRecovery = undefined
    const change = await this.#changeTo(this.#parts)
    log.info({ number: this.#parts.head.header.number }, 'Writes succeed again')
    this.#announce(change)
  }

  async #changeTo({ tree, blocks, head }: ChainParts): Promise<HeadChange | undefined> {
    if (head.hash === this.#head.hash) return undefined
    const path = tree.pathBetween(this.#head.hash, head.hash)
    const read = ({ hash }: { readonly hash: Hash }) => summaryOf(blocks, hash)
    const removed = await Promise.all(path.removed.map(read))
    return { removed, added: await Promise.all(path.added.map(read)), head }
  }
}

function isWriteFailure(error: unknown): boolean {
  return error instanceof DatabaseError && error.type.code === 'WRITE_FAILED'
}

export type ChainErrorType = { readonly code: 'NOT_WRITABLE' }

/** Transient: the block may be imported later. */
export class ChainError extends CodedError<ChainErrorType> {}
