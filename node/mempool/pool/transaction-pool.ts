/**
 * The pool as a data structure: transactions by sender and nonce, under caps. No clock, no I/O;
 * accounts and time come in, and what became executable is handed out.
 *
 * Spec: docs/spec/mempool.md, "Limits", "Executable and queued", "Eviction".
 */
import type { Address, Hash } from '../../../consensus/types.ts'
import type { PoolContent } from '../../api.ts'
import type { SignedTransaction } from '../../transaction.ts'
import {
  type MempoolOptions,
  PEER_EXECUTABLE_PER_ACCOUNT_MAX,
  PEER_QUEUED_PER_ACCOUNT_MAX,
} from '../options.ts'
import { PoolError } from '../pool-error.ts'
import { AccountQueue, type SenderAccount } from './account-queue.ts'
import { Eviction } from './eviction.ts'
import { bestFirst } from './ordering.ts'
import {
  type Origin,
  type PooledTransaction,
  poolTransaction,
  runTipAt,
  smaller,
  tipAt,
} from './pooled-transaction.ts'
import { verifyReplacement } from './replacement.ts'

export type Newcomer = {
  readonly transaction: SignedTransaction
  readonly origin: Origin
  readonly addedMs: number
}

export type PoolLimits = Pick<MempoolOptions, 'executableMax' | 'queuedMax' | 'lifetimeMs'>

export class TransactionPool {
  readonly #limits: PoolLimits
  readonly #onDeparted: (entry: PooledTransaction) => void
  /** In the order in which they came. */
  readonly #byHash = new Map<Hash, PooledTransaction>()
  readonly #queues = new Map<Address, AccountQueue>()
  /** Senders that have the next transaction here, but no funds or no room for it. */
  readonly #waiting = new Set<Address>()
  readonly #executableEviction: Eviction
  readonly #queuedEviction: Eviction
  #executableCount = 0
  #arrivals = 0
  #baseFee: bigint
  #promoted: PooledTransaction[] = []

  constructor(
    limits: PoolLimits,
    baseFee: bigint,
    onDeparted: (entry: PooledTransaction) => void = () => undefined,
  ) {
    this.#limits = limits
    this.#baseFee = baseFee
    this.#onDeparted = onDeparted
    // Only the last of a run goes: none of those before it is then left with a gap behind it.
    this.#executableEviction = new Eviction({
      candidates: () => this.#tails(),
      isCandidate: (entry) => this.#queues.get(entry.transaction.sender)?.tail === entry,
      tipOf: (entry) => runTipAt(entry, this.#baseFee),
    })
    this.#queuedEviction = new Eviction({
      candidates: () => this.#queued(),
      isCandidate: (entry) => this.#isHeld(entry) && !entry.isExecutable,
      tipOf: (entry) => tipAt(entry, this.#baseFee),
    })
  }

  get executableCount(): number {
    return this.#executableCount
  }

  get queuedCount(): number {
    return this.#byHash.size - this.#executableCount
  }

  get size(): number {
    return this.#byHash.size
  }

  get baseFee(): bigint {
    return this.#baseFee
  }

  /** Of the next block, wei per gas. */
  set baseFee(baseFee: bigint) {
    this.#baseFee = baseFee
    this.#executableEviction.reset()
    this.#queuedEviction.reset()
  }

  get(hash: Hash): PooledTransaction | undefined {
    return this.#byHash.get(hash)
  }

  queueOf(sender: Address): AccountQueue | undefined {
    return this.#queues.get(sender)
  }

  queues(): Iterable<AccountQueue> {
    return this.#queues.values()
  }

  /** In the order in which they came. */
  all(): Iterable<PooledTransaction> {
    return this.#byHash.values()
  }

  waitingSenders(): Iterable<Address> {
    return this.#waiting
  }

  bestFirst(): Generator<SignedTransaction, void, void> {
    return bestFirst(this.#queues.values(), this.#baseFee)
  }

  /** By sender, ascending nonces. */
  content(): { readonly pending: PoolContent; readonly queued: PoolContent } {
    const pending = new Map<Address, readonly SignedTransaction[]>()
    const queued = new Map<Address, readonly SignedTransaction[]>()
    for (const queue of this.#queues.values()) {
      if (queue.executableCount > 0) {
        pending.set(queue.sender, Array.from(queue.executable(), transactionOf))
      }
      if (queue.queuedCount > 0) queued.set(queue.sender, queue.queued().map(transactionOf))
    }
    return { pending, queued }
  }

  /** What became executable for the first time since this was last asked. */
  takePromoted(): readonly PooledTransaction[] {
    const promoted = this.#promoted.filter((entry) => entry.isExecutable)
    this.#promoted = []
    return promoted
  }

  /** Takes a transaction of an account that is as given; throws {@link PoolError}. */
  add(newcomer: Newcomer, account: SenderAccount): void {
    const { transaction } = newcomer
    if (this.#byHash.has(transaction.hash)) throw new PoolError({ code: 'ALREADY_KNOWN' })
    const queue = this.#queueAt(transaction.sender, account)
    const entry = this.#entryOf(newcomer)
    const held = queue.get(entry.nonce)
    if (held !== undefined) verifyReplacement(held, entry)
    verifyFunds(queue, entry, held)
    if (held !== undefined) {
      this.#replace(queue, entry)
      return
    }
    const isNext = entry.nonce === queue.executableEnd
    if (isNext && isWithinAccountLimit(queue, entry)) this.#makeExecutableRoom(queue, entry)
    else this.#makeQueuedRoom(queue, entry)
    this.#insert(queue, entry)
    if (isNext) this.#promote(queue)
  }

  /**
   * Judges what a sender has here by another state of its account. `orphans` come back with it:
   * they were in blocks, so they are held even if there are no funds for them now.
   */
  settle(sender: Address, account: SenderAccount, orphans: readonly Newcomer[] = []): void {
    const queue = this.#queues.get(sender) ?? new AccountQueue(sender, account)
    this.#executableCount -= queue.executableCount
    queue.reset(account)
    this.#queuedEviction.reset()
    for (const orphan of orphans) {
      if (this.#byHash.has(orphan.transaction.hash)) continue
      const entry = this.#entryOf(orphan)
      if (queue.get(entry.nonce) === undefined) this.#insert(queue, entry)
    }
    for (const entry of [...queue.all()]) {
      if (entry.nonce < account.nonce || account.isContract) this.#remove(queue, entry)
    }
    this.#promote(queue)
    this.#enforceQueuedLimits(queue)
    this.#forgetIfEmpty(queue)
  }

  /** Drops what is in no block after its lifetime. */
  expire(nowMs: number): void {
    for (const entry of this.#byHash.values()) {
      if (nowMs - entry.addedMs < this.#limits.lifetimeMs) return
      this.#drop(entry)
    }
  }

  /** Of a sender whose account may have changed since its queue was last looked at. */
  #queueAt(sender: Address, account: SenderAccount): AccountQueue {
    const known = this.#queues.get(sender)
    if (known !== undefined && !isSame(known.account, account)) this.settle(sender, account)
    return this.#queues.get(sender) ?? new AccountQueue(sender, account)
  }

  #entryOf({ transaction, origin, addedMs }: Newcomer): PooledTransaction {
    return poolTransaction(transaction, { origin, addedMs, arrival: this.#arrivals++ })
  }

  #insert(queue: AccountQueue, entry: PooledTransaction): void {
    queue.insert(entry)
    this.#queues.set(queue.sender, queue)
    this.#byHash.set(entry.transaction.hash, entry)
    this.#queuedEviction.add(entry)
  }

  #replace(queue: AccountQueue, entry: PooledTransaction): void {
    const held = queue.replace(entry)
    this.#byHash.delete(held.transaction.hash)
    this.#byHash.set(entry.transaction.hash, entry)
    this.#onDeparted(held)
    if (entry.isExecutable) this.#announce(entry)
    else this.#queuedEviction.add(entry)
    this.#promote(queue)
  }

  /** Makes executable whatever follows without a gap, as far as funds and room go. */
  #promote(queue: AccountQueue): void {
    this.#waiting.delete(queue.sender)
    for (let next = queue.next; next !== undefined; next = queue.next) {
      const isRoom = this.#executableCount < this.#limits.executableMax
      if (!isRoom || !isWithinAccountLimit(queue, next) || !isFunded(queue, next)) {
        this.#waiting.add(queue.sender)
        break
      }
      queue.promote(next)
      this.#executableCount += 1
      this.#announce(next)
    }
    if (queue.tail !== undefined) this.#executableEviction.add(queue.tail)
  }

  #announce(entry: PooledTransaction): void {
    if (entry.isAnnounced) return
    entry.isAnnounced = true
    this.#promoted.push(entry)
  }

  /** Throws POOL_FULL unless there is room, or somebody cheaper to make some. */
  #makeExecutableRoom(queue: AccountQueue, entry: PooledTransaction): void {
    if (this.#executableCount < this.#limits.executableMax) return
    const { tail } = queue
    const own = tipAt(entry, this.#baseFee)
    const tip = tail === undefined ? own : smaller(own, runTipAt(tail, this.#baseFee))
    this.#evict(this.#executableEviction, tip)
  }

  /** Throws ACCOUNT_FULL or POOL_FULL. */
  #makeQueuedRoom(queue: AccountQueue, entry: PooledTransaction): void {
    const countMax = PEER_QUEUED_PER_ACCOUNT_MAX
    if (entry.origin === 'peer' && queue.queuedCount >= countMax) {
      throw new PoolError({ code: 'ACCOUNT_FULL', countMax })
    }
    if (this.queuedCount < this.#limits.queuedMax) return
    this.#evict(this.#queuedEviction, tipAt(entry, this.#baseFee))
  }

  #evict(eviction: Eviction, tip: bigint): void {
    const victim = eviction.cheapest()
    if (victim === undefined || victim.tip >= tip) throw new PoolError({ code: 'POOL_FULL' })
    this.#drop(victim.entry)
  }

  #drop(entry: PooledTransaction): void {
    const queue = this.#queues.get(entry.transaction.sender)
    if (queue === undefined) return
    if (entry.isExecutable) {
      const demoted = queue.demoteFrom(entry.nonce)
      this.#executableCount -= demoted.length
      this.#waiting.delete(queue.sender)
      for (const other of demoted) if (other !== entry) this.#queuedEviction.add(other)
      if (queue.tail !== undefined) this.#executableEviction.add(queue.tail)
    }
    this.#remove(queue, entry)
    if (queue.next === undefined) this.#waiting.delete(queue.sender)
    this.#enforceQueuedLimits(queue)
    this.#forgetIfEmpty(queue)
  }

  #remove(queue: AccountQueue, entry: PooledTransaction): void {
    queue.delete(entry)
    this.#byHash.delete(entry.transaction.hash)
    this.#onDeparted(entry)
  }

  /** After a run was cut: of what waits now the last nonces go first, then the cheapest. */
  #enforceQueuedLimits(queue: AccountQueue): void {
    if (queue.queuedCount > PEER_QUEUED_PER_ACCOUNT_MAX) {
      const queued = queue.queued().filter(({ origin }) => origin === 'peer')
      const surplus = queue.queuedCount - PEER_QUEUED_PER_ACCOUNT_MAX
      for (const entry of queued.slice(-surplus)) this.#remove(queue, entry)
    }
    while (this.queuedCount > this.#limits.queuedMax) {
      const victim = this.#queuedEviction.cheapest()
      if (victim === undefined) return
      const owner = this.#queues.get(victim.entry.transaction.sender)
      if (owner === undefined) return
      this.#remove(owner, victim.entry)
      if (owner.next === undefined) this.#waiting.delete(owner.sender)
      this.#forgetIfEmpty(owner)
    }
  }

  #forgetIfEmpty(queue: AccountQueue): void {
    if (queue.size > 0) return
    this.#queues.delete(queue.sender)
    this.#waiting.delete(queue.sender)
  }

  *#tails(): Iterable<PooledTransaction> {
    for (const { tail } of this.#queues.values()) if (tail !== undefined) yield tail
  }

  *#queued(): Iterable<PooledTransaction> {
    for (const entry of this.#byHash.values()) if (!entry.isExecutable) yield entry
  }

  #isHeld(entry: PooledTransaction): boolean {
    return this.#byHash.get(entry.transaction.hash) === entry
  }
}

function isSame(a: SenderAccount, b: SenderAccount): boolean {
  return a.nonce === b.nonce && a.balance === b.balance && a.isContract === b.isContract
}

function transactionOf({ transaction }: PooledTransaction): SignedTransaction {
  return transaction
}

/** Strangers get few places; who submits here, and what was in a block, is not a stranger. */
function isWithinAccountLimit(queue: AccountQueue, { origin }: PooledTransaction): boolean {
  return origin !== 'peer' || queue.executableCount < PEER_EXECUTABLE_PER_ACCOUNT_MAX
}

function isFunded(queue: AccountQueue, { cost }: PooledTransaction): boolean {
  return queue.executableCost + cost <= queue.account.balance
}

/** Throws INSUFFICIENT_FUNDS unless the account can pay for this beside all that comes before. */
function verifyFunds(
  queue: AccountQueue,
  { cost }: PooledTransaction,
  held: PooledTransaction | undefined,
): void {
  const { balance } = queue.account
  const reserved = queue.executableCost - (held?.isExecutable ? held.cost : 0n)
  if (reserved + cost <= balance) return
  throw new PoolError({ code: 'INSUFFICIENT_FUNDS', balance, cost, reserved })
}
