/**
 * The one place that knows JSON-RPC error numbers: domain codes in, EIP-1474 codes out.
 *
 * Handlers throw coded errors and never see a number. Spec: docs/spec/interface.md, "JSON-RPC".
 */
import { CodedError } from '../consensus/errors.ts'
import type { Hex } from '../consensus/types.ts'
import { CALL_TIME_MS_MAX } from '../node/execution/calls/call-lanes.ts'
import { revertReason } from '../node/execution/calls/revert-reason.ts'
import { InterruptError } from '../node/execution/evm/pace.ts'
import {
  SimulationError,
  type SimulationErrorType,
} from '../node/execution/simulate/simulation-error.ts'
import { ANSWER_BYTES_MAX, MESSAGE_CHARS_MAX } from './limits.ts'

export type RpcErrorType =
  | { readonly code: 'PARSE_ERROR' }
  | { readonly code: 'INVALID_REQUEST' }
  | { readonly code: 'METHOD_UNKNOWN' }
  /** Subscriptions need a WebSocket. */
  | { readonly code: 'NO_NOTIFICATIONS' }
  | { readonly code: 'PARAM_INVALID' }
  | { readonly code: 'LIMIT_EXCEEDED' }
  | { readonly code: 'TIMED_OUT' }
  | { readonly code: 'REVERTED'; readonly data: Hex }
  | { readonly code: 'CALL_FAILED' }
  | { readonly code: 'BLOCK_UNKNOWN' }
  | { readonly code: 'RESOURCE_UNKNOWN' }
  | { readonly code: 'HISTORY_PRUNED' }
  | { readonly code: 'FILTER_UNKNOWN' }
  | { readonly code: 'ACCOUNT_UNKNOWN' }
  | { readonly code: 'NOT_MINING' }
  | { readonly code: 'ADMIN_ONLY' }
  /** Accepted by the pool, but in no block yet. */
  | { readonly code: 'RECEIPT_LATE'; readonly data: Hex }

/** What an RPC handler may throw beside the errors of the node. */
export class RpcError extends CodedError<RpcErrorType> {}

/** The `error` member of an answer. */
export type JsonRpcError = {
  readonly code: number
  readonly message: string
  readonly data?: Hex
}

const INTERNAL_ERROR = -32603

const RPC_CODES: Readonly<Record<RpcErrorType['code'], number>> = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_UNKNOWN: -32601,
  NO_NOTIFICATIONS: -32601,
  PARAM_INVALID: -32602,
  LIMIT_EXCEEDED: -32005,
  TIMED_OUT: -32005,
  REVERTED: 3,
  RECEIPT_LATE: 4,
  CALL_FAILED: -32000,
  BLOCK_UNKNOWN: -32000,
  RESOURCE_UNKNOWN: -32001,
  HISTORY_PRUNED: 4444,
  FILTER_UNKNOWN: -32000,
  ACCOUNT_UNKNOWN: -32000,
  NOT_MINING: -32000,
  ADMIN_ONLY: -32000,
}

/**
 * Errors of the node by family, which is the name of their class: every code of the pool and of
 * the decoder before it is a refusal of a transaction, every code of the lanes of calls a limit.
 */
const FAMILY_CODES: Readonly<Record<string, number>> = {
  PoolError: -32003,
  TransactionError: -32003,
  CallError: -32005,
  InterruptError: -32005,
  TraceSizeError: -32005,
  WorkError: -32005,
  TracerError: -32602,
  DevError: -32602,
}
const OTHER_FAILURE = -32000

/** How a call of a simulation ended that did not revert. */
export const CALL_ENDED = -32015

/** Those that `eth_simulateV1` has for itself; where geth answers otherwise, geth's. */
const SIMULATION_CODES: Readonly<Record<SimulationErrorType['code'], number>> = {
  NONCE_TOO_LOW: -38010,
  NONCE_TOO_HIGH: -38011,
  NONCE_MAX: INTERNAL_ERROR,
  FEE_BELOW_BASE: -38012,
  BLOB_FEE_BELOW_BASE: -38012,
  GAS_TOO_LOW: -38013,
  BALANCE_TOO_LOW: -38014,
  GAS_ABOVE_BLOCK: -38015,
  BLOB_GAS_ABOVE_BLOCK: -38015,
  BLOCK_NUMBER_ORDER: -38020,
  BLOCK_TIME_ORDER: -38021,
  SENDER_HAS_CODE: -38024,
  INIT_CODE_TOO_LARGE: -38025,
  TOO_MANY_BLOCKS: -38026,
  TOO_MANY_CALLS: -38026,
  NOT_A_PRECOMPILE: OTHER_FAILURE,
  ALREADY_OVERRIDDEN: OTHER_FAILURE,
  AUTHORIZATIONS_MALFORMED: -32602,
  BLOBS_MALFORMED: -32602,
  BLOBS_NOT_ALLOWED: -32602,
  CHAIN_ID_DIFFERS: -32602,
  FEES_NOT_ALLOWED: -32602,
  GAS_ABOVE_CAP: -32602,
  NO_CONSENSUS_LAYER: -32602,
  TIP_ABOVE_FEE_CAP: -32602,
}

/** The answer to an error; undefined for a bug, which the caller logs and answers as internal. */
export function formatError(error: unknown): JsonRpcError | undefined {
  if (error instanceof RpcError) {
    const { type, message } = error
    const code = RPC_CODES[type.code]
    return 'data' in type ? { code, message, data: type.data } : { code, message }
  }
  if (error instanceof SimulationError) {
    return { code: SIMULATION_CODES[error.type.code], message: error.message }
  }
  if (error instanceof InterruptError && error.type.code === 'TIMED_OUT') {
    return { code: RPC_CODES.TIMED_OUT, message: timeoutSentence(CALL_TIME_MS_MAX) }
  }
  if (error instanceof CodedError) {
    return { code: FAMILY_CODES[error.name] ?? OTHER_FAILURE, message: sentenceOf(error) }
  }
  return undefined
}

/** Geth's: whether the server's clock ends a call or the executor's, its caller reads the same. */
export function timeoutSentence(timeMs: number): string {
  return `execution aborted (timeout = ${timeMs / 1000}s)`
}

/** An error without a message of its own carries its code, which is no sentence. */
function sentenceOf({ type, message }: CodedError<{ readonly code: string }>): string {
  if (message !== type.code) return message
  return type.code.toLowerCase().replaceAll('_', ' ')
}

export const INTERNAL: JsonRpcError = { code: INTERNAL_ERROR, message: 'internal error' }

export const OVERLOADED: JsonRpcError = {
  code: RPC_CODES.LIMIT_EXCEEDED,
  message: 'too many answers wait to be read: try again',
}

export function limitExceeded(message: string): RpcError {
  return new RpcError({ code: 'LIMIT_EXCEEDED' }, message)
}

export function answerTooLarge(): RpcError {
  return limitExceeded(`answer too large: at most ${ANSWER_BYTES_MAX} bytes`)
}

export function paramInvalid(message: string): RpcError {
  // It names where the parameter is wrong, and objects have the keys that their writer likes.
  const isLong = message.length > MESSAGE_CHARS_MAX
  const cut = isLong ? `${message.slice(0, MESSAGE_CHARS_MAX)}...` : message
  return new RpcError({ code: 'PARAM_INVALID' }, cut)
}

/** A call that ran into REVERT; the sentence is geth's, which tools look for. */
export function reverted(data: Hex): RpcError {
  const reason = revertReason(data)
  const message = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
  return new RpcError({ code: 'REVERTED', data }, message)
}
