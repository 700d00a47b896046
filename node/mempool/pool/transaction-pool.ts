/**
 * The pool as a pure structure: who comes in, who is executable, who has to go. No clock and no
 * I/O; accounts and time come in, and what became executable is handed out.
 *
 * Spec: docs/spec/mempool.md, "Executable and queued", "Limits".
 */
import { assert } from '../../../consensus/errors.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import { isImpersonated } from '../../dev/impersonation.ts'
import type { SignedTransaction } from '../../transaction.ts'
import type { MempoolOptions } from '../options.ts'
import { PoolError } from '../pool-error.ts'
import {
  hasExecutablePlace,
  isFunded,
  isSameAccount,
  surplusOf,
  verifyFunds,
  verifyQueuedPlace,
} from './account-limits.ts'
import type { AccountQueue, SenderAccount } from './account-queue.ts'
import { Holdings } from './holdings.ts'
import { bestFirst } from './ordering.ts'
import { type Origin, type PooledTransaction, poolTransaction } from './pooled-transaction.ts'
import { verifyReplacement } from './replacement.ts'
import { Room } from './room.ts'

export type Newcomer = {
  readonly transaction: SignedTransaction
  readonly origin: Origin
  readonly addedMs: number
}

export type PoolLimits = Pick<
  MempoolOptions,
  'executableSlotsMax' | 'queuedSlotsMax' | 'lifetimeMs'
>

export class TransactionPool {
  readonly #limits: PoolLimits
  readonly #onDeparted: (entry: PooledTransaction) => void
  readonly #held = new Holdings()
  /** Senders that have the next transaction here, but no funds or no place for it. */
  readonly #waiting = new Set<Address>()
  readonly #room: Room
  #arrivals = 0
  #promoted: PooledTransaction[] = []

  constructor(
    limits: PoolLimits,
    baseFee: bigint,
    onDeparted: (entry: PooledTransaction) => void = () => undefined,
  ) {
    this.#limits = limits
    this.#room = new Room(limits, this.#held, baseFee)
    this.#onDeparted = onDeparted
  }

  /** To read: what is held changes here alone. */
  get held(): Pick<Holdings, ReadOnly> {
    return this.#held
  }

  waitingSenders(): Iterable<Address> {
    return this.#waiting
  }

  get baseFee(): bigint {
    return this.#room.baseFee
  }

  /** Of the next block, wei per gas. */
  set baseFee(baseFee: bigint) {
    this.#room.baseFee = baseFee
  }

  bestFirst(): Iterable<SignedTransaction> {
    return bestFirst(this.#held.queues(), this.baseFee)
  }

  /** What became executable for the first time since this was last asked. */
  takePromoted(): readonly PooledTransaction[] {
    const promoted = this.#promoted.filter((entry) => entry.isExecutable)
    this.#promoted = []
    return promoted
  }

  /** Takes a transaction of an account that is as given. Throws {@link PoolError}. */
  add(newcomer: Newcomer, account: SenderAccount): void {
    const { sender, hash } = newcomer.transaction
    if (this.#held.get(hash) !== undefined) throw new PoolError({ code: 'ALREADY_KNOWN' })
    const known = this.#held.queueOf(sender)
    if (known !== undefined && !isSameAccount(known.account, account)) this.settle(sender, account)
    const queue = this.#held.openQueue(sender, account)
    const entry = this.#entryOf(newcomer)
    const held = queue.get(entry.nonce)
    verifyFunds(queue, entry, held)
    if (held === undefined) {
      const isExecutable = entry.nonce === queue.executableEnd && hasExecutablePlace(queue, entry)
      if (!isExecutable) verifyQueuedPlace(queue, entry)
      this.#dropAll(
        isExecutable ? this.#room.forExecutable(queue, entry) : this.#room.forQueued(entry),
      )
      this.#insert(queue, entry)
    } else {
      verifyReplacement(held, entry)
      this.#dropAll(this.#room.forReplacement(queue, held, entry))
      this.#replace(queue, entry)
    }
    this.#promote(queue)
  }

  /**
   * Judges what a sender has here by its account as it is now. `orphans` come back with it: they
   * were in blocks, so they are held even while there are no funds for them.
   */
  settle(sender: Address, account: SenderAccount, orphans: readonly Newcomer[] = []): void {
    const queue = this.#held.openQueue(sender, account)
    this.#held.reset(queue, account)
    this.#room.onManyWaiting()
    for (const orphan of orphans) {
      const isNew = queue.get(orphan.transaction.tx.nonce) === undefined
      if (isNew) this.#insert(queue, this.#entryOf(orphan))
    }
    for (const entry of [...queue.all()]) {
      if (isUseless(entry, account)) this.#remove(entry)
    }
    this.#promote(queue)
    this.#enforceLimits(queue)
  }

  /** Drops what has been here for its lifetime. */
  expire(nowMs: number): void {
    for (const entry of this.#held.all()) {
      if (nowMs - entry.addedMs < this.#limits.lifetimeMs) return
      this.#drop(entry)
    }
  }

  /** Takes one out, whoever sent it; false when it is not here. */
  drop(hash: Hash): boolean {
    const entry = this.#held.get(hash)
    if (entry !== undefined) this.#drop(entry)
    return entry !== undefined
  }

  #entryOf({ transaction, origin, addedMs }: Newcomer): PooledTransaction {
    this.#arrivals += 1
    return poolTransaction(transaction, { origin, addedMs, arrival: this.#arrivals })
  }

  #insert(queue: AccountQueue, entry: PooledTransaction): void {
    this.#held.insert(queue, entry)
    this.#room.onWaiting(entry)
  }

  #replace(queue: AccountQueue, entry: PooledTransaction): void {
    this.#onDeparted(this.#held.replace(queue, entry))
    if (entry.isExecutable) this.#announce(entry)
    else this.#room.onWaiting(entry)
  }

  /** Makes executable whatever follows without a gap, as far as funds and places go. */
  #promote(queue: AccountQueue): void {
    for (let { next } = queue; next !== undefined; { next } = queue) {
      if (!hasExecutablePlace(queue, next) || !isFunded(queue, next)) break
      const victims = this.#room.forPromotion(queue, next)
      if (victims === undefined) break
      this.#displace(victims)
      this.#held.promote(queue, next)
      this.#announce(next)
    }
    this.#room.onRun(queue)
    this.#noteWaiting(queue)
    this.#trimQueued()
  }

  #announce(entry: PooledTransaction): void {
    if (entry.isAnnounced) return
    entry.isAnnounced = true
    this.#promoted.push(entry)
  }

  #noteWaiting(queue: AccountQueue): void {
    if (queue.next === undefined) this.#waiting.delete(queue.sender)
    else this.#waiting.add(queue.sender)
  }

  /** Makes them wait, so that a better one need not. */
  #displace(victims: readonly PooledTransaction[]): void {
    for (const entry of victims) {
      const queue = this.#held.queueOf(entry.transaction.sender)
      assert(queue !== undefined, 'what is to go is held')
      this.#held.demote(queue, entry)
      this.#room.onWaiting(entry)
      this.#room.onRun(queue)
      this.#noteWaiting(queue)
      // Perhaps too many of this account wait now.
      for (const surplus of surplusOf(queue)) this.#remove(surplus)
    }
  }

  #dropAll(entries: readonly PooledTransaction[]): void {
    for (const entry of entries) this.#drop(entry)
  }

  /** Takes out any; what comes after it in its run waits from now on. */
  #drop(entry: PooledTransaction): void {
    const queue = this.#held.queueOf(entry.transaction.sender)
    if (queue === undefined) return
    const demoted = entry.isExecutable ? this.#held.demote(queue, entry) : []
    this.#remove(entry)
    this.#room.onRun(queue)
    if (demoted.length <= 1) return
    for (const other of demoted) if (other !== entry) this.#room.onWaiting(other)
    this.#enforceLimits(queue)
  }

  /** Takes out one that waits. */
  #remove(entry: PooledTransaction): void {
    const queue = this.#held.queueOf(entry.transaction.sender)
    this.#held.remove(entry)
    this.#onDeparted(entry)
    if (queue !== undefined) this.#noteWaiting(queue)
  }

  /** After a run was cut: first what its account has no place for, then the cheapest of all. */
  #enforceLimits(queue: AccountQueue): void {
    for (const entry of surplusOf(queue)) this.#remove(entry)
    this.#trimQueued()
  }

  #trimQueued(): void {
    for (const entry of this.#room.surplus()) this.#remove(entry)
  }
}

/** No block can hold it any more. */
function isUseless({ nonce, transaction }: PooledTransaction, account: SenderAccount): boolean {
  return nonce < account.nonce || (account.isContract && !isImpersonated(transaction))
}

type ReadOnly =
  | 'size'
  | 'executableCount'
  | 'queuedCount'
  | 'executableSlots'
  | 'queuedSlots'
  | 'get'
  | 'queueOf'
  | 'queues'
  | 'all'
  | 'content'
