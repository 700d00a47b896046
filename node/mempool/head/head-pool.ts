/**
 * The pool at a head: reads the accounts that a decision needs, then takes it at once. Whatever
 * does so takes a turn, so that nothing is judged by a head that has moved on.
 *
 * Spec: docs/spec/mempool.md, "Admission", "New heads".
 */
import { nextBaseFee } from '../../../consensus/rules/base-fee.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import type { BlockSummary, HeadChange } from '../../events.ts'
import type { Clock } from '../../ports.ts'
import type { SignedTransaction } from '../../transaction.ts'
import { type AdmissionRules, verifyFeeCap, verifySender } from '../admission.ts'
import type { MempoolOptions } from '../options.ts'
import type { Origin, PooledTransaction } from '../pool/pooled-transaction.ts'
import { type Newcomer, TransactionPool } from '../pool/transaction-pool.ts'
import { PoolError } from '../pool-error.ts'
import { Departed } from './departed.ts'
import { type AccountSource, HeadAccounts } from './head-accounts.ts'
import { type BlockSource, loadHeadNews } from './head-news.ts'
import { Turns } from './turns.ts'

/** The chain as the pool sees it. */
export interface PoolChain {
  readonly head: BlockSummary
  readonly blocks: BlockSource
  readonly state: { viewAfter(block: BlockSummary): AccountSource }
}

export type HeadPoolModules = {
  readonly chain: PoolChain
  readonly clock: Pick<Clock, 'now'>
  /** Told after the turn in which it became executable for the first time. */
  readonly onPending: (entry: PooledTransaction) => void
}

/** As taken in and recovered; a refusal is handed through, so that outcomes keep their order. */
export type Candidate = SignedTransaction | PoolError

export class HeadPool {
  readonly #options: MempoolOptions
  readonly #modules: HeadPoolModules
  readonly #pool: TransactionPool
  readonly #accounts: HeadAccounts
  readonly #departed = new Departed()
  readonly #turns = new Turns()
  #blockGasLimit: bigint

  constructor(options: MempoolOptions, modules: HeadPoolModules) {
    const { state, head } = modules.chain
    this.#options = options
    this.#modules = modules
    this.#blockGasLimit = head.header.gasLimit
    this.#accounts = new HeadAccounts(state.viewAfter(head))
    this.#pool = new TransactionPool(options, nextBaseFee(head.header), (entry) =>
      this.#departed.add(entry),
    )
  }

  /** To read; every change takes a turn here. */
  get held(): TransactionPool['held'] {
    return this.#pool.held
  }

  /** For the next block, best first. */
  bestFirst(): Iterable<SignedTransaction> {
    return this.#pool.bestFirst()
  }

  get rules(): AdmissionRules {
    return { blockGasLimit: this.#blockGasLimit, priceFloorWei: this.#options.priceFloorWei }
  }

  /** In the pool, or was not long ago. */
  find(hash: Hash): SignedTransaction | undefined {
    return (this.held.get(hash) ?? this.#departed.get(hash))?.transaction
  }

  nextNonce(address: Address): Promise<bigint> {
    return this.#turns.run(async () => {
      await this.#accounts.load([address])
      const queue = this.held.queueOf(address)
      return queue?.nextNonce ?? this.#accounts.get(address).nonce
    })
  }

  /** Adds what may be added, in order; `addedMs` is now unless it is known from earlier. */
  admit(
    candidates: readonly Candidate[],
    origin: Origin,
    addedMs?: readonly number[],
  ): Promise<readonly Candidate[]> {
    return this.#turns.run(async () => {
      const nowMs = this.#modules.clock.now()
      const signed = candidates.filter(isSigned)
      await this.#accounts.load(signed.map(({ sender }) => sender))
      this.#pool.expire(nowMs)
      const outcomes = candidates.map((candidate, index) =>
        candidate instanceof PoolError
          ? candidate
          : this.#add({ transaction: candidate, origin, addedMs: addedMs?.[index] ?? nowMs }),
      )
      this.#announce()
      return outcomes
    })
  }

  /** Follows the chain; resolves when the pool stands at the new head. */
  applyHead(change: HeadChange): Promise<void> {
    return this.#turns.run(() => this.#applyHead(change))
  }

  /** The state at the head is not what it was: everybody is looked at again. */
  refresh(): Promise<void> {
    return this.#turns.run(() => {
      const { state, head } = this.#modules.chain
      this.#accounts.reset(state.viewAfter(head))
      return this.#settle([...this.held.queues()].map(({ sender }) => sender))
    })
  }

  /** Takes out one transaction, or all; how many that were. */
  drop(hash: Hash | undefined): Promise<number> {
    return this.#turns.run(async () => {
      const hashes = hash === undefined ? [...this.held.all()].map(hashOf) : [hash]
      return hashes.filter((each) => this.#pool.drop(each)).length
    })
  }

  /** Looks at these senders again, by the state at the head. */
  recheck(senders: Iterable<Address>): Promise<void> {
    return this.#turns.run(() => this.#settle(senders))
  }

  /** Resolves when every turn that was asked for so far is over. */
  settled(): Promise<void> {
    return this.#turns.settled()
  }

  #add(newcomer: Newcomer): Candidate {
    const { transaction, origin } = newcomer
    const account = this.#accounts.get(transaction.sender)
    try {
      verifySender(transaction, account)
      const isJudged = this.#options.needsBaseFee === true && origin === 'local'
      if (isJudged) verifyFeeCap(transaction.tx, this.#pool.baseFee)
      this.#pool.add(newcomer, account)
      return newcomer.transaction
    } catch (error) {
      if (error instanceof PoolError) return error
      throw error
    }
  }

  async #applyHead(change: HeadChange): Promise<void> {
    const { chain, clock } = this.#modules
    const { header } = change.head
    this.#blockGasLimit = header.gasLimit
    this.#accounts.reset(chain.state.viewAfter(change.head))
    this.#pool.baseFee = nextBaseFee(header)
    if (this.held.size === 0 && change.removed.length === 0) return
    const news = await loadHeadNews(change, chain.blocks)
    const nowMs = clock.now()
    const orphans = new Map<Address, Newcomer[]>()
    for (const transaction of news.orphans) {
      const ofSender = orphans.get(transaction.sender) ?? []
      orphans.set(transaction.sender, ofSender)
      ofSender.push(this.#orphanOf(transaction, nowMs))
    }
    const touched = [...this.held.queues()].filter(
      ({ sender, account }) => news.isAnyTouched || account.isDelegated || news.touched.has(sender),
    )
    this.#pool.expire(nowMs)
    const senders = touched.map(({ sender }) => sender)
    await this.#settle([...senders, ...orphans.keys(), ...this.#pool.waitingSenders()], orphans)
  }

  async #settle(
    senders: Iterable<Address>,
    orphans?: ReadonlyMap<Address, readonly Newcomer[]>,
  ): Promise<void> {
    const distinct = new Set(senders)
    await this.#accounts.load(distinct)
    for (const sender of distinct) {
      this.#pool.settle(sender, this.#accounts.get(sender), orphans?.get(sender))
    }
    this.#announce()
  }

  #announce(): void {
    for (const entry of this.#pool.takePromoted()) this.#modules.onPending(entry)
  }

  /** What was submitted here stays ours, also after a reorg. */
  #orphanOf(transaction: SignedTransaction, addedMs: number): Newcomer {
    const isLocal = this.#departed.get(transaction.hash)?.origin === 'local'
    return { transaction, addedMs, origin: isLocal ? 'local' : 'orphan' }
  }
}

function hashOf({ transaction }: PooledTransaction): Hash {
  return transaction.hash
}

function isSigned(candidate: Candidate): candidate is SignedTransaction {
  return !(candidate instanceof PoolError)
}
