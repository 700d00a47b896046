/**
 * The transactions of one account: those that could be mined one after another from the state of
 * the head, and those that wait for a nonce before them, for money, or for room.
 *
 * queued -> executable, when all nonces before it are there, the balance covers them all together,
 * and the lane has room; back when one of them goes. Spec: docs/spec/mempool.md, "Lanes".
 */
import { assert } from '../../consensus/errors.ts'
import type { Address } from '../../consensus/types.ts'
import { type PooledTransaction, priceAt } from './pooled-transaction.ts'

/** An account as the head has it. */
export type PoolAccount = {
  readonly nonce: bigint
  readonly balance: bigint
  readonly hasCode: boolean
}

export class Lane {
  readonly sender: Address
  /** Whether one was submitted here, or mined before: its account may have more of them. */
  isLocal = false
  #account: PoolAccount
  /** Nonces without a gap from the account's own. */
  #executable: PooledTransaction[] = []
  readonly #queued = new Map<bigint, PooledTransaction>()
  #executableCost = 0n
  #queuedCost = 0n

  constructor(sender: Address, account: PoolAccount) {
    this.sender = sender
    this.#account = account
  }

  get account(): PoolAccount {
    return this.#account
  }

  get executable(): readonly PooledTransaction[] {
    return this.#executable
  }

  /** In no order. */
  get queued(): Iterable<PooledTransaction> {
    return this.#queued.values()
  }

  get queuedCount(): number {
    return this.#queued.size
  }

  get count(): number {
    return this.#executable.length + this.#queued.size
  }

  /** Wei that all its transactions may take together. */
  get cost(): bigint {
    return this.#executableCost + this.#queuedCost
  }

  /** Whether it waits for money: then a change of its balance alone can move it. */
  get isShort(): boolean {
    const next = this.#queued.get(this.#end)
    return next !== undefined && this.#executableCost + next.cost > this.#account.balance
  }

  /** The nonce after the last that is executable. */
  get #end(): bigint {
    return this.#account.nonce + BigInt(this.#executable.length)
  }

  /** The first nonce that no transaction of the lane has, counted from the account's. */
  nextNonce(): bigint {
    let nonce = this.#end
    while (this.#queued.has(nonce)) nonce += 1n
    return nonce
  }

  at(nonce: bigint): PooledTransaction | undefined {
    const queued = this.#queued.get(nonce)
    if (queued !== undefined) return queued
    const index = nonce - this.#account.nonce
    return index < 0n ? undefined : this.#executable[Number(index)]
  }

  /** Whether a transaction with this nonce would be executable at once. */
  isNext(nonce: bigint, cost: bigint, limit: number): boolean {
    const hasRoom = this.#executable.length < limit
    return nonce === this.#end && hasRoom && this.#executableCost + cost <= this.#account.balance
  }

  /** Adds a transaction, in the place of what has its nonce; then `settle`. */
  put(entry: PooledTransaction, baseFeePerGas: bigint): void {
    assert(entry.nonce >= this.#account.nonce, 'the nonce is still to be used')
    const old = this.at(entry.nonce)
    if (old?.place !== 'executable') {
      if (old !== undefined) this.remove(old)
      this.#enqueue(entry)
      return
    }
    const index = Number(entry.nonce - this.#account.nonce)
    this.#executable[index] = entry
    this.#executableCost += entry.cost - old.cost
    entry.place = 'executable'
    old.place = 'gone'
    this.#floorFrom(index, baseFeePerGas)
  }

  /** What stood on an executable one waits from now on, until `settle`. */
  remove(entry: PooledTransaction): void {
    if (entry.place === 'queued') {
      this.#queued.delete(entry.nonce)
      this.#queuedCost -= entry.cost
    } else {
      const index = Number(entry.nonce - this.#account.nonce)
      assert(this.#executable[index] === entry, 'an executable transaction is in its place')
      this.#demoteFrom(index + 1)
      this.#executable.pop()
      this.#executableCost -= entry.cost
    }
    entry.place = 'gone'
  }

  /** The account moved: what its nonce has passed is taken out and returned; then `settle`. */
  rebase(account: PoolAccount): PooledTransaction[] {
    const passed: PooledTransaction[] = []
    const steps = Number(account.nonce - this.#account.nonce)
    if (steps < 0 || steps > this.#executable.length) this.#demoteFrom(0)
    else for (const entry of this.#executable.splice(0, steps)) this.#drop(entry, passed)
    this.#account = account
    for (const entry of this.#queued.values()) {
      if (entry.nonce < account.nonce) this.#drop(entry, passed)
    }
    return passed
  }

  /** Makes executable what can be, at most `limit` in all, and returns what was not before. */
  settle(limit: number, baseFeePerGas: bigint): PooledTransaction[] {
    this.#demoteFrom(this.#affordableCount(limit))
    const promoted: PooledTransaction[] = []
    for (;;) {
      const next = this.#queued.get(this.#end)
      if (next === undefined || !this.isNext(next.nonce, next.cost, limit)) return promoted
      this.#queued.delete(next.nonce)
      this.#queuedCost -= next.cost
      this.#executableCost += next.cost
      next.floor = lesser(priceAt(next, baseFeePerGas), this.#executable.at(-1)?.floor)
      next.place = 'executable'
      this.#executable.push(next)
      promoted.push(next)
    }
  }

  /** The base fee moved, and all prices with it. */
  refloor(baseFeePerGas: bigint): void {
    this.#floorFrom(0, baseFeePerGas)
  }

  /** How many of the executable ones, from the first, the balance covers together. */
  #affordableCount(limit: number): number {
    if (this.#executable.length <= limit && this.#executableCost <= this.#account.balance) {
      return this.#executable.length
    }
    let left = this.#account.balance
    for (const [index, { cost }] of this.#executable.entries()) {
      left -= cost
      if (left < 0n || index === limit) return index
    }
    return this.#executable.length
  }

  #floorFrom(index: number, baseFeePerGas: bigint): void {
    let before = this.#executable[index - 1]?.floor
    for (const entry of this.#executable.slice(index)) {
      entry.floor = lesser(priceAt(entry, baseFeePerGas), before)
      before = entry.floor
    }
  }

  #demoteFrom(index: number): void {
    if (index >= this.#executable.length) return
    for (const entry of this.#executable.splice(index)) {
      this.#executableCost -= entry.cost
      this.#enqueue(entry)
    }
  }

  #enqueue(entry: PooledTransaction): void {
    entry.place = 'queued'
    this.#queued.set(entry.nonce, entry)
    this.#queuedCost += entry.cost
  }

  /** Books out what is no longer in the list of its place. */
  #drop(entry: PooledTransaction, dropped: PooledTransaction[]): void {
    if (entry.place === 'queued') {
      this.#queued.delete(entry.nonce)
      this.#queuedCost -= entry.cost
    } else {
      this.#executableCost -= entry.cost
    }
    entry.place = 'gone'
    dropped.push(entry)
  }
}

function lesser(left: bigint, right: bigint | undefined): bigint {
  return right === undefined || left < right ? left : right
}
