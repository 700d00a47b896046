/**
 * Who has to go when there is no room: the cheapest of all that may go, the younger one among
 * equals, and as many as it takes.
 *
 * The heap is made when it is first needed and again after a new base fee, so a pool with room
 * pays nothing for it. What changed since is passed over when it comes up.
 */
import type { Address } from '../../../consensus/types.ts'
import { BinaryHeap } from './binary-heap.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

type Entries = readonly PooledTransaction[]

type Node = { readonly entry: PooledTransaction; readonly tip: bigint }

export type EvictionRule = {
  /** Every transaction that may go. */
  readonly candidates: () => Iterable<PooledTransaction>
  readonly isCandidate: (entry: PooledTransaction) => boolean
  /** Who may go once `entry` is gone, and may not before. */
  readonly behind: (entry: PooledTransaction) => PooledTransaction | undefined
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

  /**
   * Who goes for `slots` more of room, the first first; undefined if those worth less than `below`
   * (all, if it is not given) do not have so many. None of `spared` is among them. They stay until
   * they are taken out of the pool.
   */
  victims(slots: number, below?: bigint, spared?: Address): Entries | undefined {
    if (slots <= 0) return []
    const heap = this.#heap ?? this.#build()
    const found = new Map<PooledTransaction, Node>()
    const victims: PooledTransaction[] = []
    const behind = new BinaryHeap(goesFirst)
    let room = 0
    while (room < slots) {
      const [first, second] = [this.#first(heap, found), behind.peek()]
      const isFirst = first !== undefined && (second === undefined || goesFirst(first, second))
      const node = isFirst ? first : second
      if (node === undefined || (below !== undefined && node.tip >= below)) break
      if (isFirst) heap.pop()
      else behind.pop()
      found.set(node.entry, node)
      if (node.entry.transaction.sender === spared) continue
      victims.push(node.entry)
      room += node.entry.slots
      const next = this.#rule.behind(node.entry)
      if (next !== undefined) behind.push(this.#nodeOf(next))
    }
    for (const node of found.values()) heap.push(node)
    return room < slots ? undefined : victims
  }

  /** What is out of date, or found already, is passed over for good. */
  #first(heap: BinaryHeap<Node>, found: ReadonlyMap<PooledTransaction, Node>): Node | undefined {
    for (let node = heap.peek(); node !== undefined; node = heap.peek()) {
      const { entry, tip } = node
      const isCurrent = this.#rule.isCandidate(entry) && this.#rule.tipOf(entry) === tip
      if (isCurrent && !found.has(entry)) return node
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
