/**
 * The pool of transactions on their way into a block: from users, from peers, and from blocks that
 * a reorg took off the chain. A facade: what may come in is in `admission.ts`, who is executable
 * and who has to go in `pool/`, what a new head means in `head-pool.ts`.
 *
 * Spec: docs/spec/mempool.md.
 */
import { EventEmitter } from 'node:events'
import type { Common } from '@ethereumjs/common'
import type { Logger } from 'pino'
import { bytesToHex } from '../../consensus/codec/hex.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { PoolContent, PoolReader } from '../api.ts'
import { isImpersonated } from '../dev/impersonation.ts'
import type { HeadChange } from '../events.ts'
import type { RemoteOutcome } from '../gossip/transaction-gossip.ts'
import type { Clock } from '../ports.ts'
import type { Files } from '../storage/files.ts'
import type { SignedTransaction } from '../transaction.ts'
import { type Candidate, HeadPool, type PoolChain } from './head/head-pool.ts'
import { Intake, type SenderSource } from './intake.ts'
import { Journal } from './journal.ts'
import {
  type MempoolOptions,
  PEER_EXECUTABLE_PER_ACCOUNT_MAX,
  SUBMISSION_BATCH_MAX,
} from './options.ts'
import type { Origin } from './pool/pooled-transaction.ts'
import { PoolError } from './pool-error.ts'
import { remoteOutcome } from './remote-outcome.ts'
import { Submissions } from './submissions.ts'

export type MempoolModules = {
  readonly chain: PoolChain & { readonly common: Common }
  readonly recovery: SenderSource
  readonly clock: Pick<Clock, 'now'>
  readonly log: Logger
  /** Where the journal is kept; the machine's disk if not given. */
  readonly files?: Files
}

export type MempoolEventMap = {
  /** It can be mined now, for the first time. Those of origin `local` are ours to gossip. */
  pending: [transaction: SignedTransaction, origin: Origin]
}

export class Mempool implements PoolReader {
  readonly events = new EventEmitter<MempoolEventMap>()
  readonly #modules: MempoolModules
  readonly #atHead: HeadPool
  readonly #intake: Intake
  readonly #submissions: Submissions
  #journal: Journal | undefined

  private constructor(options: MempoolOptions, modules: MempoolModules) {
    const { chain, recovery } = modules
    this.#modules = modules
    this.#atHead = new HeadPool(options, {
      ...modules,
      onPending: ({ transaction, origin }) => this.events.emit('pending', transaction, origin),
    })
    this.#intake = new Intake({
      common: chain.common,
      senders: recovery,
      rules: () => this.#atHead.rules,
      isKnown: (hash) => this.get(hash) !== undefined,
    })
    this.#submissions = new Submissions((raws) => this.#admitLocal(raws))
  }

  /** With what the journal holds and is still valid; nobody is told of that. */
  static async open(options: MempoolOptions, modules: MempoolModules): Promise<Mempool> {
    const pool = new Mempool(options, modules)
    const { journalFile, lifetimeMs } = options
    if (journalFile !== undefined) {
      await pool.#restore(new Journal(journalFile, modules.log, modules.files), lifetimeMs)
    }
    return pool
  }

  get(hash: Hash): SignedTransaction | undefined {
    return this.#atHead.held.get(hash)?.transaction
  }

  /** With its sender, so that who finds it in a block need not recover it again. */
  byRaw(raw: Uint8Array): SignedTransaction | undefined {
    return this.#atHead.find(bytesToHex(keccak256(raw)))
  }

  /** In the order of {@link pending}, found step by step: for who stops when a block is full. */
  candidates(): Iterable<SignedTransaction> {
    return this.#atHead.bestFirst()
  }

  pending(): readonly SignedTransaction[] {
    return [...this.candidates()]
  }

  content(): { readonly pending: PoolContent; readonly queued: PoolContent } {
    return this.#atHead.held.content()
  }

  status(): { readonly pending: number; readonly queued: number } {
    const { executableCount, queuedCount } = this.#atHead.held
    return { pending: executableCount, queued: queuedCount }
  }

  nextNonce(address: Address): Promise<bigint> {
    return this.#atHead.nextNonce(address)
  }

  /** Resolves when it is in the pool; listeners of `pending` hear of it before that. */
  submit(raw: Uint8Array): Promise<Hash> {
    return this.#submissions.add(raw)
  }

  /** As {@link submit}, but nobody signed it: not for the journal, which recovers senders. */
  async submitAs(transaction: SignedTransaction): Promise<Hash> {
    const [outcome] = await this.#atHead.admit([transaction], 'local')
    if (outcome instanceof PoolError) throw outcome
    return transaction.hash
  }

  /** The state at the head was written by hand. */
  refresh(): Promise<void> {
    return this.#atHead.refresh()
  }

  /** Takes out one transaction, or all; how many that were. */
  async drop(hash?: Hash): Promise<number> {
    const count = await this.#atHead.drop(hash)
    await this.trimJournal()
    return count
  }

  /** What is here no more does not come back with the next start either. */
  async trimJournal(): Promise<void> {
    await this.settled()
    await this.#journal?.rewrite(this.#localEntries())
  }

  /** Transactions that a peer sent; one outcome each. */
  async addRemote(raws: readonly Uint8Array[]): Promise<readonly RemoteOutcome[]> {
    const outcomes = await this.#atHead.admit(await this.#intake.take(raws), 'peer')
    return outcomes.map((outcome) =>
      outcome instanceof PoolError ? remoteOutcome(outcome.type) : 'added',
    )
  }

  /**
   * What was submitted here and still waits, as far as peers have places for it: they may have had
   * none when it came, and each block makes some.
   */
  toRepublish(): readonly SignedTransaction[] {
    const transactions: SignedTransaction[] = []
    for (const queue of this.#atHead.held.queues()) {
      let places = PEER_EXECUTABLE_PER_ACCOUNT_MAX
      for (const { transaction, origin } of queue.executable()) {
        if (places-- === 0) break
        if (origin === 'local') transactions.push(transaction)
      }
    }
    return transactions
  }

  /** Follows the chain. Resolves when the pool stands at the new head. */
  onHead(change: HeadChange): Promise<void> {
    return this.#atHead.applyHead(change)
  }

  /** A builder could not include these: their senders are looked at again. */
  onRefused(refused: readonly { readonly hash: Hash }[]): void {
    const senders = refused.map(({ hash }) => this.get(hash)?.sender)
    this.#atHead
      .recheck(senders.filter((sender) => sender !== undefined))
      .catch((error: unknown) => {
        this.#modules.log.error({ err: error }, 'The pool could not look at an account again')
      })
  }

  /** Resolves when the pool has followed every head that it was told of. */
  settled(): Promise<void> {
    return this.#atHead.settled()
  }

  /** What waits is still judged; resolves when the journal is written. */
  async close(): Promise<void> {
    await this.#submissions.close()
    await this.settled()
    await this.#journal?.close()
  }

  async #admitLocal(raws: readonly Uint8Array[]): Promise<readonly Candidate[]> {
    const outcomes = await this.#atHead.admit(await this.#intake.take(raws), 'local')
    if (this.#journal === undefined) return outcomes
    const addedMs = this.#modules.clock.now()
    for (const outcome of outcomes) {
      if (!(outcome instanceof PoolError)) this.#journal.append({ raw: outcome.raw, addedMs })
    }
    if (this.#journal.isLong) await this.#journal.rewrite(this.#localEntries())
    return outcomes
  }

  /** In the order in which they came; what is no longer valid is left out of the new file. */
  async #restore(journal: Journal, lifetimeMs: number): Promise<void> {
    const { clock, log } = this.#modules
    const bornMs = clock.now() - lifetimeMs
    const kept = (await journal.load()).filter(({ addedMs }) => addedMs > bornMs)
    for (let from = 0; from < kept.length; from += SUBMISSION_BATCH_MAX) {
      const batch = kept.slice(from, from + SUBMISSION_BATCH_MAX)
      const taken = await this.#intake.take(batch.map(({ raw }) => raw))
      await this.#atHead.admit(
        taken,
        'local',
        batch.map(({ addedMs }) => addedMs),
      )
    }
    const entries = this.#localEntries()
    await journal.rewrite(entries)
    this.#journal = journal
    if (kept.length > 0) log.info({ count: entries.length }, 'Took transactions from the journal')
  }

  #localEntries() {
    return [...this.#atHead.held.all()]
      .filter(({ origin, transaction }) => origin === 'local' && !isImpersonated(transaction))
      .map(({ transaction: { raw }, addedMs }) => ({ raw, addedMs }))
  }
}
