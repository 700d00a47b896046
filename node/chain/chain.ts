/**
 * The chain of this node: its tree of blocks, its store, and the one queue through which blocks
 * come in. A facade: the road of a block is in `import-block.ts`.
 *
 * Long because whatever moves the chain is here, so that one queue and one list of listeners see
 * all of it: imports, certificates, a developer's rewinds, and a disk that comes back.
 */
import { EventEmitter } from 'node:events'
import type { Common } from '@ethereumjs/common'
import { assert, CodedError } from '../../consensus/errors.ts'
import type {
  FinalityEffect,
  FinalityState,
  Verdict,
} from '../../consensus/finality/finality-state.ts'
import type { Certificate } from '../../consensus/finality/types.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { BlockSummary, HeadChange } from '../events.ts'
import type { BlockExecutor } from '../execution/executor.ts'
import type { ChainRules } from '../execution/rules/block-rules.ts'
import type { ChainFinality, DurableFinality, FinalityResult } from '../finality/chain-finality.ts'
import type { StateStore } from '../state/state-store.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { BlockSenders, type KnownTransactions } from './block-senders.ts'
import { summaryOf } from './block-summary.ts'
import type { ChainEventMap, ChainModules, ChainOptions } from './chain-types.ts'
import type { HeaderChecker } from './header/check-header.ts'
import { importBlock, type PreparedBlock } from './import/import-block.ts'
import type { ImportOutcome } from './import/import-outcome.ts'
import { ImportQueue } from './import/import-queue.ts'
import { LogBackfill } from './log-backfill.ts'
import { type ChainParts, openChainParts } from './open-chain.ts'
import { isWriteFailure, Reopening } from './reopening.ts'
import type { BlockSource, SealedBlock } from './sealed-block.ts'

/** Blocks that wait for their import, of at most 1 MiB each; above it they come again by sync. */
export const IMPORTS_WAITING_MAX = 64

const NOTHING_KNOWN: KnownTransactions = { byRaw: () => undefined }

export class Chain {
  readonly events = new EventEmitter<ChainEventMap>()
  readonly genesis: Genesis
  readonly #options: ChainOptions
  readonly #modules: ChainModules
  readonly #queue = new ImportQueue(IMPORTS_WAITING_MAX)
  readonly #senders: BlockSenders
  readonly #reopening: Reopening
  readonly #logBackfill: LogBackfill
  /** Blocks in the queue, with how many imports of each. */
  readonly #waiting = new Map<Hash, number>()
  #parts: ChainParts
  #known: KnownTransactions = NOTHING_KNOWN
  #head: BlockSummary

  private constructor(options: ChainOptions, modules: ChainModules, parts: ChainParts) {
    this.genesis = options.genesis
    this.#options = options
    this.#modules = modules
    this.#parts = parts
    this.#head = parts.head
    const { clock, log } = modules
    this.#reopening = new Reopening({
      ...{ queue: this.#queue, clock, log },
      reopen: () => this.#recover(),
    })
    this.#logBackfill = new LogBackfill({
      ...{ queue: this.#queue, store: modules.store, log },
      blocks: () => this.blocks,
      onFailure: (error) => {
        if (isWriteFailure(error) && this.isWritable) this.#reopening.begin(error)
      },
    })
    this.#senders = new BlockSenders({
      recovery: modules.recovery,
      known: () => this.#known,
      common: () => this.common,
    })
  }

  /** Throws coded errors that tell people what to do: another genesis, another layout, damage. */
  static async open(options: ChainOptions, modules: ChainModules): Promise<Chain> {
    const parts = await openChainParts({ ...options, ...modules })
    const chain = new Chain(options, modules, parts)
    chain.#logBackfill.wake()
    return chain
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

  get rules(): ChainRules {
    return this.#parts.rules
  }

  get executor(): BlockExecutor {
    return this.#parts.executor
  }

  /** What is justified, final, voted and certified. */
  get finality(): FinalityState {
    return this.#parts.finality.state
  }

  /** What is justified and final on disk, as readers are told. */
  get durableFinality(): DurableFinality {
    return this.#parts.finality.durable
  }

  /** The head on disk, as listeners know it. */
  get head(): BlockSummary {
    return this.#head
  }

  /** False after a failed write, until the store has recovered: reads go on, imports throw. */
  get isWritable(): boolean {
    return !this.#reopening.isUnderWay
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

  /** A vote, evidence or the question what to vote for: judged at once. */
  countVote(input: Parameters<ChainFinality['count']>[0]): Verdict {
    const { verdict, effects } = this.#parts.finality.count(input)
    this.#tellFinality(effects)
    for (const effect of effects) {
      if (effect.kind === 'assembled') this.#certifyLater(effect.certificate)
    }
    return verdict
  }

  /** A certificate: in its turn among the blocks, as it may move the head. Throws as imports do. */
  takeCertificate(certificate: Certificate): Promise<Verdict> {
    return this.#queue.run(() => this.#settle({ kind: 'certificate', certificate }))
  }

  /**
   * Certificates of one answer, in one turn among the blocks. Verdicts in order, no more after the
   * first `reject`: what comes behind a forgery is not looked at.
   */
  takeCertificates(certificates: readonly Certificate[]): Promise<readonly Verdict[]> {
    return this.#queue.run(async () => {
      const verdicts: Verdict[] = []
      for (const certificate of certificates) {
        const verdict = await this.#settle({ kind: 'certificate', certificate })
        verdicts.push(verdict)
        if (verdict === 'reject') break
      }
      return verdicts
    })
  }

  /** A certified block that is not here was found to stand on one that is invalid here. */
  async condemnCertified(hash: Hash): Promise<void> {
    await this.#queue.run(() => this.#settle({ kind: 'invalid', hashes: [hash] }))
  }

  /** The stored certificate of a target epoch on our chain. */
  certificateAt(epoch: bigint): Promise<Certificate | undefined> {
    return this.#parts.finality.certificateAt(epoch)
  }

  /** Every stored certificate for a target of `epoch` or later, of any branch, lowest first. */
  storedCertificates(epoch: bigint): AsyncIterable<Certificate> {
    return this.#parts.finality.certificatesFrom(epoch)
  }

  keepEvidence(effect: Parameters<ChainFinality['writeEvidence']>[0]): Promise<void> {
    return this.#parts.finality.writeEvidence(effect)
  }

  /**
   * Runs between two imports, for a developer who writes what no block wrote. Where blocks were
   * taken off the chain, newest first, all is opened anew on what is left.
   */
  rework(job: (parts: ChainParts) => Promise<readonly BlockSummary[]>): Promise<void> {
    return this.#queue.run(async () => {
      if (!this.isWritable) throw new ChainError({ code: 'NOT_WRITABLE' })
      try {
        this.#announce(await this.#parts.committer.catchUp())
        const removed = await job(this.#parts)
        if (removed.length > 0) await this.#reopenBelow(removed)
      } catch (error) {
        if (isWriteFailure(error)) this.#reopening.begin(error)
        throw error
      }
    })
  }

  async #reopenBelow(removed: readonly BlockSummary[]): Promise<void> {
    const { duty } = this.finality
    const unchecked = { isChecked: true }
    this.#parts = await openChainParts({ ...this.#options, ...this.#modules, ...unchecked })
    // What was signed for the blocks that are gone is forgotten with them.
    this.finality.duty = duty && { ...duty, lastSigned: undefined, lastVote: undefined }
    this.#announce({ removed, added: [], head: this.#parts.head, isRewind: true })
  }

  /** Resolves when the import that runs has ended; what waits is refused. */
  async close(): Promise<void> {
    await this.#queue.close()
    if (this.isWritable) await this.#syncAtEnd()
    this.#reopening.stop()
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
        this.#follow(await this.#parts.finality.onExecuted(block))
      } else {
        this.events.emit('refused', block, source, outcome)
        if (outcome.kind === 'invalid') await this.#onInvalid(block.hash)
      }
      return outcome
    } catch (error) {
      if (isWriteFailure(error)) this.#reopening.begin(error)
      throw error
    }
  }

  async #settle(input: Parameters<ChainFinality['settle']>[0]): Promise<Verdict> {
    if (!this.isWritable) throw new ChainError({ code: 'NOT_WRITABLE' })
    try {
      this.#announce(await this.#parts.committer.catchUp())
      const result = await this.#parts.finality.settle(input)
      this.#follow(result)
      return result.verdict
    } catch (error) {
      if (isWriteFailure(error)) this.#reopening.begin(error)
      throw error
    }
  }

  #follow({ effects, headChange }: FinalityResult): void {
    this.#announce(headChange)
    this.#tellFinality(effects)
  }

  #tellFinality(effects: readonly FinalityEffect[]): void {
    if (effects.length > 0) this.events.emit('finality', effects)
  }

  async #onInvalid(hash: Hash): Promise<void> {
    if (!this.headers.isInvalid(hash) || this.headers.isExcluded(hash)) return
    this.#follow(await this.#parts.finality.settle({ kind: 'invalid', hashes: [hash] }))
  }

  /** What our own votes make may come again from peers: a full queue costs no more than time. */
  #certifyLater(certificate: Certificate): void {
    this.takeCertificate(certificate).catch((error: unknown) => {
      this.#modules.log.warn({ err: error }, 'A certificate was not taken')
    })
  }

  /** 8: events. */
  #announce(change: HeadChange | undefined): void {
    if (change === undefined) return
    assert(change.head.hash === this.tree.head().hash, 'the tree and the disk have one head')
    this.#head = change.head
    this.events.emit('head', change)
    this.#logBackfill.wake()
  }

  /** The batch that failed may be on disk after all: what was remembered is read again. */
  async #recover(): Promise<() => void> {
    const { log, recoverStore } = this.#modules
    await recoverStore()
    const parts = await openChainParts({ ...this.#options, ...this.#modules })
    // As of now: a vote may have been signed meanwhile.
    const { duty, fault } = this.finality
    this.#parts = parts
    this.finality.duty = duty
    // It may be what could not be written.
    this.finality.fault ??= fault
    const change = await this.#changeTo(this.#parts)
    return () => {
      log.info({ number: this.#parts.head.header.number }, 'Writes succeed again')
      this.#announce(change)
    }
  }

  async #changeTo({ tree, blocks, head }: ChainParts): Promise<HeadChange | undefined> {
    if (head.hash === this.#head.hash) return undefined
    const path = tree.pathBetween(this.#head.hash, head.hash)
    const read = ({ hash }: { readonly hash: Hash }) => summaryOf(blocks, hash)
    const removed = await Promise.all(path.removed.map(read))
    return { removed, added: await Promise.all(path.added.map(read)), head }
  }
}

export type ChainErrorType = { readonly code: 'NOT_WRITABLE' }

/** Transient: the block may be imported later. */
export class ChainError extends CodedError<ChainErrorType> {}
