/**
 * Everything that the pool holds, by hash and by sender, and how much of it is executable. Keeps
 * the books in step; who may come, stay or go is decided by `transaction-pool.ts`.
 */
import { assert } from '../../../consensus/errors.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import type { PoolContent } from '../../api.ts'
import type { SignedTransaction } from '../../transaction.ts'
import { AccountQueue, type SenderAccount } from './account-queue.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

export class Holdings {
  /** In the order in which they came. */
  readonly #byHash = new Map<Hash, PooledTransaction>()
  readonly #queues = new Map<Address, AccountQueue>()
  #executableCount = 0
  #executableSlots = 0
  #slots = 0

  get size(): number {
    return this.#byHash.size
  }

  get executableCount(): number {
    return this.#executableCount
  }

  get queuedCount(): number {
    return this.#byHash.size - this.#executableCount
  }

  /** Room that is taken, in slots. */
  get executableSlots(): number {
    return this.#executableSlots
  }

  get queuedSlots(): number {
    return this.#slots - this.#executableSlots
  }

  get(hash: Hash): PooledTransaction | undefined {
    return this.#byHash.get(hash)
  }

  isHeld(entry: PooledTransaction): boolean {
    return this.#byHash.get(entry.transaction.hash) === entry
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

  /** Of each sender the last executable one. */
  *tails(): Iterable<PooledTransaction> {
    for (const { tail } of this.#queues.values()) if (tail !== undefined) yield tail
  }

  *queued(): Iterable<PooledTransaction> {
    for (const entry of this.#byHash.values()) if (!entry.isExecutable) yield entry
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

  /** The queue of a sender, a new one if it holds nothing here. */
  openQueue(sender: Address, account: SenderAccount): AccountQueue {
    return this.#queues.get(sender) ?? new AccountQueue(sender, account)
  }

  /** Adds one that waits. */
  insert(queue: AccountQueue, entry: PooledTransaction): void {
    queue.insert(entry)
    this.#queues.set(queue.sender, queue)
    this.#byHash.set(entry.transaction.hash, entry)
    this.#slots += entry.slots
  }

  /** Takes out one that waits. */
  remove(entry: PooledTransaction): void {
    const queue = this.#queues.get(entry.transaction.sender)
    assert(queue !== undefined && this.isHeld(entry), 'only what is held is removed')
    queue.delete(entry)
    this.#byHash.delete(entry.transaction.hash)
    this.#slots -= entry.slots
    if (queue.size === 0) this.#queues.delete(queue.sender)
  }

  /** In place of the one with its nonce, which it returns. */
  replace(queue: AccountQueue, entry: PooledTransaction): PooledTransaction {
    const held = queue.replace(entry)
    this.#byHash.delete(held.transaction.hash)
    this.#byHash.set(entry.transaction.hash, entry)
    this.#slots += entry.slots - held.slots
    if (entry.isExecutable) this.#executableSlots += entry.slots - held.slots
    return held
  }

  promote(queue: AccountQueue, entry: PooledTransaction): void {
    queue.promote(entry)
    this.#executableCount += 1
    this.#executableSlots += entry.slots
  }

  /** Makes `entry` wait, and all that come after it; returns them. */
  demote(queue: AccountQueue, entry: PooledTransaction): readonly PooledTransaction[] {
    const demoted = queue.demoteFrom(entry.nonce)
    this.#noteWaiting(demoted)
    return demoted
  }

  /** By another state of the account nothing is executable until it is promoted anew. */
  reset(queue: AccountQueue, account: SenderAccount): void {
    this.#noteWaiting(queue.reset(account))
  }

  #noteWaiting(demoted: readonly PooledTransaction[]): void {
    this.#executableCount -= demoted.length
    for (const { slots } of demoted) this.#executableSlots -= slots
  }
}

function transactionOf({ transaction }: PooledTransaction): SignedTransaction {
  return transaction
}
