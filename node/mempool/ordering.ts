/**
 * Executable transactions in the order in which a block takes them: the best price first, of equal
 * prices the first to come, and each account's in order of nonce.
 *
 * The order is that of the moment it was asked for: a block is built over many milliseconds, in
 * which the pool goes on. Spec: docs/spec/mempool.md, "Order".
 */
import type { SignedTransaction } from '../transaction.ts'
import { Heap } from './heap.ts'
import { type PooledTransaction, priceAt } from './pooled-transaction.ts'

/** Where an account is: its transactions, and which of them comes next at what price. */
type Turn = {
  readonly entries: readonly PooledTransaction[]
  readonly index: number
  readonly price: bigint
  readonly arrival: number
}

/** Lists of executable transactions of one account each, by nonce. */
export function* bestFirst(
  lists: Iterable<readonly PooledTransaction[]>,
  baseFeePerGas: bigint,
): Generator<SignedTransaction, void, undefined> {
  const heap = new Heap<Turn>(comesBefore)
  for (const entries of lists) pushTurn(heap, entries, 0, baseFeePerGas)
  for (let turn = heap.pop(); turn !== undefined; turn = heap.pop()) {
    const { entries, index } = turn
    const entry = entries[index]
    if (entry === undefined) continue
    pushTurn(heap, entries, index + 1, baseFeePerGas)
    yield entry.transaction
  }
}

/** What does not pay the base fee can't be included, and nothing of its account behind it. */
function pushTurn(
  heap: Heap<Turn>,
  entries: readonly PooledTransaction[],
  index: number,
  baseFeePerGas: bigint,
): void {
  const entry = entries[index]
  if (entry === undefined) return
  const price = priceAt(entry, baseFeePerGas)
  if (price >= 0n) heap.push({ entries, index, price, arrival: entry.arrival })
}

function comesBefore(left: Turn, right: Turn): boolean {
  return left.price !== right.price ? left.price > right.price : left.arrival < right.arrival
}
