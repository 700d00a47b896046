/**
 * Who has to go when there is no room: the cheapest of all that may go, the younger one among
 * equals.
 *
 * The heap is made when it is first needed and again after a new base fee, so a pool with room
 * pays nothing for it. What changed since is passed over when it comes up.
 */
import { BinaryHeap } from './binary-heap.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

type Node = { readonly entry: PooledTransaction; readonly tip: bigint }

export type EvictionRule = {
  /** Every transaction that may go. */
  readonly candidates: () => Iterable<PooledTransaction>
  readonly isCandidate: (entry: PooledTransaction) => boolean
  /** What it is worth to the pool, wei per gas. */
  readonly tipOf: (entry: PooledTransaction) => bigint
}

/** Nodes that are out of date, as a multiple of those that count, before the heap is made anew. */
const STALE_FACTOR = 4
const NODES_MIN = 1_024

export class Eviction {
  readonly #rule: EvictionRule
  #heap: BinaryHeap<Node> | undefined
  #sizeMax = 0

  constructor(rule: EvictionRule) {
    this.#rule = rule
  }

  /** Tips have changed. */
  reset(): void {
    this.#heap = undefined
  }

  /** `entry` became a candidate, or another tip of it counts. */
  add(entry: PooledTransaction): void {
    if (this.#heap === undefined) return
    if (this.#heap.size >= this.#sizeMax) this.reset()
    else this.#heap.push(this.#nodeOf(entry))
  }

  /** The next to go, if any: it stays until it is taken out of the pool. */
  cheapest(): Node | undefined {
    const heap = this.#heap ?? this.#build()
    for (let node = heap.peek(); node !== undefined; node = heap.peek()) {
      const { entry, tip } = node
      if (this.#rule.isCandidate(entry) && this.#rule.tipOf(entry) === tip) return node
      heap.pop()
    }
    return undefined
  }

  #build(): BinaryHeap<Node> {
    const nodes: Node[] = []
    for (const entry of this.#rule.candidates()) nodes.push(this.#nodeOf(entry))
    this.#sizeMax = Math.max(NODES_MIN, STALE_FACTOR * nodes.length)
    this.#heap = new BinaryHeap(goesFirst, nodes)
    return this.#heap
  }

  #nodeOf(entry: PooledTransaction): Node {
    return { entry, tip: this.#rule.tipOf(entry) }
  }
}

function goesFirst(a: Node, b: Node): boolean {
  return a.tip < b.tip || (a.tip === b.tip && a.entry.arrival > b.entry.arrival)
}
