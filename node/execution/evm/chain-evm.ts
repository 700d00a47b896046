/**
 * EthereumJS's EVM with calls and code run by our own loop, on the overlay directly. Creations,
 * precompiles and a few rare operations stay the library's. While somebody listens to messages or
 * steps, and under forks before Osaka, everything is the library's: tracers see exactly what they
 * would see there.
 */
import {
  EVM,
  EVMError,
  type EVMOpts,
  type EVMResult,
  type EVMRunCallOpts,
  type ExecResult,
  Message,
} from '@ethereumjs/evm'
import { createZeroAddress, MAX_INTEGER } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { Address as AddressHex } from '../../../consensus/types.ts'
import { type AccountEntry, NEW_ACCOUNT, type StateOverlay } from '../../state/overlay.ts'
import { andThen, type Soon } from '../../state/soon.ts'
import { AccessJournal } from '../interpreter/access-journal.ts'
import { analyseCode } from '../interpreter/code-analysis.ts'
import { type RunnerModules, runCode } from '../interpreter/code-runner.ts'
import { type CallReply, type CallRequest, Frame, type FrameHost } from '../interpreter/frame.ts'
import {
  LibraryFrame,
  type LibraryOperation,
  libraryEnvironment,
} from '../interpreter/library-frame.ts'
import { MemoryPool } from '../interpreter/memory-pool.ts'
import { type BlockWords, blockWords } from '../interpreter/operations/environment.ts'
import { BLS, BN254 } from '../precompiles/curves.ts'
import { isDelegation } from '../transaction/inclusion-rules.ts'
import { failed, succeeded } from './call-results.ts'
import { messageOf } from './inner-message.ts'
import { keepPace } from './library-pace.ts'
import { machineTime, Pace } from './pace.ts'

const NO_BYTES = new Uint8Array(0)
/** Calls within calls until the next begins on an empty stack: ours is shorter than the EVM's. */
const NESTED_CALLS_MAX = 32
const { REVERT, INSUFFICIENT_BALANCE, VALUE_OVERFLOW } = EVMError.errorMessages

export type ChainEvmOptions = {
  /** Ours knows the instructions of Osaka alone. */
  readonly interpreter?: 'own' | 'library'
  /** Of whoever lets it run; the machine's if not given. */
  readonly pace?: Pace
}

export class ChainEvm extends EVM {
  /** When code that runs gives way, and when it is cut off. */
  readonly pace: Pace
  readonly #isLibrary: boolean
  readonly #overlay: StateOverlay
  readonly #access: AccessJournal
  readonly #memory = new MemoryPool()
  readonly #modules: RunnerModules
  #host: FrameHost | undefined
  #blockWords: BlockWords | undefined
  #message: Message | undefined

  constructor(
    options: Omit<EVMOpts, 'bn254'>,
    overlay: StateOverlay,
    { interpreter = 'own', pace = new Pace(machineTime) }: ChainEvmOptions = {},
  ) {
    super({ ...options, bls: BLS, bn254: BN254 })
    this.#isLibrary = interpreter === 'library'
    this.pace = pace
    this.#overlay = overlay
    this.#access = new AccessJournal(overlay, this)
    this.journal = this.#access as unknown as EVM['journal']
    this.#modules = { pace: this.pace, library: (frame) => this.#libraryFrame(frame) }
    if (this.#isLibrary) keepPace(this.events, this.pace)
  }

  /** What the transaction has touched and warmed: the library knows it as its journal. */
  get access(): AccessJournal {
    return this.#access
  }

  /** What is being executed: a precompile is not told by the library who calls it. */
  get currentMessage(): Message | undefined {
    return this.#message
  }

  /** Somebody watches what happens inside. */
  get isObserved(): boolean {
    const { events } = this
    return (
      events.listenerCount('step') > 0 ||
      events.listenerCount('beforeMessage') > 0 ||
      events.listenerCount('afterMessage') > 0 ||
      events.listenerCount('newContract') > 0
    )
  }

  override async runCall(options: EVMRunCallOpts): Promise<EVMResult> {
    return this.execute(options)
  }

  /** As {@link runCall}, without waiting where nothing has to be waited for. */
  execute(options: EVMRunCallOpts): Soon<EVMResult> {
    const message = options.message ?? this.#begin(options)
    this.#message = message
    const isOurs = message.to !== undefined && !this.#isLibrary && !this.isObserved
    if (!isOurs || (message.depth === 0 && options.skipNonceIncrement !== true)) {
      return super.runCall({ ...options, message })
    }
    return andThen(this.#call(message), (execResult) => ({ execResult }))
  }

  /** Code of a creation, or of a call that is observed. */
  protected override async runInterpreter(
    message: Message,
    options: Parameters<EVM['runInterpreter']>[1] = {},
  ): Promise<ExecResult> {
    if (this.#isLibrary || this.events.listenerCount('step') > 0) {
      return super.runInterpreter(message, options)
    }
    const { code, to = createZeroAddress() } = message
    assert(code instanceof Uint8Array, 'native code does not come to the interpreter')
    const account = await this.#overlay.loadAccount(to.toString())
    return this.#runFrame(message, code, account)
  }

  #begin(options: EVMRunCallOpts): Message {
    const { caller = createZeroAddress(), block, gasPrice = 0n } = options
    assert(block !== undefined, 'a call runs in a block')
    const { origin = caller } = options
    this._block = block
    this._tx = { gasPrice, origin }
    if (block !== this.#blockWords?.block) this.#blockWords = blockWords(block, this.common)
    this.#host = {
      overlay: this.#overlay,
      journal: this.#access,
      memory: this.#memory,
      context: { block: this.#blockWords, origin, gasPrice },
      call: (frame, request) => this.#callFrom(frame, request),
    }
    const { to, value = 0n, data = NO_BYTES, gasLimit = 0n, blobVersionedHashes = [] } = options
    const message = new Message({
      caller,
      value,
      data,
      gasLimit,
      depth: 0,
      selfdestruct: new Map(),
      createdAddresses: new Set(),
      blobVersionedHashes,
    })
    if (to !== undefined) message.to = to
    return message
  }

  #call(message: Message): Soon<ExecResult> {
    this.#access.checkpoint()
    this.transientStorage.checkpoint()
    return andThen(this.#execute(message), (result) => this.#settle(message, result))
  }

  #settle(message: Message, result: ExecResult): ExecResult {
    if (result.exceptionError === undefined) {
      this.#access.commit()
      this.transientStorage.commit()
    } else {
      this.#access.revert()
      this.transientStorage.revert()
    }
    if (message.depth === 0) this.transientStorage.clear()
    return result
  }

  #execute(message: Message): Soon<ExecResult> {
    if (message.value === 0n) return this.#runTarget(message)
    return this.#moveValue(message).then((failure) =>
      failure === undefined ? this.#runTarget(message) : failed(failure, 0n),
    )
  }

  #runTarget(message: Message): Soon<ExecResult> {
    const address = message.codeAddress.toString()
    const precompile = this.precompiles.get(address.slice(2))
    if (precompile !== undefined) {
      // Its answer must not change when the memory of its caller does.
      const data = message.data.slice()
      const { gasLimit, gasRefund } = message
      const answer = precompile({ data, gasLimit, common: this.common, _EVM: this })
      return andThen(answer, (result) => ({ ...result, gasRefund }))
    }
    return andThen(this.#codeAt(address, message.depth), (code) => this.#runCode(message, code))
  }

  #runCode(message: Message, code: Uint8Array): Soon<ExecResult> {
    const { to } = message
    assert(to !== undefined, 'a call has a target')
    const own = to.toString()
    if (code.length === 0) {
      if (!message.delegatecall) this.#touchEmpty(own)
      return succeeded(message, 0n)
    }
    return andThen(this.#overlay.loadAccount(own), (entry) => this.#runFrame(message, code, entry))
  }

  #runFrame(message: Message, code: Uint8Array, account: AccountEntry): Soon<ExecResult> {
    assert(this.#host !== undefined, 'a frame runs within a call')
    const frame = new Frame(message, analyseCode(code), account, this.#host)
    return andThen(runCode(frame, this.#modules), (error) => this.#endFrame(frame, error))
  }

  #endFrame(frame: Frame, error: EVMError | undefined): ExecResult {
    const { message } = frame
    const { output, refund, logs, gas } = frame
    frame.close()
    const { gasLimit } = message
    if (error === undefined) {
      const result = succeeded(message, gasLimit - BigInt(gas))
      result.returnValue = output
      result.gasRefund = refund
      result.logs = logs
      return result
    }
    const isRevert = error.error === REVERT
    const gasUsed = isRevert ? gasLimit - BigInt(gas) : gasLimit
    return { ...failed(error, gasUsed), returnValue: isRevert ? output : NO_BYTES }
  }

  /** A call that an operation of a frame makes. */
  #callFrom(frame: Frame, request: CallRequest): Soon<CallReply> {
    const message = messageOf(frame, request)
    const isDeep = message.depth % NESTED_CALLS_MAX === 0
    const begun = isDeep ? Promise.resolve() : undefined
    const executed = andThen(begun, () => this.execute({ message }))
    return andThen(executed, ({ execResult }) => this.#reply(frame, message, execResult))
  }

  #reply(frame: Frame, message: Message, execResult: ExecResult): CallReply {
    const parent = frame.message
    const { exceptionError, returnValue, executionGasUsed } = execResult
    const isSuccess = exceptionError === undefined
    if (isSuccess) {
      if (execResult.logs?.length) frame.logs = frame.logs.concat(execResult.logs)
      frame.refund = execResult.gasRefund ?? 0n
      for (const [destroyed, heir] of message.selfdestruct ?? []) {
        parent.selfdestruct?.set(destroyed, heir)
      }
      for (const created of message.createdAddresses ?? []) parent.createdAddresses?.add(created)
    }
    const output = isSuccess || exceptionError.error === REVERT ? returnValue : NO_BYTES
    return { isSuccess, output, gasUsed: Number(executionGasUsed) }
  }

  /** Coins of a message from its caller to its target; how that failed, if it did. */
  async #moveValue(message: Message): Promise<EVMError | undefined> {
    const { value, caller, to } = message
    if (message.delegatecall || to === undefined) return undefined
    const from = await this.#overlay.loadAccount(caller.toString())
    const balance = from.current?.balance ?? 0n
    if (balance < value) return new EVMError(INSUFFICIENT_BALANCE)
    this.#access.touch(from.address)
    this.#overlay.setAccount(from, { ...(from.current ?? NEW_ACCOUNT), balance: balance - value })
    const target = await this.#overlay.loadAccount(to.toString())
    this.#access.touch(target.address)
    if ((target.current?.balance ?? 0n) + value > MAX_INTEGER) return new EVMError(VALUE_OVERFLOW)
    this.#overlay.addBalance(target, value)
    return undefined
  }

  /** EIP-161: only overrides leave accounts that are empty, and any call takes them away. */
  #touchEmpty(address: AddressHex): void {
    const current = this.#overlay.peekAccount(address)?.current
    if (current?.nonce === 0n && current.balance === 0n) this.#access.touch(address)
  }

  /** The code that runs for an address: its own, or what EIP-7702 says it delegates to. */
  #codeAt(address: AddressHex, depth: number): Soon<Uint8Array> {
    return andThen(this.#codeOf(address), (code) => {
      if (!isDelegation(code)) return code
      const delegate: AddressHex = `0x${Buffer.from(code.subarray(3)).toString('hex')}`
      if (depth === 0) this.#access.addAlwaysWarmAddress(delegate)
      return this.#codeOf(delegate)
    })
  }

  #codeOf(address: AddressHex): Soon<Uint8Array> {
    return andThen(this.#overlay.loadAccount(address), (entry) => this.#overlay.loadCode(entry))
  }

  #libraryFrame(frame: Frame): LibraryFrame {
    const { _tx: tx, _block: block } = this
    assert(tx !== undefined && block !== undefined, 'a frame runs within a call')
    const operations = this._opcodeMap as unknown as readonly LibraryOperation[]
    return new LibraryFrame(frame, this, operations, libraryEnvironment(frame, tx, block))
  }
}
