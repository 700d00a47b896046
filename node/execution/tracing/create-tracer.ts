/** Tracers by geth's names, with their configuration checked. */

import type { TraceBudget } from './trace-budget.ts'
import { TracerError } from './trace-error.ts'
import { ECHO_CHARS_MAX, type TraceOptions, type TracerConfig } from './trace-options.ts'
import type { Tracer } from './tracer.ts'
import { CallTracer } from './tracers/call-tracer.ts'
import { FlatCallTracer } from './tracers/flat-call-tracer.ts'
import { FourByteTracer } from './tracers/four-byte-tracer.ts'
import { MuxTracer } from './tracers/mux-tracer.ts'
import { PrestateTracer } from './tracers/prestate-tracer.ts'
import { StructLogger } from './tracers/struct-logger.ts'

/** Tracers in one `muxTracer`, those in a mux within it included. */
const MUX_TRACERS_MAX = 16

type Create = (config: TracerConfig, budget: TraceBudget) => Tracer

const TRACERS: Readonly<Record<string, Create>> = {
  callTracer: (config, budget) =>
    new CallTracer(flagsOf(config, ['onlyTopCall', 'withLog']), budget),
  prestateTracer: createPrestateTracer,
  '4byteTracer': (_, budget) => new FourByteTracer(budget),
  noopTracer: () => ({ result: () => ({}) }),
  flatCallTracer: (config, budget) =>
    new FlatCallTracer(flagsOf(config, ['convertParityErrors', 'includePrecompiles']), budget),
  muxTracer: (config, budget) => createMux(config, budget, { left: MUX_TRACERS_MAX }),
}

/** Throws a {@link TracerError} when there is no such tracer, or not so configured. */
export function createTracer(options: TraceOptions, budget: TraceBudget): Tracer {
  const { tracer, tracerConfig = {} } = options
  if (tracer === undefined || tracer === '') return new StructLogger(options, budget)
  return createNamed(tracer, tracerConfig, budget)
}

function createNamed(name: string, config: TracerConfig, budget: TraceBudget): Tracer {
  if (!Object.hasOwn(TRACERS, name)) throw unknownTracer(name)
  const create = TRACERS[name]
  if (create === undefined) throw unknownTracer(name)
  return create(config, budget)
}

function createPrestateTracer(config: TracerConfig, budget: TraceBudget): Tracer {
  const flags = flagsOf(config, ['diffMode', 'disableCode', 'disableStorage', 'includeEmpty'])
  if (flags.diffMode === true && flags.includeEmpty === true) {
    throw configInvalid('cannot use diffMode with includeEmpty')
  }
  return new PrestateTracer(flags, budget)
}

function createMux(config: TracerConfig, budget: TraceBudget, room: { left: number }): Tracer {
  const entries = Object.entries(config)
  room.left -= entries.length
  if (room.left < 0) throw configInvalid(`muxTracer runs at most ${MUX_TRACERS_MAX} tracers`)
  return new MuxTracer(
    entries.map(([name, inner]) => {
      const innerConfig = objectOf(inner, name)
      const tracer =
        name === 'muxTracer'
          ? createMux(innerConfig, budget, room)
          : createNamed(name, innerConfig, budget)
      return [name, tracer] as const
    }),
  )
}

/** The named members, which must be true or false; others are ignored, as in geth. */
function flagsOf<Name extends string>(
  config: TracerConfig,
  names: readonly Name[],
): { readonly [Key in Name]?: boolean } {
  const flags: { [Key in Name]?: boolean } = {}
  for (const name of names) {
    const value = config[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'boolean') throw configInvalid(`"${name}" must be true or false`)
    flags[name] = value
  }
  return flags
}

function objectOf(value: unknown, name: string): TracerConfig {
  if (value === null || value === undefined) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as TracerConfig
  throw configInvalid(`the configuration of "${name}" must be an object`)
}

function configInvalid(message: string): TracerError {
  return new TracerError({ code: 'CONFIG_INVALID' }, message)
}

function unknownTracer(name: string): TracerError {
  const echo = name.length > ECHO_CHARS_MAX ? `${name.slice(0, ECHO_CHARS_MAX)}...` : name
  const known = Object.keys(TRACERS).join(', ')
  return new TracerError(
    { code: 'TRACER_UNKNOWN', name: echo },
    `tracer not found: ${echo}; there are ${known}; tracers in JavaScript are not supported`,
  )
}
