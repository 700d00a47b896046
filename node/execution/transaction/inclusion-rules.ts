/**
 * Whether a transaction may stand at its place in a block, which only the state before it can
 * tell. A block that holds one that may not is invalid; a builder passes it over.
 */
import { CodedError } from '../../../consensus/errors.ts'
import type { LiveAccount } from '../../state/overlay.ts'
import {
  ALL_CHECKS,
  blobGasOf,
  type ExecutableFields,
  type TransactionChecks,
} from './executable.ts'
import type { IntrinsicGas } from './intrinsic-gas.ts'

export type InclusionInputs = {
  readonly tx: ExecutableFields
  readonly sender: LiveAccount
  readonly senderCode: Uint8Array
  readonly gas: IntrinsicGas
  /** Gas that the block has left. */
  readonly gasAvailable: bigint
  readonly baseFeePerGas: bigint
  /** undefined: no transaction may carry a blob. */
  readonly blobs?: BlobRoom | undefined
  /** EIP-7825, where it has not been asked about when the transaction was read. */
  readonly gasLimitMax?: bigint | undefined
  /** All of them if not given. */
  readonly checks?: TransactionChecks
}

/** Blob gas that the block has left, and its price in wei. */
export type BlobRoom = { readonly gasAvailable: bigint; readonly baseFee: bigint }

const DELEGATION_BYTES = 23
/** EIP-4844: the first byte of a hash of a KZG commitment. */
const KZG_VERSION = '0x01'

/** Throws an {@link InclusionError} unless the transaction may execute now. */
export function verifyIncludable(inputs: InclusionInputs): void {
  const { tx, sender, senderCode, gas, gasAvailable, baseFeePerGas } = inputs
  const { checks = ALL_CHECKS, gasLimitMax } = inputs
  const { gasLimit, nonce } = tx
  if (gasLimit > gasAvailable) {
    throw new InclusionError({ code: 'GAS_ABOVE_BLOCK', gasLimit, available: gasAvailable })
  }
  const required = gas.intrinsic > gas.floor ? gas.intrinsic : gas.floor
  if (gasLimit < required) throw new InclusionError({ code: 'GAS_TOO_LOW', gasLimit, required })
  const feeCap = feeCapOf(tx)
  if (feeCap < baseFeePerGas && (checks.baseFee || feeCap > 0n)) {
    throw new InclusionError({ code: 'FEE_BELOW_BASE', feeCap, baseFeePerGas })
  }
  if (checks.nonce && nonce !== sender.nonce) {
    const code = nonce < sender.nonce ? 'NONCE_TOO_LOW' : 'NONCE_TOO_HIGH'
    throw new InclusionError({ code, expected: sender.nonce, actual: nonce })
  }
  if (checks.sender && gasLimitMax !== undefined && gasLimit > gasLimitMax) {
    throw new InclusionError({ code: 'GAS_ABOVE_CAP', gasLimit, cap: gasLimitMax })
  }
  // EIP-3607, but for accounts that EIP-7702 delegates.
  if (checks.sender && senderCode.length > 0 && !isDelegation(senderCode)) {
    throw new InclusionError({ code: 'SENDER_HAS_CODE' })
  }
  if (tx.type === 3) verifyBlobs(tx, inputs.blobs, checks)
  const cost = gasLimit * feeCap + tx.value + blobGasOf(tx) * (tx.maxFeePerBlobGas ?? 0n)
  if (sender.balance < cost) {
    throw new InclusionError({ code: 'BALANCE_TOO_LOW', required: cost, balance: sender.balance })
  }
}

/** EIP-4844: blobs there are, that they fit, and that their price is paid. */
function verifyBlobs(
  tx: ExecutableFields,
  blobs: BlobRoom | undefined,
  checks: TransactionChecks,
): void {
  const { blobVersionedHashes = [], maxFeePerBlobGas = 0n } = tx
  if (blobs === undefined) throw new InclusionError({ code: 'BLOBS_NOT_ALLOWED' })
  const isWellFormed =
    blobVersionedHashes.length > 0 &&
    tx.to !== undefined &&
    blobVersionedHashes.every((hash) => hash.startsWith(KZG_VERSION))
  if (!isWellFormed) throw new InclusionError({ code: 'BLOBS_MALFORMED' })
  const { gasAvailable, baseFee } = blobs
  const blobGas = blobGasOf(tx)
  if (blobGas > gasAvailable) {
    throw new InclusionError({ code: 'BLOB_GAS_ABOVE_BLOCK', blobGas, available: gasAvailable })
  }
  if (maxFeePerBlobGas < baseFee && (checks.baseFee || maxFeePerBlobGas > 0n)) {
    throw new InclusionError({ code: 'BLOB_FEE_BELOW_BASE', feeCap: maxFeePerBlobGas, baseFee })
  }
}

/** Wei per gas that the sender is willing to pay at most. */
export function feeCapOf(tx: ExecutableFields): bigint {
  return tx.maxFeePerGas ?? tx.gasPrice ?? 0n
}

/** Wei per gas that goes to the coinbase at this base fee, which the cap must cover. */
export function tipOf(tx: ExecutableFields, baseFeePerGas: bigint): bigint {
  const room = feeCapOf(tx) - baseFeePerGas
  const { maxPriorityFeePerGas: wanted } = tx
  return wanted !== undefined && wanted < room ? wanted : room
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
  /** EIP-7825; signed transactions that ask for more are refused when they are read. */
  | { readonly code: 'GAS_ABOVE_CAP'; readonly gasLimit: bigint; readonly cap: bigint }
  | { readonly code: 'BLOBS_NOT_ALLOWED' }
  /** None, or hashes of another kind, or with the creation of a contract. */
  | { readonly code: 'BLOBS_MALFORMED' }
  | {
      readonly code: 'BLOB_GAS_ABOVE_BLOCK'
      readonly blobGas: bigint
      readonly available: bigint
    }
  | { readonly code: 'BLOB_FEE_BELOW_BASE'; readonly feeCap: bigint; readonly baseFee: bigint }
  | { readonly code: 'BALANCE_TOO_LOW'; readonly required: bigint; readonly balance: bigint }

/** Not a fault of the transaction in itself: at another place or time it may be valid. */
export class InclusionError extends CodedError<InclusionErrorType> {}
