/**
 * The pool: transactions on their way into a block, from users and from peers.
 *
 * What decides is elsewhere and synchronous; this file reads what that needs, in order of arrival,
 * and tells listeners. Spec: docs/spec/mempool.md.
 */
import type { Common } from '@ethereumjs/common'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import type { PoolContent, PoolReader } from '../api.ts'
import { decodeTransaction, type UnrecoveredTransaction } from '../crypto/decode-transaction.ts'
import type { BlockSummary, HeadChange } from '../events.ts'
import type { Clock } from '../ports.ts'
import type { SignedTransaction } from '../transaction.ts'
import { type HeadAccounts, readAccount } from './accounts.ts'
import { verifyAlone, verifySize } from './admission.ts'
import { applyHeadNews, type BlockSource, readHeadNews, touchedAccounts } from './head-change.ts'
import { Intake, type SenderSource } from './intake.ts'
import { Journal } from './journal.ts'
import type { PoolAccount } from './lane.ts'
import { DEFAULT_LIMITS, type PoolLimits, verifyLimits } from './limits.ts'
import { bestFirst } from './ordering.ts'
import { PoolError } from './pool-error.ts'
import { type Origin, type PooledTransaction, pooled } from './pooled-transaction.ts'
import { TransactionBook } from './transaction-book.ts'

export type MempoolOptions = {
  readonly limits?: Partial<PoolLimits>
  /** Where local transactions are kept over a restart; nowhere if not given. */
  readonly journalFile?: string
}

export type MempoolModules = {
  readonly common: Common
  readonly clock: Pick<Clock, 'now'>
  readonly senders: SenderSource
  readonly accounts: HeadAccounts
  readonly blocks: BlockSource
  /** The head when the pool opens; later ones come with {@link Mempool.onHead}. */
  readonly head: BlockSummary
  /** A transaction could be mined now, for the first time. Those of `local` are to be gossiped. */
  readonly onPending: (transaction: SignedTransaction, origin: Origin) => void
  /** The journal can't be written: the pool goes on without. */
  readonly onJournalError: (error: unknown) => void
}

export class Mempool implements PoolReader {
  readonly #modules: MempoolModules
  readonly #limits: PoolLimits
  readonly #intake: Intake
  readonly #book: TransactionBook
  #journal: Journal | undefined
  #blockGasLimit: bigint
  #arrivals = 0
  /** Counts heads: an account that was read before the last of them is read again. */
  #headCount = 0
  #heads: Promise<void> = Promise.resolve()

  private constructor(options: MempoolOptions, modules: MempoolModules) {
    const { header } = modules.head
    this.#modules = modules
    this.#limits = verifyLimits({ ...DEFAULT_LIMITS, ...options.limits })
    this.#intake = new Intake(modules.common, modules.senders)
    this.#book = new TransactionBook(this.#limits, nextBaseFee(header))
    this.#blockGasLimit = header.gasLimit
  }

  /** Opens the journal as well, and takes from it what is still valid. */
  static async open(options: MempoolOptions, modules: MempoolModules): Promise<Mempool> {
    const pool = new Mempool(options, modules)
    if (options.journalFile !== undefined) await pool.#openJournal(options.journalFile)
    return pool
  }

  get(hash: Hash): SignedTransaction | undefined {
    return this.#book.get(hash)?.transaction
  }

  pending(): readonly SignedTransaction[] {
    return [...this.best()]
  }

  /** Transactions for the next block, best first; the order does not follow later changes. */
  best(): Iterable<SignedTransaction> {
    const lists = [...this.#book.lanes.values()].map(({ executable }) => [...executable])
    return bestFirst(lists, this.#book.baseFeePerGas)
  }

  content(): { readonly pending: PoolContent; readonly queued: PoolContent } {
    const pending = new Map<Address, readonly SignedTransaction[]>()
    const queued = new Map<Address, readonly SignedTransaction[]>()
    for (const [sender, lane] of this.#book.lanes) {
      if (lane.executable.length > 0) pending.set(sender, lane.executable.map(transactionOf))
      const waiting = [...lane.queued].sort((a, b) => (a.nonce < b.nonce ? -1 : 1))
      if (waiting.length > 0) queued.set(sender, waiting.map(transactionOf))
    }
    return { pending, queued }
  }

  status(): { readonly pending: number; readonly queued: number } {
    return { pending: this.#book.executableCount, queued: this.#book.queuedCount }
  }

  async nextNonce(address: Address): Promise<bigint> {
    const lane = this.#book.lanes.get(address)
    return lane?.nextNonce() ?? (await this.#accountOf(address)).nonce
  }

  async submit(raw: Uint8Array): Promise<Hash> {
    const parsed = this.check(raw, 'local')
    await this.receive(parsed, 'local')
    return parsed.hash
  }

  /**
   * The rules that need neither sender nor state: what a peer is charged for comes after them.
   * Throws `PoolError`. Keeps a copy of `raw`, which may be a view of a message.
   */
  check(raw: Uint8Array, origin: Origin = 'peer'): UnrecoveredTransaction {
    verifySize(raw)
    if (this.#book.get(this.#intake.hashOf(raw))) throw new PoolError({ code: 'ALREADY_KNOWN' })
    const parsed = this.#intake.parse(raw.slice())
    verifyAlone(parsed.tx, origin, this.#blockGasLimit, this.#limits)
    return parsed
  }

  /** Recovers the sender of what passed {@link check}, and adds it. Throws `PoolError`. */
  async receive(parsed: UnrecoveredTransaction, origin: Origin = 'peer'): Promise<void> {
    const transaction = await this.#intake.recover(parsed)
    const account = await this.#accountOf(transaction.sender)
    this.#book.addWithinCaps(this.#enter(transaction, origin), account)
    if (origin === 'local') this.#journal?.append(transaction.raw)
    this.#announce()
  }

  /** A transaction that need not be recovered: it is in the pool, or was not long ago. */
  byRaw(raw: Uint8Array): SignedTransaction | undefined {
    const hash = this.#intake.hashOf(raw)
    const held = this.get(hash)
    if (held !== undefined) return held
    const sender = this.#intake.knownSender(hash)
    return sender && decodeTransaction(raw.slice(), this.#modules.common, sender)
  }

  knownSender(hash: Hash): Address | undefined {
    return this.get(hash)?.sender ?? this.#intake.knownSender(hash)
  }

  /** Follows the chain to a new head; one after the other, whenever they come. */
  onHead(change: HeadChange): Promise<void> {
    this.#headCount += 1
    const applied = this.#heads.then(() => this.#applyHead(change))
    // The caller hears of a failure; the next head does not depend on it.
    this.#heads = applied.catch(() => undefined)
    return applied
  }

  /** A builder found that these can't be included: they go. */
  onRefused(refused: readonly { readonly hash: Hash }[]): void {
    for (const { hash } of refused) this.#remove(this.#book.get(hash))
    this.#announce()
  }

  /** Resolves when the journal is written. */
  async close(): Promise<void> {
    await this.#heads
    await this.#journal?.close()
  }

  async #applyHead(change: HeadChange): Promise<void> {
    const news = await readHeadNews(change, this.#modules.blocks)
    const addresses = touchedAccounts(this.#book, news)
    const read = addresses.map((address) => readAccount(this.#modules.accounts, address))
    const found = await Promise.all(read)
    const accounts = new Map<Address, PoolAccount>()
    for (const [index, account] of found.entries()) accounts.set(addresses[index] ?? '0x', account)
    this.#blockGasLimit = news.blockGasLimit
    applyHeadNews(this.#book, news, accounts, (transaction) => this.#enter(transaction, 'reorg'))
    this.#dropExpired()
    this.#compactJournal()
    this.#announce()
  }

  /** As the head has it: read again if the head moved meanwhile. */
  async #accountOf(address: Address): Promise<PoolAccount> {
    for (;;) {
      const lane = this.#book.lanes.get(address)
      if (lane !== undefined) return lane.account
      const count = this.#headCount
      const account = await readAccount(this.#modules.accounts, address)
      if (count === this.#headCount) return account
    }
  }

  #enter(transaction: SignedTransaction, origin: Origin): PooledTransaction {
    this.#arrivals += 1
    const addedAtMs = this.#modules.clock.now()
    return pooled(transaction, { origin, arrival: this.#arrivals, addedAtMs })
  }

  #remove(entry: PooledTransaction | undefined): void {
    if (entry !== undefined) this.#book.remove(entry)
  }

  #dropExpired(): void {
    const oldestMs = this.#modules.clock.now() - this.#limits.lifetimeMs
    for (const entry of this.#book.entries) {
      if (entry.addedAtMs > oldestMs) break
      this.#book.remove(entry)
    }
  }

  #announce(): void {
    for (const { transaction, origin } of this.#book.takePromoted()) {
      this.#modules.onPending(transaction, origin)
    }
  }

  async #openJournal(path: string): Promise<void> {
    const { journal, raws } = await Journal.open(path, this.#modules.onJournalError)
    // What was mined or replaced since is refused, and so left out when the file is written anew.
    const added = await Promise.allSettled(raws.map((raw) => this.submit(raw)))
    for (const result of added) {
      if (result.status === 'rejected') assertRefused(result.reason)
    }
    this.#journal = journal
    this.#compactJournal()
  }

  #compactJournal(): void {
    const journal = this.#journal
    if (journal === undefined || !journal.isStale(this.#book.size)) return
    const local = [...this.#book.entries].filter(({ origin }) => origin === 'local')
    journal.rewrite(local.map(({ transaction }) => transaction.raw))
  }
}

function transactionOf({ transaction }: PooledTransaction): SignedTransaction {
  return transaction
}

function assertRefused(reason: unknown): void {
  if (!(reason instanceof PoolError)) throw reason
}
