/** A transaction in the pool, with what the pool decides by worked out once. */
import { feeCapOf } from '../execution/transaction/inclusion-rules.ts'
import type { SignedTransaction } from '../transaction.ts'

/** `reorg`: it was in a block that is not canonical any more. */
export type Origin = 'local' | 'peer' | 'reorg'

export type Place = 'executable' | 'queued' | 'gone'

export type PooledTransaction = {
  readonly transaction: SignedTransaction
  readonly nonce: bigint
  /** Wei per gas at most, tip included. */
  readonly feeCap: bigint
  readonly tipCap: bigint
  /** Wei that the sender must have for it: all its gas at the cap, and the value. */
  readonly cost: bigint
  readonly origin: Origin
  /** Rises by arrival: of equal prices the first come is served first. */
  readonly arrival: number
  readonly addedAtMs: number
  place: Place
  /** Least price among it and those that must be mined before it, see `priceAt`. */
  floor: bigint
  /** Listeners were told that it is executable; they are told once. */
  isAnnounced: boolean
}

export function pooled(
  transaction: SignedTransaction,
  arrival: { readonly origin: Origin; readonly arrival: number; readonly addedAtMs: number },
): PooledTransaction {
  const { tx } = transaction
  const feeCap = feeCapOf(tx)
  return {
    transaction,
    nonce: tx.nonce,
    feeCap,
    tipCap: 'maxPriorityFeePerGas' in tx ? tx.maxPriorityFeePerGas : tx.gasPrice,
    cost: tx.gasLimit * feeCap + tx.value,
    ...arrival,
    place: 'gone',
    floor: 0n,
    isAnnounced: false,
  }
}

/** Wei per gas that a sealer gets at this base fee; below zero it can't be included. */
export function priceAt({ feeCap, tipCap }: PooledTransaction, baseFeePerGas: bigint): bigint {
  const room = feeCap - baseFeePerGas
  return tipCap < room ? tipCap : room
}
