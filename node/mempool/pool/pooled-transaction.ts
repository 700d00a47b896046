/** A transaction in the pool, with what is asked of it again and again. */
import type { TypedTransaction } from '@ethereumjs/tx'
import { feeCapOf } from '../../execution/transaction/inclusion-rules.ts'
import type { SignedTransaction } from '../../transaction.ts'
import { SLOT_BYTES } from '../options.ts'

/** orphan: it was in a block that is not on the chain any more. */
export type Origin = 'local' | 'peer' | 'orphan'

export type PooledTransaction = {
  readonly transaction: SignedTransaction
  readonly origin: Origin
  readonly nonce: bigint
  /** Wei per gas. */
  readonly feeCap: bigint
  readonly tipCap: bigint
  /** Wei that the sender must have: gas at the cap, and the value. */
  readonly cost: bigint
  /** What it takes of the pool's room, in units of {@link SLOT_BYTES}. */
  readonly slots: number
  /** Order of arrival. */
  readonly arrival: number
  readonly addedMs: number
  /** Every nonce before it is there, and funds for all of them. */
  isExecutable: boolean
  /** It was told of as pending; it is not told of twice. */
  isAnnounced: boolean
  /** Of this and all executable ones before it: what it can count on, since they come first. */
  feeCapMin: bigint
  tipCapMin: bigint
}

export type Arrival = {
  readonly origin: Origin
  readonly arrival: number
  readonly addedMs: number
}

export function poolTransaction(
  transaction: SignedTransaction,
  { origin, arrival, addedMs }: Arrival,
): PooledTransaction {
  const { tx } = transaction
  const feeCap = feeCapOf(tx)
  const tipCap = tipCapOf(tx)
  return {
    transaction,
    origin,
    nonce: tx.nonce,
    feeCap,
    tipCap,
    cost: costOf(tx),
    slots: Math.ceil(transaction.raw.length / SLOT_BYTES),
    arrival,
    addedMs,
    isExecutable: false,
    isAnnounced: false,
    feeCapMin: feeCap,
    tipCapMin: tipCap,
  }
}

export function tipCapOf(tx: TypedTransaction): bigint {
  return 'maxPriorityFeePerGas' in tx ? tx.maxPriorityFeePerGas : tx.gasPrice
}

export function costOf(tx: TypedTransaction): bigint {
  return tx.gasLimit * feeCapOf(tx) + tx.value
}

/** Wei per gas for the coinbase at this base fee; below zero it can't be in such a block. */
export function tipAt(
  { feeCap, tipCap }: Pick<PooledTransaction, 'feeCap' | 'tipCap'>,
  baseFee: bigint,
): bigint {
  return smaller(tipCap, feeCap - baseFee)
}

/** The tip of the worst of a run of transactions that must be mined in order. */
export function runTipAt({ feeCapMin, tipCapMin }: PooledTransaction, baseFee: bigint): bigint {
  return smaller(tipCapMin, feeCapMin - baseFee)
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
