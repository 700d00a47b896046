/**
 * The loop that runs code: operations of our own as long as nothing has to be waited for, and
 * EthereumJS's for the rest (calls, creations, state that is not in memory yet). Both work on one
 * RunState, which the frame and the library hand to each other.
 *
 * EthereumJS by itself awaits every operation and analyses code at every call; for a transfer of
 * the ERC-20 facade this is most of the cost. The tests run random programs through both.
 */
import { EVMError } from '@ethereumjs/evm'
import { bytesToBigInt } from '@ethereumjs/util'
import type { StateOverlay } from '../../state/overlay.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { analyseCode } from './code-analysis.ts'
import { Frame, STACK_WORDS_MAX } from './frame.ts'
import type { Interpreter, OperationEntry, WarmJournal } from './library.ts'
import { MEMORY_AND_DATA } from './memory-and-data.ts'
import type { Operation } from './operation.ts'
import type { Pace } from './pace.ts'
import { STACK_AND_FLOW } from './stack-and-flow.ts'
import { type Attempt, STATE_ACCESS } from './state-access.ts'

/** Operations between two looks at the clock: some tens of microseconds. */
const OPERATIONS_PER_LOOK = 1_024

const OPERATIONS: readonly (Operation | undefined)[] = tableOf(
  ...ARITHMETIC,
  ...MEMORY_AND_DATA,
  ...STACK_AND_FLOW,
)
const ATTEMPTS: readonly (Attempt | undefined)[] = tableOf(...STATE_ACCESS)

export type RunnerModules = {
  readonly overlay: StateOverlay
  readonly opcodes: readonly (OperationEntry | undefined)[]
  readonly pace: Pace
}

/** Runs `code` in the frame that `interpreter` was made for; the way it ended if it failed. */
export async function runCode(
  interpreter: Interpreter,
  code: Uint8Array,
  modules: RunnerModules,
): Promise<EVMError | undefined> {
  const runState = interpreter._runState
  runState.code = code
  const frame = openFrame(interpreter, code, modules.overlay)
  let exceptionError: EVMError | undefined
  try {
    await runFrame(frame, interpreter, modules)
    if (frame.end === 'revert') exceptionError = new EVMError(EVMError.errorMessages.REVERT)
  } catch (error) {
    if (!(error instanceof EVMError)) throw error
    // STOP by way of an exception is how the library's own operations end a frame.
    if (error.error !== EVMError.errorMessages.STOP) exceptionError = error
  }
  if (frame.output !== undefined) interpreter._result.returnValue = frame.output
  writeBack(frame, interpreter)
  return exceptionError
}

async function runFrame(
  frame: Frame,
  interpreter: Interpreter,
  modules: RunnerModules,
): Promise<void> {
  const { code } = frame.analysis
  let untilLook = OPERATIONS_PER_LOOK
  while (frame.pc < code.length && frame.end === undefined) {
    if (--untilLook === 0) {
      untilLook = OPERATIONS_PER_LOOK
      if (modules.pace.isDue()) await modules.pace.giveWay()
    }
    const opcode = code[frame.pc] ?? 0
    const operation = OPERATIONS[opcode]
    if (operation !== undefined) {
      if (frame.size < operation.takes) throw new EVMError(EVMError.errorMessages.STACK_UNDERFLOW)
      if (frame.size + operation.grows > STACK_WORDS_MAX) {
        throw new EVMError(EVMError.errorMessages.STACK_OVERFLOW)
      }
      frame.useGas(operation.gas)
      frame.pc += 1
      operation.run(frame)
    } else if (ATTEMPTS[opcode]?.(frame) === true) frame.pc += 1
    else await runByLibrary(frame, interpreter, opcode, modules)
  }
}

/** One operation as EthereumJS runs it: dynamic gas, gas, then the operation. */
async function runByLibrary(
  frame: Frame,
  interpreter: Interpreter,
  opcode: number,
  { opcodes }: RunnerModules,
): Promise<void> {
  const runState = interpreter._runState
  const entry = opcodes[opcode]
  if (entry === undefined || entry.opcodeInfo.isInvalid) {
    throw new EVMError(EVMError.errorMessages.INVALID_OPCODE)
  }
  writeBack(frame, interpreter)
  runState.opCode = opcode
  const { opcodeInfo, opHandler, gasHandler } = entry
  const { common } = interpreter._evm
  let gas = opcodeInfo.feeBigInt
  if (opcodeInfo.dynamicGas) gas = await gasHandler(runState, gas, common)
  interpreter.useGas(gas, opcodeInfo)
  runState.programCounter += 1
  if (opcodeInfo.isAsync) await opHandler(runState, common)
  else opHandler(runState, common)
  readBack(frame, interpreter)
}

function openFrame(interpreter: Interpreter, code: Uint8Array, overlay: StateOverlay): Frame {
  const { _env: env, _evm: evm, _runState: runState, _result: result } = interpreter
  const environment = {
    address: bytesToBigInt(env.address.bytes),
    caller: bytesToBigInt(env.caller.bytes),
    value: env.callValue,
    data: env.callData,
    isStatic: env.isStatic,
  }
  const host = {
    overlay,
    // The maps are private to the library; going through its methods makes strings each time.
    journal: evm.journal as unknown as WarmJournal,
    address: env.address.toString(),
    addressBytes: env.address.bytes,
    logs: result.logs,
    refund: runState.gasRefund,
  }
  const { stack, memory, gasLeft } = runState
  const gas = Number(gasLeft)
  return new Frame(analyseCode(code), environment, host, stack._store, memory._store, gas)
}

/** Hands the frame to the library. */
function writeBack(frame: Frame, { _runState: runState }: Interpreter): void {
  runState.gasLeft = BigInt(frame.gas > 0 ? frame.gas : 0)
  runState.gasRefund = frame.host.refund
  runState.programCounter = frame.pc
  runState.stack._len = frame.size
  runState.memory._store = frame.memory
  runState.memoryWordCount = BigInt(frame.memoryWords)
  runState.highestMemCost = BigInt(frame.memoryGas)
}

/** And takes it back. */
function readBack(frame: Frame, { _runState: runState, _result: result }: Interpreter): void {
  frame.gas = Number(runState.gasLeft)
  frame.host.refund = runState.gasRefund
  frame.host.logs = result.logs
  frame.pc = runState.programCounter
  frame.size = runState.stack._len
  frame.adoptMemory(runState.memory._store)
  frame.memoryWords = Number(runState.memoryWordCount)
  frame.memoryGas = Number(runState.highestMemCost)
  frame.returned = runState.returnBytes
}

function tableOf<Item>(...entries: readonly (readonly [number, Item])[]): (Item | undefined)[] {
  const table: (Item | undefined)[] = Array.from({ length: 256 }, () => undefined)
  for (const [opcode, item] of entries) table[opcode] = item
  return table
}
