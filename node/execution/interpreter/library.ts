/**
 * The parts of EthereumJS's interpreter that ours works with. The package does not export the
 * class; an operation of our own, which is handed its interpreter, tells us what it is.
 */
import { createEVM, type EVM, type EVMOpts, type ExecResult, type Log } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'

/** A frame's changing state, as the library's operations use it. */
export type RunState = {
  code: Uint8Array
  programCounter: number
  opCode: number
  gasLeft: bigint
  gasRefund: bigint
  memoryWordCount: bigint
  highestMemCost: bigint
  returnBytes: Uint8Array
  readonly stack: { _store: bigint[]; _len: number }
  readonly memory: { _store: Uint8Array }
}

/** A frame of the library. */
export interface Interpreter {
  readonly _evm: EVM
  readonly _runState: RunState
  readonly _env: {
    readonly address: Address
    readonly caller: Address
    readonly callData: Uint8Array
    readonly callValue: bigint
    readonly isStatic: boolean
  }
  readonly _result: { logs: Log[]; returnValue?: Uint8Array } & Pick<
    ExecResult,
    'selfdestruct' | 'createdAddresses'
  >
  useGas(amount: bigint, context: unknown): void
}

/** An operation as the library looks it up. */
export type OperationEntry = {
  readonly opcodeInfo: {
    readonly feeBigInt: bigint
    readonly isAsync: boolean
    readonly dynamicGas: boolean
    readonly isInvalid: boolean
  }
  readonly opHandler: (runState: RunState, common: EVM['common']) => Promise<void> | void
  readonly gasHandler: (
    runState: RunState,
    gas: bigint,
    common: EVM['common'],
  ) => Promise<bigint> | bigint
}

/** EIP-2929's record of what was accessed: hex without 0x, by address the slots. */
export type WarmJournal = Pick<EVM['journal'], 'addWarmedAddress' | 'addWarmedStorage'> & {
  readonly journal: ReadonlyMap<string, ReadonlySet<string>>
  readonly alwaysWarmJournal: ReadonlyMap<string, ReadonlySet<string>>
}

type InterpreterClass = new (...args: readonly unknown[]) => Interpreter

const PROBE = 0x0c

/** EthereumJS's interpreter class. */
export const LibraryInterpreter = await findInterpreterClass()

async function findInterpreterClass(): Promise<InterpreterClass> {
  let found: unknown
  const probe: NonNullable<EVMOpts['customOpcodes']>[number] = {
    opcode: PROBE,
    opcodeName: 'PROBE',
    baseFee: 0,
    logicFunction: ({ interpreter }) => {
      found = interpreter.constructor
    },
  }
  const evm = await createEVM({ customOpcodes: [probe] })
  await evm.runCode({ code: Uint8Array.of(PROBE), gasLimit: 1n })
  assert(typeof found === 'function', 'an operation is handed the interpreter that runs it')
  return found as InterpreterClass
}
