/** Why a simulation has no outcome: its blocks make no chain, or a call may not be in its own. */
import { CodedError } from '../../../consensus/errors.ts'
import type { Address } from '../../../consensus/types.ts'
import type { InclusionErrorType } from '../transaction/inclusion-rules.ts'

export type SimulationErrorType = {
  readonly code:
    | InclusionErrorType['code']
    | 'BLOCK_NUMBER_ORDER'
    | 'BLOCK_TIME_ORDER'
    | 'TOO_MANY_BLOCKS'
    | 'TOO_MANY_CALLS'
    | 'NO_CONSENSUS_LAYER'
    | 'NOT_A_PRECOMPILE'
    | 'ALREADY_OVERRIDDEN'
    | 'CHAIN_ID_DIFFERS'
    | 'NONCE_MAX'
    | 'TIP_ABOVE_FEE_CAP'
    | 'FEES_NOT_ALLOWED'
    | 'AUTHORIZATIONS_MALFORMED'
    | 'INIT_CODE_TOO_LARGE'
}

/** Its message is a sentence, in geth's words where it has some. */
export class SimulationError extends CodedError<SimulationErrorType> {
  constructor(code: SimulationErrorType['code'], sentence: string) {
    super({ code }, sentence)
  }
}

/** A call that may not stand where it does. */
export function notIncludable(
  type: InclusionErrorType,
  sender: Address,
  gasLimit: bigint,
): SimulationError {
  return new SimulationError(
    type.code,
    `err: ${sentenceOf(type, `address ${sender}`)} (supplied gas ${gasLimit})`,
  )
}

function sentenceOf(type: InclusionErrorType, who: string): string {
  switch (type.code) {
    case 'GAS_ABOVE_BLOCK':
      return `block gas limit reached: want ${type.gasLimit}, left ${type.available}`
    case 'GAS_TOO_LOW':
      return `intrinsic gas too low: have ${type.gasLimit}, want ${type.required}`
    case 'FEE_BELOW_BASE':
      return (
        `max fee per gas less than block base fee: ${who}, ` +
        `maxFeePerGas: ${type.feeCap}, baseFee: ${type.baseFeePerGas}`
      )
    case 'NONCE_TOO_LOW':
    case 'NONCE_TOO_HIGH': {
      const kind = type.code === 'NONCE_TOO_LOW' ? 'low' : 'high'
      return `nonce too ${kind}: ${who}, tx: ${type.actual} state: ${type.expected}`
    }
    case 'SENDER_HAS_CODE':
      return `sender not an eoa: ${who}`
    case 'GAS_ABOVE_CAP':
      return `transaction gas limit too high: have ${type.gasLimit}, cap ${type.cap}`
    case 'BLOBS_NOT_ALLOWED':
      return 'no transaction may carry a blob here'
    case 'BLOBS_MALFORMED':
      return 'a blob transaction has versioned hashes of KZG commitments, and a receiver'
    case 'BLOB_GAS_ABOVE_BLOCK':
      return `blob gas limit reached: want ${type.blobGas}, left ${type.available}`
    case 'BLOB_FEE_BELOW_BASE':
      return (
        `max fee per blob gas less than block blob gas fee: ${who}, ` +
        `blobGasFeeCap: ${type.feeCap}, blobBaseFee: ${type.baseFee}`
      )
    case 'BALANCE_TOO_LOW':
      return (
        `insufficient funds for gas * price + value: ${who} ` +
        `have ${type.balance} want ${type.required}`
      )
  }
}
