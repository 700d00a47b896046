/**
 * `hanzo-l2/devnet`: devnets for tests of consensus rules, simulated or as processes.
 *
 * Guide: docs/testing-consensus.md. Spec: docs/spec/interface.md, "Library".
 */
import { randomInt } from 'node:crypto'
import { checkOptions, optionBad } from './input/check-options.ts'
import { callingFile, repeatCommand, SEED_VARIABLE } from './repeat-command.ts'
import { SimulatedDevnet } from './simulated-devnet.ts'
import type { CreateDevnetOptions, TestDevnet } from './types.ts'

export type { Address, Hash, Hex } from '../../../consensus/types.ts'
export { DevnetTestError, type DevnetTestErrorType, RpcFailure } from './errors.ts'
export type {
  CrashOptions,
  CreateDevnetOptions,
  DevnetNode,
  Distance,
  RpcProvider,
  StrategyName,
  TestDevnet,
  Violation,
  WireOptions,
} from './types.ts'

const VALIDATORS = 4
/** Seeds that are drawn are below it: short enough to be typed. */
const SEED_BELOW = 1_000_000_000

/** Starts a devnet. Throws {@link DevnetTestError} OPTION_BAD for options that make none. */
export function createDevnet(options: CreateDevnetOptions = {}): Promise<TestDevnet> {
  // Before anything is awaited: the caller is in the stack now.
  return open(options, callingFile())
}

async function open(options: CreateDevnetOptions, file: string | undefined): Promise<TestDevnet> {
  const { validators = VALIDATORS, preset = 'instant', transport = 'simulated' } = options
  checkOptions(options, validators)
  if (transport === 'process') {
    const { ProcessDevnet } = await import('./process-devnet.ts')
    const repeat = repeatCommand(undefined, file)
    return ProcessDevnet.start({ ...options, validators, preset, repeat })
  }
  const seed = options.seed ?? seedOfEnvironment() ?? randomInt(SEED_BELOW)
  const repeat = repeatCommand(options.seed === undefined ? seed : undefined, file)
  return SimulatedDevnet.start({ ...options, validators, preset, seed, repeat })
}

function seedOfEnvironment(): number | undefined {
  const text = process.env[SEED_VARIABLE]
  if (text === undefined || text === '') return undefined
  const seed = Number(text)
  if (!Number.isSafeInteger(seed)) throw optionBad(SEED_VARIABLE, 'it is a whole number')
  return seed
}
