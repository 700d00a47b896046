/**
 * Why the pool refuses a transaction. Wallets and libraries match on the sentences of geth, so
 * each refusal begins with the one that geth gives.
 */
import { CodedError } from '../../consensus/errors.ts'
import type { Address } from '../../consensus/types.ts'
import type { TransactionErrorType } from '../crypto/transaction-envelope.ts'

export type PoolErrorType =
  /** Wrong whatever the state: found while decoding. */
  | TransactionErrorType
  | { readonly code: 'OVERSIZED'; readonly bytes: number; readonly bytesMax: number }
  | { readonly code: 'INTRINSIC_GAS_TOO_LOW'; readonly gasLimit: bigint; readonly required: bigint }
  /** EIP-7623. */
  | { readonly code: 'FLOOR_GAS_TOO_LOW'; readonly gasLimit: bigint; readonly required: bigint }
  | { readonly code: 'GAS_ABOVE_BLOCK'; readonly gasLimit: bigint; readonly blockGasLimit: bigint }
  | { readonly code: 'UNDERPRICED'; readonly tipCap: bigint; readonly floor: bigint }
  /** Refused where nobody else's transactions move the base fee: development chains. */
  | { readonly code: 'FEE_BELOW_BASE'; readonly feeCap: bigint; readonly baseFee: bigint }
  | { readonly code: 'ALREADY_KNOWN' }
  | { readonly code: 'NONCE_TOO_LOW'; readonly expected: bigint; readonly actual: bigint }
  /** EIP-3607. */
  | { readonly code: 'SENDER_HAS_CODE'; readonly sender: Address }
  | {
      readonly code: 'INSUFFICIENT_FUNDS'
      readonly balance: bigint
      /** Cost of this transaction, and of those of the account that could be mined before it. */
      readonly cost: bigint
      readonly reserved: bigint
    }
  | { readonly code: 'REPLACEMENT_UNDERPRICED' }
  | { readonly code: 'ACCOUNT_FULL'; readonly countMax: number }
  | { readonly code: 'POOL_FULL' }
  | { readonly code: 'CLOSED' }

/** EIP-4844. */
const BLOB_TYPE = 3

/** A transaction that is not in the pool, and why. */
export class PoolError extends CodedError<PoolErrorType> {
  constructor(type: PoolErrorType, options?: ErrorOptions) {
    super(type, sentenceOf(type), options)
  }
}

function sentenceOf(type: PoolErrorType): string {
  switch (type.code) {
    case 'TYPE_UNSUPPORTED':
      return `transaction type not supported: ${type.type}${reasonOf(type.type)}`
    case 'NOT_CANONICAL':
      return `rlp: transaction is not canonically encoded (${type.field})`
    case 'FIELD_OUT_OF_RANGE':
      return type.field === 'nonce' ? 'nonce has max value' : `${type.field} is out of range`
    case 'CHAIN_ID_MISMATCH':
      return `invalid chain id for signer: have ${type.actual} want ${type.expected}`
    case 'SIGNATURE_INVALID':
      return 'invalid sender'
    case 'TIP_ABOVE_FEE_CAP':
      return 'max priority fee per gas higher than max fee per gas'
    case 'GAS_LIMIT_ABOVE_CAP':
      return `transaction gas limit too high (cap: ${type.cap})`
    case 'INITCODE_TOO_LARGE':
      return `max initcode size exceeded: limit ${type.bytesMax}`
    case 'AUTHORIZATION_LIST_EMPTY':
      return 'EIP-7702 transaction with empty auth list'
    case 'CREATION_NOT_ALLOWED':
      return 'EIP-7702 transaction cannot be used to create contract'
    case 'OVERSIZED':
      return `oversized data: transaction size ${type.bytes}, limit ${type.bytesMax}`
    case 'INTRINSIC_GAS_TOO_LOW':
    case 'FLOOR_GAS_TOO_LOW':
    case 'GAS_ABOVE_BLOCK':
    case 'UNDERPRICED':
    case 'FEE_BELOW_BASE':
    case 'ALREADY_KNOWN':
    case 'NONCE_TOO_LOW':
    case 'SENDER_HAS_CODE':
    case 'INSUFFICIENT_FUNDS':
    case 'REPLACEMENT_UNDERPRICED':
    case 'ACCOUNT_FULL':
    case 'POOL_FULL':
    case 'CLOSED':
      return sentenceOfRefusal(type)
  }
}

type DecodedErrorType = Exclude<PoolErrorType, TransactionErrorType | { code: 'OVERSIZED' }>

/** Of a transaction that could be read. */
function sentenceOfRefusal(type: DecodedErrorType): string {
  switch (type.code) {
    case 'INTRINSIC_GAS_TOO_LOW':
      return `intrinsic gas too low: ${gasOf(type)}`
    case 'FLOOR_GAS_TOO_LOW':
      return `insufficient gas for floor data gas cost: ${gasOf(type)}`
    case 'GAS_ABOVE_BLOCK':
      return `exceeds block gas limit: gas ${type.gasLimit}, block ${type.blockGasLimit}`
    case 'UNDERPRICED':
      return `transaction underpriced: gas tip cap ${type.tipCap}, minimum needed ${type.floor}`
    case 'FEE_BELOW_BASE':
      return `max fee per gas less than block base fee: ${type.feeCap} below ${type.baseFee}`
    case 'ALREADY_KNOWN':
      return 'already known'
    case 'NONCE_TOO_LOW':
      return `nonce too low: next nonce ${type.expected}, tx nonce ${type.actual}`
    case 'SENDER_HAS_CODE':
      return `sender not an eoa: address ${type.sender} has code`
    case 'INSUFFICIENT_FUNDS':
      return fundsSentence(type)
    case 'REPLACEMENT_UNDERPRICED':
      return 'replacement transaction underpriced'
    case 'ACCOUNT_FULL':
      return `account limit exceeded: ${type.countMax} transactions of the sender wait`
    case 'POOL_FULL':
      return 'txpool is full'
    case 'CLOSED':
      return 'the node is stopping'
  }
}

function reasonOf(type: number): string {
  return type === BLOB_TYPE ? ' (this chain takes no blobs)' : ''
}

function gasOf(type: { readonly gasLimit: bigint; readonly required: bigint }): string {
  return `gas ${type.gasLimit}, minimum needed ${type.required}`
}

function fundsSentence(type: Extract<PoolErrorType, { code: 'INSUFFICIENT_FUNDS' }>): string {
  const { balance, cost, reserved } = type
  const sentence = `insufficient funds for gas * price + value: balance ${balance}`
  const queued = reserved > 0n ? `, queued cost ${reserved}` : ''
  return `${sentence}${queued}, tx cost ${cost}, overshot ${reserved + cost - balance}`
}
