/**
 * What a transaction must be to come into the pool, by when it can be known: in itself (before
 * the dear recovery of its sender), then with the account of its sender. What depends on its
 * neighbours (funds in sum, replacement, room) is the pool's own business.
 *
 * Spec: docs/spec/mempool.md, "Admission".
 */
import type { TypedTransaction } from '@ethereumjs/tx'
import { isImpersonated } from '../dev/impersonation.ts'
import { feeCapOf } from '../execution/transaction/inclusion-rules.ts'
import { intrinsicGas } from '../execution/transaction/intrinsic-gas.ts'
import type { SignedTransaction } from '../transaction.ts'
import { TRANSACTION_BYTES_MAX } from './options.ts'
import type { SenderAccount } from './pool/account-queue.ts'
import { tipCapOf } from './pool/pooled-transaction.ts'
import { PoolError } from './pool-error.ts'

export type AdmissionRules = {
  readonly blockGasLimit: bigint
  /** Wei per gas. */
  readonly priceFloorWei: bigint
}

/** EIP-4844: its sender hands it in with its blobs, of 128 KiB each. */
const BLOB_TYPE = 3

/** A1, before more than the type is read. Throws OVERSIZED, or TYPE_UNSUPPORTED for blobs. */
export function verifySize(raw: Uint8Array): void {
  if (raw.length <= TRANSACTION_BYTES_MAX) return
  // That it is large would send its sender the wrong way.
  if (raw[0] === BLOB_TYPE) throw new PoolError({ code: 'TYPE_UNSUPPORTED', type: BLOB_TYPE })
  throw new PoolError({
    code: 'OVERSIZED',
    bytes: raw.length,
    bytesMax: TRANSACTION_BYTES_MAX,
  })
}

/** A3 to A5: what decoding has left open, before the sender is known. Throws {@link PoolError}. */
export function verifyStandalone(tx: TypedTransaction, rules: AdmissionRules): void {
  const { blockGasLimit, priceFloorWei } = rules
  const { gasLimit } = tx
  if (gasLimit > blockGasLimit) {
    throw new PoolError({ code: 'GAS_ABOVE_BLOCK', gasLimit, blockGasLimit })
  }
  const { intrinsic, floor } = intrinsicGas(tx)
  if (gasLimit < intrinsic) {
    throw new PoolError({ code: 'INTRINSIC_GAS_TOO_LOW', gasLimit, required: intrinsic })
  }
  if (gasLimit < floor) {
    throw new PoolError({ code: 'FLOOR_GAS_TOO_LOW', gasLimit, required: floor })
  }
  const tipCap = tipCapOf(tx)
  if (tipCap < priceFloorWei) {
    throw new PoolError({ code: 'UNDERPRICED', tipCap, floor: priceFloorWei })
  }
}

/** A6, A7: with the account at the head. Throws {@link PoolError}. */
export function verifySender(transaction: SignedTransaction, account: SenderAccount): void {
  const { tx, sender } = transaction
  if (tx.nonce < account.nonce) {
    throw new PoolError({ code: 'NONCE_TOO_LOW', expected: account.nonce, actual: tx.nonce })
  }
  const isContract = account.isContract && !isImpersonated(transaction)
  if (isContract) throw new PoolError({ code: 'SENDER_HAS_CODE', sender })
}

/** On a chain that mines on demand what does not pay the base fee would wait for ever. */
export function verifyFeeCap(tx: TypedTransaction, baseFee: bigint): void {
  const feeCap = feeCapOf(tx)
  if (feeCap < baseFee) throw new PoolError({ code: 'FEE_BELOW_BASE', feeCap, baseFee })
}
