/**
 * Whether a transaction may stand at its place in a block, which only the state before it can
 * tell. A block that holds one that may not is invalid; a builder passes it over.
 */
import type { TypedTransaction } from '@ethereumjs/tx'
import { CodedError } from '../../../consensus/errors.ts'
import type { LiveAccount } from '../../state/overlay.ts'
import type { IntrinsicGas } from './intrinsic-gas.ts'

export type InclusionInputs = {
  readonly tx: TypedTransaction
  readonly sender: LiveAccount
  readonly senderCode: Uint8Array
  readonly gas: IntrinsicGas
  /** Gas that the block has left. */
  readonly gasAvailable: bigint
  readonly baseFeePerGas: bigint
}

const DELEGATION_BYTES = 23

/** Throws an {@link InclusionError} unless the transaction may execute now. */
export function verifyIncludable(inputs: InclusionInputs): void {
  const { tx, sender, senderCode, gas, gasAvailable, baseFeePerGas } = inputs
  const { gasLimit, nonce } = tx
  if (gasLimit > gasAvailable) {
    throw new InclusionError({ code: 'GAS_ABOVE_BLOCK', gasLimit, available: gasAvailable })
  }
  const required = gas.intrinsic > gas.floor ? gas.intrinsic : gas.floor
  if (gasLimit < required) throw new InclusionError({ code: 'GAS_TOO_LOW', gasLimit, required })
  const feeCap = feeCapOf(tx)
  if (feeCap < baseFeePerGas) {
    throw new InclusionError({ code: 'FEE_BELOW_BASE', feeCap, baseFeePerGas })
  }
  if (nonce !== sender.nonce) {
    const code = nonce < sender.nonce ? 'NONCE_TOO_LOW' : 'NONCE_TOO_HIGH'
    throw new InclusionError({ code, expected: sender.nonce, actual: nonce })
  }
  // EIP-3607, but for accounts that EIP-7702 delegates.
  if (senderCode.length > 0 && !isDelegation(senderCode)) {
    throw new InclusionError({ code: 'SENDER_HAS_CODE' })
  }
  const cost = gasLimit * feeCap + tx.value
  if (sender.balance < cost) {
    throw new InclusionError({ code: 'BALANCE_TOO_LOW', required: cost, balance: sender.balance })
  }
}

/** Wei per gas that the sender is willing to pay at most. */
export function feeCapOf(tx: TypedTransaction): bigint {
  return 'maxFeePerGas' in tx ? tx.maxFeePerGas : tx.gasPrice
}

/** Wei per gas that goes to the coinbase at this base fee, which the cap must cover. */
export function tipOf(tx: TypedTransaction, baseFeePerGas: bigint): bigint {
  const room = feeCapOf(tx) - baseFeePerGas
  if (!('maxPriorityFeePerGas' in tx)) return room
  return tx.maxPriorityFeePerGas < room ? tx.maxPriorityFeePerGas : room
}

/** EIP-7702: 0xef0100 and an address. */
export function isDelegation(code: Uint8Array): boolean {
  return (
    code.length === DELEGATION_BYTES && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00
  )
}

export type InclusionErrorType =
  | { readonly code: 'GAS_ABOVE_BLOCK'; readonly gasLimit: bigint; readonly available: bigint }
  | { readonly code: 'GAS_TOO_LOW'; readonly gasLimit: bigint; readonly required: bigint }
  | { readonly code: 'FEE_BELOW_BASE'; readonly feeCap: bigint; readonly baseFeePerGas: bigint }
  | { readonly code: 'NONCE_TOO_LOW'; readonly expected: bigint; readonly actual: bigint }
  | { readonly code: 'NONCE_TOO_HIGH'; readonly expected: bigint; readonly actual: bigint }
  | { readonly code: 'SENDER_HAS_CODE' }
  | { readonly code: 'BALANCE_TOO_LOW'; readonly required: bigint; readonly balance: bigint }

/** Not a fault of the transaction in itself: at another place or time it may be valid. */
export class InclusionError extends CodedError<InclusionErrorType> {}
