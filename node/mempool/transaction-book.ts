/**
 * All transactions of the pool by hash and by account, within the limits. Synchronous: whoever
 * needs the state reads it first, so that no rule is ever checked against half a change.
 * Spec: docs/spec/mempool.md.
 */
import { assert } from '../../consensus/errors.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import { executableLimit, verifyWithAccount } from './admission.ts'
import { EvictionOrder } from './eviction.ts'
import { Lane, type PoolAccount } from './lane.ts'
import type { PoolLimits } from './limits.ts'
import { PoolError } from './pool-error.ts'
import { type PooledTransaction, priceAt } from './pooled-transaction.ts'

export class TransactionBook {
  readonly #limits: PoolLimits
  /** In order of arrival. */
  readonly #byHash = new Map<Hash, PooledTransaction>()
  readonly #lanes = new Map<Address, Lane>()
  readonly #executableOrder: EvictionOrder
  readonly #queuedOrder: EvictionOrder
  /** Became executable and were not taken by {@link takeAnnounced} yet. */
  #promoted: PooledTransaction[] = []
  #executableCount = 0
  #baseFeePerGas: bigint

  constructor(limits: PoolLimits, baseFeePerGas: bigint) {
    this.#limits = limits
    this.#baseFeePerGas = baseFeePerGas
    this.#executableOrder = new EvictionOrder({
      priceOf: ({ floor }) => floor,
      isCandidate: (entry) => entry.place === 'executable' && this.#tailOf(entry) === entry,
      candidates: () => this.#tails(),
    })
    this.#queuedOrder = new EvictionOrder({
      priceOf: (entry) => priceAt(entry, this.#baseFeePerGas),
      isCandidate: ({ place }) => place === 'queued',
      candidates: () => this.#queued(),
    })
  }

  get size(): number {
    return this.#byHash.size
  }

  get executableCount(): number {
    return this.#executableCount
  }

  get queuedCount(): number {
    return this.#byHash.size - this.#executableCount
  }

  /** Of the block that is built next, wei per gas. */
  get baseFeePerGas(): bigint {
    return this.#baseFeePerGas
  }

  get lanes(): ReadonlyMap<Address, Lane> {
    return this.#lanes
  }

  /** Oldest first. */
  get entries(): Iterable<PooledTransaction> {
    return this.#byHash.values()
  }

  get(hash: Hash): PooledTransaction | undefined {
    return this.#byHash.get(hash)
  }

  /**
   * Adds a transaction, or throws `PoolError` and leaves everything as it was. `account` is that
   * of the sender, needed where it has no lane. The pool may be over its caps until `trim`.
   */
  add(entry: PooledTransaction, account: PoolAccount): void {
    const { sender, hash } = entry.transaction
    if (this.#byHash.has(hash)) throw new PoolError({ code: 'ALREADY_KNOWN' })
    const lane = this.#lanes.get(sender) ?? new Lane(sender, account)
    verifyWithAccount(entry, lane, this.#limits)
    const old = lane.at(entry.nonce)
    if (old !== undefined) this.#byHash.delete(old.transaction.hash)
    this.#lanes.set(sender, lane)
    this.#byHash.set(hash, entry)
    if (entry.origin !== 'peer') lane.isLocal = true
    this.#change(lane, () => lane.put(entry, this.#baseFeePerGas))
    if (entry.place === 'queued') this.#queuedOrder.add(entry)
    else this.#promoted.push(entry)
  }

  /** The same, and keeps to the caps: throws UNDERPRICED or FULL when the newcomer has to go. */
  addWithinCaps(entry: PooledTransaction, account: PoolAccount): void {
    this.add(entry, account)
    const isExecutable = entry.place === 'executable'
    this.trim()
    if (entry.place !== 'gone') return
    const order = isExecutable ? this.#executableOrder : this.#queuedOrder
    const cheapest = order.cheapest()
    const tipWei = priceAt(entry, this.#baseFeePerGas)
    const floorWei = cheapest && priceAt(cheapest, this.#baseFeePerGas)
    if (floorWei === undefined || tipWei >= floorWei) throw new PoolError({ code: 'FULL' })
    throw new PoolError({ code: 'UNDERPRICED', tipWei, requiredWei: floorWei + 1n })
  }

  remove(entry: PooledTransaction): void {
    const lane = this.#lanes.get(entry.transaction.sender)
    assert(lane !== undefined && entry.place !== 'gone', 'what is removed is in the pool')
    this.#byHash.delete(entry.transaction.hash)
    this.#change(lane, () => lane.remove(entry))
  }

  /** The account of a lane as the new head has it. */
  rebase(lane: Lane, account: PoolAccount): void {
    this.#change(lane, () => {
      for (const { transaction } of lane.rebase(account)) this.#byHash.delete(transaction.hash)
    })
  }

  /** All prices move with the base fee. */
  setBaseFee(baseFeePerGas: bigint): void {
    this.#baseFeePerGas = baseFeePerGas
    for (const lane of this.#lanes.values()) lane.refloor(baseFeePerGas)
    this.#executableOrder.reset()
    this.#queuedOrder.reset()
  }

  /** Lets the cheapest go until the caps hold. */
  trim(): void {
    const { executableCountMax, queuedCountMax } = this.#limits
    while (this.#executableCount > executableCountMax) this.#evict(this.#executableOrder)
    while (this.queuedCount > queuedCountMax) this.#evict(this.#queuedOrder)
  }

  /** What became executable for the first time since the last call, and still is. */
  takePromoted(): PooledTransaction[] {
    const promoted = this.#promoted
    this.#promoted = []
    return promoted.filter((entry) => {
      if (entry.place !== 'executable' || entry.isAnnounced) return false
      entry.isAnnounced = true
      return true
    })
  }

  #evict(order: EvictionOrder): void {
    const victim = order.cheapest()
    assert(victim !== undefined, 'a full pool holds something')
    this.remove(victim)
  }

  /** Changes a lane and settles it; counts, orders and the table of lanes follow. */
  #change(lane: Lane, change: () => void): void {
    const { executable, queuedCount } = lane
    const executableCount = executable.length
    change()
    const limit = executableLimit(lane, lane.isLocal, this.#limits)
    this.#promoted.push(...lane.settle(limit, this.#baseFeePerGas))
    this.#executableCount += lane.executable.length - executableCount
    if (lane.count === 0) this.#lanes.delete(lane.sender)
    const tail = lane.executable.at(-1)
    if (tail !== undefined) this.#executableOrder.add(tail)
    // What was demoted is not in the order yet.
    const isDemotion = lane.queuedCount > queuedCount && lane.executable.length < executableCount
    if (isDemotion) this.#queuedOrder.reset()
  }

  #tailOf({ transaction }: PooledTransaction): PooledTransaction | undefined {
    return this.#lanes.get(transaction.sender)?.executable.at(-1)
  }

  *#tails(): Iterable<PooledTransaction> {
    for (const lane of this.#lanes.values()) {
      const tail = lane.executable.at(-1)
      if (tail !== undefined) yield tail
    }
  }

  *#queued(): Iterable<PooledTransaction> {
    for (const lane of this.#lanes.values()) yield* lane.queued
  }
}
