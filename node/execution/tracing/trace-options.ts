/** What a caller asks of a trace: geth's `TraceConfig`. */
import type { Overrides } from '../call-types.ts'
import type { StructLogOptions } from './tracers/struct-logger.ts'

export type TracerConfig = Readonly<Record<string, unknown>>

/** Without a tracer: struct logs, with their options. */
export type TraceOptions = StructLogOptions & {
  readonly tracer?: string
  readonly tracerConfig?: TracerConfig
}

export type TraceCallOptions = TraceOptions & {
  readonly overrides?: Overrides
  /** Runs before the transaction at this place of the block, not after all of them. */
  readonly index?: number
  /** Gas of a message that names none, and at most. */
  readonly gasCap?: bigint
}

/** Characters of a caller's own words that an error repeats. */
export const ECHO_CHARS_MAX = 80
