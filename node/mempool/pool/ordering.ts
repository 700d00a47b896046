/**
 * The order in which transactions are offered to a block: always the sender whose next one tips
 * best at this base fee, the older one first among equals, nonces in order.
 *
 * Lazy: a block takes what fits, and a step costs O(log senders). What changes in the pool
 * meanwhile is seen when a sender's turn comes. Spec: docs/spec/mempool.md, "Order".
 */
import type { SignedTransaction } from '../../transaction.ts'
import type { AccountQueue } from './account-queue.ts'
import { BinaryHeap } from './binary-heap.ts'
import { type PooledTransaction, tipAt } from './pooled-transaction.ts'

type Turn = {
  readonly queue: AccountQueue
  readonly entry: PooledTransaction
  /** Wei per gas at the base fee of the block. */
  readonly tip: bigint
}

export function* bestFirst(
  queues: Iterable<AccountQueue>,
  baseFee: bigint,
): Generator<SignedTransaction, void, void> {
  const turns: Turn[] = []
  for (const queue of queues) {
    const turn = turnOf(queue, queue.account.nonce, baseFee)
    if (turn !== undefined) turns.push(turn)
  }
  const heap = new BinaryHeap(isBefore, turns)
  for (let turn = heap.peek(); turn !== undefined; turn = heap.peek()) {
    const { queue, entry } = turn
    const { nonce } = entry
    // Replaced, mined or dropped since its turn was set: what is there now decides.
    const held = queue.get(nonce)
    if (held?.isExecutable) yield held.transaction
    const next = held?.isExecutable ? turnOf(queue, nonce + 1n, baseFee) : undefined
    if (next === undefined) heap.pop()
    else heap.replaceFirst(next)
  }
}

/** undefined: no block of this base fee takes the sender's transaction, so none after it. */
function turnOf(queue: AccountQueue, nonce: bigint, baseFee: bigint): Turn | undefined {
  const entry = queue.get(nonce)
  if (!entry?.isExecutable) return undefined
  const tip = tipAt(entry, baseFee)
  return tip < 0n ? undefined : { queue, entry, tip }
}

function isBefore(a: Turn, b: Turn): boolean {
  return a.tip > b.tip || (a.tip === b.tip && a.entry.arrival < b.entry.arrival)
}
