/**
 * The transactions of one sender: a run that could be mined now, nonce after nonce from the
 * account's own and paid for in sum, and whatever waits behind it.
 */
import { assert } from '../../../consensus/errors.ts'
import type { Address } from '../../../consensus/types.ts'
import { type PooledTransaction, smaller } from './pooled-transaction.ts'

/** A sender as the state at the head has it. */
export type SenderAccount = {
  readonly nonce: bigint
  readonly balance: bigint
  /** EIP-3607: it has code that is no delegation, so nothing of it can be mined. */
  readonly isContract: boolean
  /** EIP-7702: anybody's transaction may spend its coins and raise its nonce. */
  readonly isDelegated: boolean
}

export class AccountQueue {
  readonly sender: Address
  readonly #byNonce = new Map<bigint, PooledTransaction>()
  #account: SenderAccount
  /** The nonce after the last executable one. */
  #executableEnd: bigint
  /** Wei that all executable ones may cost together. */
  #executableCost = 0n

  constructor(sender: Address, account: SenderAccount) {
    this.sender = sender
    this.#account = account
    this.#executableEnd = account.nonce
  }

  get account(): SenderAccount {
    return this.#account
  }

  get size(): number {
    return this.#byNonce.size
  }

  get executableCount(): number {
    return Number(this.#executableEnd - this.#account.nonce)
  }

  get queuedCount(): number {
    return this.size - this.executableCount
  }

  get executableEnd(): bigint {
    return this.#executableEnd
  }

  get executableCost(): bigint {
    return this.#executableCost
  }

  /** The first nonce that a wallet has not used yet, as far as this pool knows. */
  get nextNonce(): bigint {
    let nonce = this.#executableEnd
    while (this.#byNonce.has(nonce)) nonce += 1n
    return nonce
  }

  /** The executable one that comes last; without it all others stay executable. */
  get tail(): PooledTransaction | undefined {
    if (this.#executableEnd === this.#account.nonce) return undefined
    return this.#byNonce.get(this.#executableEnd - 1n)
  }

  /** What would be executable next, if something is there and only funds or room are missing. */
  get next(): PooledTransaction | undefined {
    return this.#byNonce.get(this.#executableEnd)
  }

  get(nonce: bigint): PooledTransaction | undefined {
    return this.#byNonce.get(nonce)
  }

  all(): Iterable<PooledTransaction> {
    return this.#byNonce.values()
  }

  /** The executable one that comes before `entry`, which is executable too. */
  before({ nonce }: PooledTransaction): PooledTransaction | undefined {
    return nonce > this.#account.nonce ? this.#byNonce.get(nonce - 1n) : undefined
  }

  /** Ascending nonces. */
  *executable(): Iterable<PooledTransaction> {
    for (let nonce = this.#account.nonce; nonce < this.#executableEnd; nonce++) {
      const entry = this.#byNonce.get(nonce)
      if (entry !== undefined) yield entry
    }
  }

  /** Ascending nonces. */
  queued(): readonly PooledTransaction[] {
    return [...this.#byNonce.values()]
      .filter((entry) => !entry.isExecutable)
      .sort((a, b) => (a.nonce < b.nonce ? -1 : 1))
  }

  /** Adds one that waits; its nonce is free. */
  insert(entry: PooledTransaction): void {
    assert(!this.#byNonce.has(entry.nonce), 'a nonce is held once')
    this.#byNonce.set(entry.nonce, entry)
  }

  /** Puts `entry` where one of its nonce is, which it returns. */
  replace(entry: PooledTransaction): PooledTransaction {
    const held = this.#byNonce.get(entry.nonce)
    assert(held !== undefined, 'only what is held is replaced')
    this.#byNonce.set(entry.nonce, entry)
    if (held.isExecutable) {
      held.isExecutable = false
      entry.isExecutable = true
      this.#executableCost += entry.cost - held.cost
      this.#lowerFrom(entry.nonce)
    }
    return held
  }

  /** Takes out one that waits. */
  delete(entry: PooledTransaction): void {
    assert(!entry.isExecutable, 'what is executable is demoted first')
    this.#byNonce.delete(entry.nonce)
  }

  /** Makes the next one executable. */
  promote(entry: PooledTransaction): void {
    assert(entry.nonce === this.#executableEnd, 'nonces become executable in order')
    const before = this.tail
    this.#executableEnd += 1n
    this.#executableCost += entry.cost
    entry.isExecutable = true
    lower(entry, before)
  }

  /** Makes all from `nonce` on wait; returns those that were executable. */
  demoteFrom(nonce: bigint): readonly PooledTransaction[] {
    const start = nonce > this.#account.nonce ? nonce : this.#account.nonce
    const demoted: PooledTransaction[] = []
    while (this.#executableEnd > start) {
      const entry = this.tail
      assert(entry !== undefined, 'a run has no gap')
      entry.isExecutable = false
      this.#executableCost -= entry.cost
      this.#executableEnd -= 1n
      demoted.push(entry)
    }
    return demoted
  }

  /** Another state: all wait until they are promoted anew; returns those that were executable. */
  reset(account: SenderAccount): readonly PooledTransaction[] {
    const demoted = this.demoteFrom(this.#account.nonce)
    this.#account = account
    this.#executableEnd = account.nonce
    return demoted
  }

  #lowerFrom(nonce: bigint): void {
    let before = nonce > this.#account.nonce ? this.#byNonce.get(nonce - 1n) : undefined
    for (let at = nonce; at < this.#executableEnd; at++) {
      const entry = this.#byNonce.get(at)
      assert(entry !== undefined, 'a run has no gap')
      const { feeCapMin, tipCapMin } = entry
      lower(entry, before)
      // What comes after depends on nothing else, so it would not change either.
      const isSame = feeCapMin === entry.feeCapMin && tipCapMin === entry.tipCapMin
      if (isSame && at > nonce) return
      before = entry
    }
  }
}

function lower(entry: PooledTransaction, before: PooledTransaction | undefined): void {
  entry.feeCapMin = before ? smaller(before.feeCapMin, entry.feeCap) : entry.feeCap
  entry.tipCapMin = before ? smaller(before.tipCapMin, entry.tipCap) : entry.tipCap
}
