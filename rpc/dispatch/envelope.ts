/**
 * The JSON-RPC 2.0 envelope: what a request must look like, and answers as text.
 *
 * Spec: https://www.jsonrpc.org/specification. Answers are written by hand around the result's
 * JSON, so that a result is turned into text once.
 */
import { type JsonRpcError, limitExceeded, RpcError } from '../errors.ts'
import { JsonText } from '../format/json-text.ts'
import { JSON_TOKENS_MAX } from '../limits.ts'

export type RequestId = string | number | null

export type Request = {
  /** undefined: a notification, which gets no answer. */
  readonly id: RequestId | undefined
  readonly method: string
  readonly params: readonly unknown[]
}

const NO_PARAMS: readonly unknown[] = []
const COMMA = 0x2c
const BRACKET = 0x5b
const BRACE = 0x7b

/** Throws PARSE_ERROR unless `text` is JSON, LIMIT_EXCEEDED when it has too many parts. */
export function parseJson(text: string): unknown {
  if (!hasFewTokens(text)) {
    throw limitExceeded(`message too complex: at most ${JSON_TOKENS_MAX} brackets and commas`)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RpcError({ code: 'PARSE_ERROR' }, 'parse error: the body is not JSON', { cause })
  }
}

/** Throws INVALID_REQUEST, or PARAM_INVALID when the parameters are not a list. */
export function readRequest(message: unknown): Request {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw invalidRequest('a request is an object')
  }
  const { jsonrpc, id, method, params } = message as Record<string, unknown>
  if (jsonrpc !== '2.0') throw invalidRequest('"jsonrpc" must be "2.0"')
  if (typeof method !== 'string') throw invalidRequest('"method" must be a string')
  if (id !== undefined && !isRequestId(id)) {
    throw invalidRequest('"id" must be a string, a number or null')
  }
  if (params === undefined || params === null) return { id, method, params: NO_PARAMS }
  if (Array.isArray(params)) return { id, method, params }
  throw new RpcError({ code: 'PARAM_INVALID' }, 'non-array args: "params" must be a list')
}

/** The id to answer with, even if the rest is broken; null when there is none to be read. */
export function idOf(message: unknown): RequestId {
  if (typeof message !== 'object' || message === null) return null
  const { id } = message as { id?: unknown }
  return isRequestId(id) ? id : null
}

/** A well-formed request without an id. */
export function isNotification(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return false
  return 'method' in message && !('id' in message)
}

export function writeResult(id: RequestId, result: unknown): string {
  const json =
    result instanceof JsonText ? result.text : JSON.stringify(result === undefined ? null : result)
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`
}

export function writeError(id: RequestId, error: JsonRpcError): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(error)}}`
}

export function invalidRequest(reason: string): RpcError {
  return new RpcError({ code: 'INVALID_REQUEST' }, `invalid request: ${reason}`)
}

/** Those inside strings count as well: nothing that we read has them there. */
function hasFewTokens(text: string): boolean {
  if (text.length <= JSON_TOKENS_MAX) return true
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isToken = code === COMMA || code === BRACKET || code === BRACE
    if (isToken && ++count > JSON_TOKENS_MAX) return false
  }
  return true
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' || typeof id === 'number' || id === null
}
