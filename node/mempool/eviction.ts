/**
 * Which transaction goes when the pool is full: the cheapest, of equals the last to come.
 *
 * Of executable ones only the last of a lane can go, else those behind it would wait for nothing;
 * its price is the least in its lane, because it can't be mined before the others. Entries that
 * have moved since they were put in are passed over when they come up.
 * Spec: docs/spec/mempool.md, "Eviction".
 */
import { Heap } from './heap.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

type Ticket = { readonly entry: PooledTransaction; readonly price: bigint }

/** Stale tickets may outnumber the others by so much before the heap is made anew. */
const STALE_FACTOR_MAX = 4
const STALE_COUNT_MIN = 1_024

export class EvictionOrder {
  readonly #priceOf: (entry: PooledTransaction) => bigint
  readonly #isCandidate: (entry: PooledTransaction) => boolean
  readonly #candidates: () => Iterable<PooledTransaction>
  #heap: Heap<Ticket> | undefined
  #countWhenBuilt = 0

  constructor(options: {
    readonly priceOf: (entry: PooledTransaction) => bigint
    readonly isCandidate: (entry: PooledTransaction) => boolean
    /** All of them: asked for when the pool is full for the first time since the prices moved. */
    readonly candidates: () => Iterable<PooledTransaction>
  }) {
    this.#priceOf = options.priceOf
    this.#isCandidate = options.isCandidate
    this.#candidates = options.candidates
  }

  /** A transaction became a candidate, or its price changed. */
  add(entry: PooledTransaction): void {
    if (this.#heap === undefined) return
    this.#heap.push({ entry, price: this.#priceOf(entry) })
    const bound = STALE_FACTOR_MAX * this.#countWhenBuilt + STALE_COUNT_MIN
    if (this.#heap.size > bound) this.#heap = undefined
  }

  /** All prices moved. */
  reset(): void {
    this.#heap = undefined
  }

  /** The first to go; it stays a candidate until the caller removes it. */
  cheapest(): PooledTransaction | undefined {
    const heap = this.#heap ?? this.#build()
    for (let ticket = heap.peek(); ticket !== undefined; ticket = heap.peek()) {
      const { entry, price } = ticket
      if (this.#isCandidate(entry) && price === this.#priceOf(entry)) return entry
      heap.pop()
    }
    return undefined
  }

  #build(): Heap<Ticket> {
    const heap = new Heap<Ticket>(goesBefore)
    for (const entry of this.#candidates()) heap.push({ entry, price: this.#priceOf(entry) })
    this.#heap = heap
    this.#countWhenBuilt = heap.size
    return heap
  }
}

function goesBefore(left: Ticket, right: Ticket): boolean {
  if (left.price !== right.price) return left.price < right.price
  return left.entry.arrival > right.entry.arrival
}
