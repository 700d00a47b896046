/**
 * EthereumJS's EVM with our loop in place of its interpreter's. While somebody watches single
 * steps, its own loop runs instead: tracers see exactly what they would see there.
 */
import { EVM, type EVMOpts, NobleBN254 } from '@ethereumjs/evm'
import { Account, createZeroAddress } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { StateOverlay } from '../../state/overlay.ts'
import { type RunnerModules, runCode } from '../interpreter/code-runner.ts'
import {
  type Interpreter,
  LibraryInterpreter,
  type OperationEntry,
} from '../interpreter/library.ts'
import { Pace } from '../interpreter/pace.ts'

type FrameMessage = Parameters<EVM['_executeCreate']>[0]
type FrameOptions = Parameters<EVM['runInterpreter']>[1]
type FrameResult = Awaited<ReturnType<EVM['runInterpreter']>>

const NO_BYTES = new Uint8Array(0)

export class ChainEvm extends EVM {
  /** When code that runs gives way, and when it is cut off. */
  readonly pace = new Pace()
  readonly #modules: RunnerModules

  constructor(options: Omit<EVMOpts, 'bn254'>, overlay: StateOverlay) {
    super({ ...options, bn254: new NobleBN254() })
    const opcodes = this._opcodeMap as unknown as readonly OperationEntry[]
    this.#modules = { overlay, opcodes, pace: this.pace }
  }

  protected override async runInterpreter(
    message: FrameMessage,
    options: FrameOptions = {},
  ): Promise<FrameResult> {
    if (this.events.listenerCount('step') > 0) return super.runInterpreter(message, options)
    const interpreter = await this.#interpreterOf(message)
    const { code } = message
    assert(code instanceof Uint8Array, 'native code does not come to the interpreter')
    const exceptionError = await runCode(interpreter, code, this.#modules)
    const { _runState: runState } = interpreter
    const { returnValue = NO_BYTES, ...result } = interpreter._result
    const shared = { returnValue, gasRefund: runState.gasRefund, stateGasSpilled: 0n }
    if (exceptionError === undefined) {
      const executionGasUsed = message.gasLimit - runState.gasLeft
      return { ...result, ...shared, executionGasUsed }
    }
    const isRevert = exceptionError.error === 'revert'
    const executionGasUsed = isRevert ? message.gasLimit - runState.gasLeft : message.gasLimit
    const nothing = { logs: [], selfdestruct: new Map(), createdAddresses: new Set<never>() }
    return { ...nothing, ...shared, executionGasUsed, exceptionError }
  }

  /** The frame as the library would set it up. */
  async #interpreterOf(message: FrameMessage): Promise<Interpreter> {
    const { _tx: tx, _block: block } = this
    assert(tx !== undefined && block !== undefined, 'a frame runs within a call')
    const address = message.to ?? createZeroAddress()
    const contract = (await this.stateManager.getAccount(address)) ?? new Account()
    const environment = {
      address,
      caller: message.caller,
      callData: message.data,
      callValue: message.value,
      code: message.code,
      isStatic: message.isStatic,
      isCreate: 'isCreate' in message && message.isCreate === true,
      depth: message.depth,
      gasPrice: tx.gasPrice,
      origin: tx.origin,
      block,
      contract,
      codeAddress: message.codeAddress,
      gasRefund: message.gasRefund,
      blobVersionedHashes: message.blobVersionedHashes ?? [],
      createdAddresses: message.createdAddresses,
    }
    const interpreter = new LibraryInterpreter(
      this,
      this.stateManager,
      this.blockchain,
      environment,
      message.gasLimit,
      this.journal,
    )
    const result = interpreter._result
    if (message.selfdestruct) result.selfdestruct = message.selfdestruct
    if (message.createdAddresses) result.createdAddresses = message.createdAddresses
    return interpreter
  }
}
