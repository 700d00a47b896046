/** What goes wrong with a devnet under test, in sentences that say how to repeat it. */
import { CodedError } from '../../../consensus/errors.ts'

export type DevnetTestErrorType =
  /** It did not come: a rule that keeps the chain alive is broken, or a fault is on. */
  | { readonly code: 'STALLED'; readonly waitedFor: string; readonly repeat: string }
  /** This transport has no such fault. */
  | { readonly code: 'NOT_POSSIBLE'; readonly what: string }
  | { readonly code: 'NODE_DOWN'; readonly node: number }
  | { readonly code: 'OPTION_BAD'; readonly option: string; readonly reason: string }
  | { readonly code: 'ARGUMENT_BAD'; readonly argument: string; readonly reason: string }
  /** It was ended by `close`. */
  | { readonly code: 'CLOSED' }

export class DevnetTestError extends CodedError<DevnetTestErrorType> {}

/** An answer of JSON-RPC that is an error, as EIP-1193 has it. */
export class RpcFailure extends Error {
  readonly code: number
  readonly data: unknown

  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(message)
    this.name = 'RpcFailure'
    this.code = code
    this.data = data
  }
}

export function closed(): DevnetTestError {
  return new DevnetTestError({ code: 'CLOSED' }, 'The devnet is closed.')
}

/** Throws what the answer to a request says. */
export function resultOf(answer: unknown): unknown {
  const { error, result } = answer as {
    error?: ConstructorParameters<typeof RpcFailure>[0]
    result?: unknown
  }
  if (error !== undefined) throw new RpcFailure(error)
  return result
}

export function stalled(
  waitedFor: string,
  repeat: string,
  lines: readonly string[],
): DevnetTestError {
  const sentence = `Waited in vain for ${waitedFor}.\n${lines.join('\n')}\nRepeat it: ${repeat}`
  return new DevnetTestError({ code: 'STALLED', waitedFor, repeat }, sentence)
}
