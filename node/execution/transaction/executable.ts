/**
 * What execution reads of a transaction, whether somebody signed it or not. A transaction of
 * EthereumJS is one as it is; `eth_simulateV1` makes its own out of messages.
 */
import type { TypedTransaction } from '@ethereumjs/tx'
import type { Address, EOACode7702AuthorizationListBytesItem } from '@ethereumjs/util'
import type { Address as AddressHex } from '../../../consensus/types.ts'

export type ExecutableFields = {
  /** EIP-2718: 0 to 4. */
  readonly type: number
  readonly nonce: bigint
  readonly gasLimit: bigint
  /** undefined creates a contract. */
  readonly to?: Address | undefined
  readonly value: bigint
  readonly data: Uint8Array
  /** Wei per gas: this, or the two below. */
  readonly gasPrice?: bigint | undefined
  readonly maxFeePerGas?: bigint | undefined
  readonly maxPriorityFeePerGas?: bigint | undefined
  readonly accessList?: readonly (readonly [Uint8Array, readonly Uint8Array[]])[] | undefined
  readonly authorizationList?: readonly EOACode7702AuthorizationListBytesItem[] | undefined
  /** Of the signature; a message has none. */
  readonly r?: bigint | undefined
  readonly s?: bigint | undefined
  /** EIP-4844, of type 3. */
  readonly blobVersionedHashes?: readonly `0x${string}`[] | undefined
  readonly maxFeePerBlobGas?: bigint | undefined
}

export type Executable = { readonly sender: AddressHex; readonly tx: ExecutableFields }

/** What is asked of a transaction before it executes, beside what nothing can do without. */
export type TransactionChecks = {
  /** That its nonce is the sender's next. Counted up in any case. */
  readonly nonce: boolean
  /** That no contract sends it (EIP-3607), and that it asks for no more gas than EIP-7825 has. */
  readonly sender: boolean
  /** That it pays the base fee even if it offers to pay nothing at all. */
  readonly baseFee: boolean
}

/** Those of signed transactions. */
export const ALL_CHECKS: TransactionChecks = { nonce: true, sender: true, baseFee: true }

/** Those of a transaction that nobody signed, see `dev/impersonation.ts`. */
export const IMPERSONATED_CHECKS: TransactionChecks = { nonce: true, sender: false, baseFee: true }

/** Signed transactions are executed as they are; this fails to compile when they no longer can. */
export type SignedIsExecutable = TypedTransaction extends ExecutableFields ? true : never

/** EIP-4844: gas of one blob. */
export const GAS_PER_BLOB = 131_072n

export function blobGasOf({ blobVersionedHashes }: ExecutableFields): bigint {
  return BigInt(blobVersionedHashes?.length ?? 0) * GAS_PER_BLOB
}
