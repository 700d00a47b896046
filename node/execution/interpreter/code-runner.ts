/**
 * The loop that runs code. Operations are our own; what is rare and intricate (creations,
 * SELFDESTRUCT, BLOCKHASH, transient storage) is left to those of EthereumJS, which work on a frame
 * of their own that is brought in line before and read back after.
 *
 * EthereumJS by itself awaits every operation and analyses code at every call, which is most of
 * the cost of a token transfer. The tests run every operation and random programs through both.
 */
import { EVMError } from '@ethereumjs/evm'
import type { Soon } from '../../state/soon.ts'
import type { Pace } from '../evm/pace.ts'
import { type Frame, STACK_WORDS_MAX } from './frame.ts'
import type { LibraryFrame } from './library-frame.ts'
import { ARITHMETIC } from './operations/arithmetic.ts'
import { CALLS, runCallOperation } from './operations/calls.ts'
import { ENVIRONMENT } from './operations/environment.ts'
import { MEMORY_AND_DATA } from './operations/memory-and-data.ts'
import type { Operation } from './operations/operation.ts'
import { STACK_AND_FLOW } from './operations/stack-and-flow.ts'
import { STATE_ACCESS } from './operations/state-access.ts'

/**
 * Gas between two looks at the clock, which what a frame calls counts towards: tenths of a
 * millisecond of most operations, and no more than two of any (EXP).
 */
const GAS_PER_LOOK = 20_000

const OPERATIONS: readonly (Operation | undefined)[] = tableOf(
  ...ARITHMETIC,
  ...ENVIRONMENT,
  ...MEMORY_AND_DATA,
  ...STACK_AND_FLOW,
)
const ATTEMPTS = tableOf(...STATE_ACCESS)
const CALL_KINDS = tableOf(...CALLS)

export type RunnerModules = {
  readonly pace: Pace
  /** Made when the first operation needs it. */
  readonly library: (frame: Frame) => LibraryFrame
}

/** How a frame failed, if it did. */
type End = EVMError | undefined

/** Runs the frame to its end, at once as far as nothing has to be waited for. */
export function runCode(frame: Frame, modules: RunnerModules): Soon<End> {
  try {
    const waiting = runOn(frame, modules)
    return waiting === undefined ? endOf(frame) : runAfter(waiting, frame, modules)
  } catch (error) {
    return failureOf(error)
  }
}

async function runAfter(
  first: Promise<unknown>,
  frame: Frame,
  modules: RunnerModules,
): Promise<End> {
  try {
    let waiting: Promise<unknown> | undefined = first
    while (waiting !== undefined) {
      await waiting
      waiting = runOn(frame, modules)
    }
    return endOf(frame)
  } catch (error) {
    return failureOf(error)
  }
}

function endOf(frame: Frame): End {
  return frame.end === 'revert' ? new EVMError(EVMError.errorMessages.REVERT) : undefined
}

function failureOf(error: unknown): End {
  if (!(error instanceof EVMError)) throw error
  // The library's operations end a frame by an exception, also where nothing failed.
  return error.error === EVMError.errorMessages.STOP ? undefined : error
}

/** Runs on from where the frame stands; returns what it waits for, or nothing at its end. */
function runOn(frame: Frame, { pace, library }: RunnerModules): Promise<unknown> | undefined {
  const { code } = frame.analysis
  while (frame.pc < code.length && frame.end === undefined) {
    // At the first operation as well: frames that end too soon to look can be many.
    if (frame.gas < frame.lookAtGas) {
      frame.lookAtGas = frame.gas - GAS_PER_LOOK
      if (pace.isDue) return pace.check()
    }
    const opcode = code[frame.pc] ?? 0
    const operation = OPERATIONS[opcode]
    if (operation !== undefined) {
      if (frame.size < operation.takes) throw stackUnderflow()
      if (frame.size + operation.grows > STACK_WORDS_MAX) throw stackOverflow()
      frame.useGas(operation.gas)
      frame.pc += 1
      operation.run(frame)
      continue
    }
    const attempt = ATTEMPTS[opcode]
    if (attempt !== undefined) {
      if (frame.size < attempt.takes) throw stackUnderflow()
      const waiting = attempt.run(frame)
      if (waiting !== undefined) return waiting
      frame.pc += 1
      continue
    }
    const call = CALL_KINDS[opcode]
    if (call === undefined) {
      frame.library ??= library(frame)
      return frame.library.run(opcode)
    }
    if (frame.size < call.takes) throw stackUnderflow()
    const waiting = runCallOperation(frame, call)
    if (waiting !== undefined) return waiting
  }
  return undefined
}

function stackUnderflow(): EVMError {
  return new EVMError(EVMError.errorMessages.STACK_UNDERFLOW)
}

function stackOverflow(): EVMError {
  return new EVMError(EVMError.errorMessages.STACK_OVERFLOW)
}

function tableOf<Item>(...entries: readonly (readonly [number, Item])[]): (Item | undefined)[] {
  const table: (Item | undefined)[] = Array.from({ length: 256 }, () => undefined)
  for (const [opcode, item] of entries) table[opcode] = item
  return table
}
