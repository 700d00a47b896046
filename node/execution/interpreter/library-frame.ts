/**
 * A frame of EthereumJS beside one of ours, for the operations that are left to it. Before each it
 * is given what the frame is, and afterwards the frame takes over what it became.
 *
 * The package does not export the class; an operation of our own, which is handed its
 * interpreter, tells us what it is.
 */
import { createEVM, type EVM, EVMError, type EVMOpts, type Log } from '@ethereumjs/evm'
import { Account, type Address, createZeroAddress } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { EvmBlock } from '../evm/block-context.ts'
import { type Frame, outOfGas } from './frame.ts'

/** An operation as the library looks it up. */
export type LibraryOperation = {
  readonly opcodeInfo: {
    readonly feeBigInt: bigint
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

/** A frame's changing state, as the library's operations use it. */
type RunState = {
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

interface Interpreter {
  readonly _runState: RunState
  readonly _env: { contract: Account }
  readonly _result: {
    logs: Log[]
    selfdestruct: Map<`0x${string}`, `0x${string}`>
    createdAddresses?: Set<`0x${string}`>
  }
  useGas(amount: bigint, context: unknown): void
}

export class LibraryFrame {
  readonly #frame: Frame
  readonly #evm: EVM
  readonly #operations: readonly (LibraryOperation | undefined)[]
  readonly #interpreter: Interpreter

  /** `environment` is the library's, but for the account, which is set before each operation. */
  constructor(
    frame: Frame,
    evm: EVM,
    operations: readonly (LibraryOperation | undefined)[],
    environment: object,
  ) {
    this.#frame = frame
    this.#evm = evm
    this.#operations = operations
    const { message } = frame
    this.#interpreter = new LibraryInterpreter(
      evm,
      evm.stateManager,
      evm.blockchain,
      { ...environment, contract: new Account() },
      message.gasLimit,
      evm.journal,
    )
    const { _result: result, _runState: runState } = this.#interpreter
    runState.code = frame.analysis.code
    if (message.selfdestruct) result.selfdestruct = message.selfdestruct
    if (message.createdAddresses) result.createdAddresses = message.createdAddresses
  }

  /** One operation as the library runs it: dynamic gas, gas, then the operation. */
  async run(opcode: number): Promise<void> {
    const { _runState: runState } = this.#interpreter
    const operation = this.#operations[opcode]
    if (operation === undefined || operation.opcodeInfo.isInvalid) {
      throw new EVMError(EVMError.errorMessages.INVALID_OPCODE)
    }
    // The dynamic gas of SELFDESTRUCT reads an account: not for a frame that can't even begin.
    if (this.#frame.gas < Number(operation.opcodeInfo.feeBigInt)) throw outOfGas()
    this.#give(opcode)
    const { opcodeInfo, opHandler, gasHandler } = operation
    const { common } = this.#evm
    try {
      let gas = opcodeInfo.feeBigInt
      if (opcodeInfo.dynamicGas) gas = await gasHandler(runState, gas, common)
      this.#interpreter.useGas(gas, opcodeInfo)
      runState.programCounter += 1
      await opHandler(runState, common)
    } finally {
      // SELFDESTRUCT ends its frame by an exception, and its gas counts.
      this.#take()
    }
    // Not after a failure: what was not paid for can be of any size.
    const { memory, memoryWordCount, highestMemCost } = runState
    this.#frame.adoptMemory(memory._store, Number(memoryWordCount), Number(highestMemCost))
  }

  #give(opcode: number): void {
    const frame = this.#frame
    const { _runState: runState, _env: environment, _result: result } = this.#interpreter
    runState.opCode = opcode
    runState.programCounter = frame.pc
    runState.gasLeft = BigInt(frame.gas)
    runState.gasRefund = frame.refund
    runState.stack._store = frame.stack
    runState.stack._len = frame.size
    runState.memory._store = frame.memory
    runState.memoryWordCount = BigInt(frame.memoryWords)
    runState.highestMemCost = BigInt(frame.memoryGas)
    runState.returnBytes = frame.returned
    result.logs = frame.logs
    const { current } = frame.account
    environment.contract = current
      ? new Account(current.nonce, current.balance, current.storageRoot, current.codeHash)
      : new Account()
  }

  #take(): void {
    const frame = this.#frame
    const { _runState: runState, _result: result } = this.#interpreter
    frame.pc = runState.programCounter
    frame.gas = Number(runState.gasLeft)
    frame.refund = runState.gasRefund
    frame.size = runState.stack._len
    frame.returned = runState.returnBytes
    frame.logs = result.logs
  }
}

/** What the library knows of a frame, in its words. */
export function libraryEnvironment(
  { message, analysis }: Frame,
  { gasPrice, origin }: { readonly gasPrice: bigint; readonly origin: Address },
  block: EvmBlock,
): object {
  return {
    address: message.to ?? createZeroAddress(),
    caller: message.caller,
    callData: message.data,
    callValue: message.value,
    code: analysis.code,
    isStatic: message.isStatic,
    isCreate: 'isCreate' in message && message.isCreate === true,
    depth: message.depth,
    gasPrice,
    origin,
    block,
    codeAddress: message.codeAddress,
    gasRefund: message.gasRefund,
    blobVersionedHashes: message.blobVersionedHashes ?? [],
    createdAddresses: message.createdAddresses,
  }
}

const PROBE = 0x0c

const LibraryInterpreter = await findInterpreterClass()

async function findInterpreterClass(): Promise<new (...args: readonly unknown[]) => Interpreter> {
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
  return found as new (
    ...args: readonly unknown[]
  ) => Interpreter
}
