/**
 * What can fail in the network in ways a caller may expect. `p2p` imports nothing of ours, so it
 * carries its own copy of the coded error; a broken assumption is an `assert`.
 */

export type NetworkErrorType =
  /** The identity file exists and holds no Ed25519 key: an operator has to look. */
  | { readonly code: 'IDENTITY_FILE_BAD'; readonly path: string; readonly reason: string }
  | { readonly code: 'OPTIONS_BAD'; readonly option: string; readonly reason: string }
  | { readonly code: 'LISTEN_FAILED'; readonly host: string; readonly port: number }
  /** The pinned gossipsub no longer has a member that we rely on. */
  | { readonly code: 'GOSSIPSUB_CHANGED'; readonly member: string }
  | { readonly code: 'NETWORK_STOPPED' }
  | { readonly code: 'TOPIC_UNKNOWN'; readonly topic: string }
  | {
      readonly code: 'MESSAGE_TOO_BIG'
      readonly topic: string
      readonly bytes: number
      readonly bytesMax: number
    }
  | { readonly code: 'DIAL_FAILED'; readonly address: string }
  | { readonly code: 'REQUEST_UNKNOWN'; readonly name: string }
  | {
      readonly code: 'REQUEST_TOO_BIG'
      readonly name: string
      readonly bytes: number
      readonly bytesMax: number
    }
  | { readonly code: 'REQUEST_ABORTED'; readonly name: string }
  | { readonly code: 'PEER_NOT_CONNECTED'; readonly peer: string }
  /** The peer was too slow: transient, charged lightly. */
  | {
      readonly code: 'REPLY_TIMEOUT'
      readonly peer: string
      readonly name: string
      readonly timeoutMs: number
    }
  /** The peer broke the form of a reply: charged. */
  | {
      readonly code: 'REPLY_MALFORMED'
      readonly peer: string
      readonly name: string
      readonly reason: string
    }
  /** The peer does not know this request, and will not until it is another program. */
  | { readonly code: 'PROTOCOL_UNSUPPORTED'; readonly peer: string; readonly name: string }
  /** The stream or its connection broke: transient, nobody's fault. */
  | {
      readonly code: 'STREAM_FAILED'
      readonly peer: string
      readonly name: string
      readonly reason: string
    }

/** An expected failure, told by `type.code`; the message is for people. */
export class CodedError<Type extends { readonly code: string }> extends Error {
  readonly type: Type

  constructor(type: Type, message: string = type.code, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.type = type
  }
}

export class NetworkError extends CodedError<NetworkErrorType> {}

/** A broken assumption of our own: the process should not go on with it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws {@link AssertionError} unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** What went wrong, for a log line, of anything that was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
