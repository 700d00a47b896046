/** `TraceConfig` and `TraceCallConfig`: geth's objects of the tracing methods. */
import type { TraceCallOptions, TraceOptions } from '../../node/execution/tracing/trace-options.ts'
import { paramInvalid } from '../errors.ts'
import { ECHO_CHARS_MAX } from '../limits.ts'
import { defined } from '../params/call.ts'
import { blockOverride, stateOverride } from '../params/overrides.ts'
import {
  bool,
  count,
  index,
  type JsonObject,
  member,
  objectAt,
  type Parser,
  text,
} from '../params/primitives.ts'

export type TraceConfig = {
  readonly options: TraceOptions
  /** The caller's own limit; undefined: the server's alone. */
  readonly timeoutMs: number | undefined
}

export type TraceCallConfig = {
  readonly options: TraceCallOptions
  readonly timeoutMs: number | undefined
}

/** Milliseconds of Go's units. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const DURATION_CHARS_MAX = 64

/** A duration as Go writes it: 300ms, 1.5s, 1m30s. */
export const duration: Parser<number> = {
  type: 'duration',
  parse(value, path) {
    const parts = typeof value === 'string' ? partsOf(value) : undefined
    if (parts !== undefined) return parts.reduce((sum, part) => sum + part, 0)
    const echo = JSON.stringify(value)?.slice(0, ECHO_CHARS_MAX) ?? 'nothing'
    throw paramInvalid(`invalid argument "${path}": want a duration such as 5s, got ${echo}`)
  },
}

export const traceConfig: Parser<TraceConfig> = {
  type: 'trace config',
  parse(value, path) {
    const object = objectAt(value, path)
    return { options: readOptions(object, path), timeoutMs: readTimeout(object, path) }
  },
}

export const traceCallConfig: Parser<TraceCallConfig> = {
  type: 'trace call config',
  parse(value, path) {
    const object = objectAt(value, path)
    const accounts = member(object, path, 'stateOverrides', stateOverride)
    const block = member(object, path, 'blockOverrides', blockOverride)
    const options = {
      ...readOptions(object, path),
      overrides: { ...defined('accounts', accounts), ...defined('block', block) },
      ...defined('index', member(object, path, 'txIndex', index)),
    }
    return { options, timeoutMs: readTimeout(object, path) }
  },
}

export const NO_TRACE_CONFIG: TraceConfig = { options: {}, timeoutMs: undefined }

/** `reexec` and `debug` mean nothing here: every state is kept, and nothing is printed. */
function readOptions(object: JsonObject, path: string): TraceOptions {
  const config = object['tracerConfig']
  const isNone = config === undefined || config === null
  return {
    ...defined('disableStack', member(object, path, 'disableStack', bool)),
    ...defined('disableStorage', member(object, path, 'disableStorage', bool)),
    ...defined('enableMemory', member(object, path, 'enableMemory', bool)),
    ...defined('enableReturnData', member(object, path, 'enableReturnData', bool)),
    ...defined('limit', member(object, path, 'limit', count)),
    ...defined('tracer', member(object, path, 'tracer', text)),
    ...defined('tracerConfig', isNone ? undefined : objectAt(config, `${path}.tracerConfig`)),
  }
}

function readTimeout(object: JsonObject, path: string): number | undefined {
  return member(object, path, 'timeout', duration)
}

/** undefined: not a duration. */
function partsOf(value: string): readonly number[] | undefined {
  if (value === '0') return [0]
  if (value.length === 0 || value.length > DURATION_CHARS_MAX) return undefined
  const pattern = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y
  const parts: number[] = []
  while (pattern.lastIndex < value.length) {
    const [, amount, unit = ''] = pattern.exec(value) ?? []
    if (amount === undefined) return undefined
    parts.push(Number(amount) * (UNIT_MS[unit] ?? 0))
  }
  return parts
}
