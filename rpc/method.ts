/**
 * What a JSON-RPC method is: parameters read by strict parsers, a handler, a line for the docs.
 */
import type { Hex } from '../consensus/types.ts'
import { paramInvalid } from './errors.ts'
import type { Parser } from './params/primitives.ts'

/** Who calls: what limits and rights are counted by. */
export type Client = {
  /** The remote address without a port; limits of filters count by it. */
  readonly address: string
  /** On this machine, and with the bearer token of the data directory. */
  readonly isAdmin: boolean
  /** Set for a WebSocket. */
  readonly socket?: SubscriberSocket
  /** Ids of the subscriptions that this message opens: they begin once it has been answered. */
  readonly opened?: Hex[]
}

/** A client that can be told things. */
export interface SubscriberSocket {
  /** Sends one message, or drops the client when it reads too slowly. */
  send(text: string): void
  /** Closes the connection: the client missed something and must not believe otherwise. */
  drop(reason: string): void
}

export type Param<Value> = {
  readonly name: string
  /** For people: "address", "block". */
  readonly type: string
  readonly isOptional: boolean
  read(value: unknown): Value
}

export type Method = {
  readonly description: string
  readonly params: readonly Param<unknown>[]
  readonly handler: (values: readonly unknown[], client: Client) => unknown
  /** Asks for loopback and the bearer token. */
  readonly isAdmin: boolean
  /** In a batch it may run beside calls of itself; everything else runs in order. */
  readonly isConcurrent: boolean
  /** Bounds itself, instead of by the call time. */
  readonly isUntimed: boolean
}

export type MethodTable = Readonly<Record<string, Method>>

type ValuesOf<Params extends readonly Param<unknown>[]> = {
  readonly [Index in keyof Params]: Params[Index] extends Param<infer Value> ? Value : never
}

type Definition<Params extends readonly Param<unknown>[]> = {
  readonly description: string
  readonly params: Params
  readonly handler: (values: ValuesOf<Params>, client: Client) => unknown
  readonly isAdmin?: boolean
  readonly isConcurrent?: boolean
  readonly isUntimed?: boolean
}

/** Types a method's handler by its parameters. */
export function method<const Params extends readonly Param<unknown>[]>(
  definition: Definition<Params>,
): Method {
  const { description, params, handler } = definition
  return {
    description,
    params,
    // Safe: the values handed in are those that `params` has read, in this order.
    handler: handler as Method['handler'],
    isAdmin: definition.isAdmin ?? false,
    isConcurrent: definition.isConcurrent ?? false,
    isUntimed: definition.isUntimed ?? false,
  }
}

export function required<Value>(name: string, parser: Parser<Value>): Param<Value> {
  return {
    name,
    type: parser.type,
    isOptional: false,
    read(value) {
      if (value === undefined) throw paramInvalid(`missing value for required argument "${name}"`)
      return parser.parse(value, name)
    },
  }
}

/** `null` counts as left out. */
export function optional<Value, Fallback>(
  name: string,
  parser: Parser<Value>,
  fallback: Fallback,
): Param<Value | Fallback> {
  return {
    name,
    type: parser.type,
    isOptional: true,
    read: (value) => (value === undefined || value === null ? fallback : parser.parse(value, name)),
  }
}

/** Reads positional arguments; throws PARAM_INVALID. */
export function readParams(method: Method, raw: readonly unknown[]): readonly unknown[] {
  const { params } = method
  if (raw.length > params.length) {
    throw paramInvalid(`too many arguments, want at most ${params.length}`)
  }
  if (params.length === 0) return raw
  return params.map((param, index) => param.read(raw[index]))
}
