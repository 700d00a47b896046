/**
 * The loop that runs code. Operations are our own; what is rare and intricate (creations,
 * SELFDESTRUCT, BLOCKHASH, transient storage) is left to those of EthereumJS, which work on a frame
 * of their own that is brought in line before and read back after.
 *
 * EthereumJS by itself awaits every operation and analyses code at every call, which is most of
 * the cost of a token transfer. The tests run every operation and random programs through both.
 */
import { EVMError } from '@ethereumjs/evm'
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
  readonly library: (frame: Frame) => Promise<LibraryFrame>
}

/** Runs the frame to its end; returns how it failed, if it did. */
export async function runCode(frame: Frame, modules: RunnerModules): Promise<EVMError | undefined> {
  try {
    await runFrame(frame, modules)
    return frame.end === 'revert' ? new EVMError(EVMError.errorMessages.REVERT) : undefined
  } catch (error) {
    if (!(error instanceof EVMError)) throw error
    // The library's operations end a frame by an exception, also where nothing failed.
    return error.error === EVMError.errorMessages.STOP ? undefined : error
  }
}

async function runFrame(frame: Frame, { pace, library }: RunnerModules): Promise<void> {
  const { code } = frame.analysis
  // Frames that end too soon to look by themselves can be as many as gas allows.
  if (pace.isDue) await pace.check()
  let lookAtGas = frame.gas - GAS_PER_LOOK
  let libraryFrame: LibraryFrame | undefined
  while (frame.pc < code.length && frame.end === undefined) {
    if (frame.gas < lookAtGas) {
      lookAtGas = frame.gas - GAS_PER_LOOK
      if (pace.isDue) await pace.check()
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
      if (waiting === undefined) frame.pc += 1
      else await waiting
      continue
    }
    const call = CALL_KINDS[opcode]
    if (call === undefined) {
      libraryFrame ??= await library(frame)
      await libraryFrame.run(opcode)
      continue
    }
    if (frame.size < call.takes) throw stackUnderflow()
    frame.pc += 1
    await runCallOperation(frame, call)
  }
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
