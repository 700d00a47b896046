/**
 * From the events of EthereumJS's EVM to the hooks of a tracer. What the library does not tell is
 * worked out here: calls that fail before they begin, logs, SELFDESTRUCT as a frame of its own,
 * the STOP that stands behind the end of all code, and why a frame failed.
 */
import type { EVMResult, InterpreterStep, Message } from '@ethereumjs/evm'
import { bytesToHex, generateAddress, generateAddress2 } from '@ethereumjs/util'
import { assert } from '../../../../consensus/errors.ts'
import type { Address } from '../../../../consensus/types.ts'
import { integerBytes } from '../../../state/flat/integers.ts'
import type { Lane } from '../../evm/lane.ts'
import { addressOf } from '../../interpreter/operations/state-access.ts'
import type { StateProbe, Step, Tracer } from '../tracer.ts'
import { frameError, isEnd } from './frame-error.ts'
import {
  CALL_KINDS,
  entryError,
  type Frame,
  kindOf,
  opcodeAt,
  ownAddress,
  type RunState,
  targetOf,
} from './frame-record.ts'
import { OP } from './opcodes.ts'
import { costOf, earlyError, isCall, isCreation } from './step-cost.ts'
import { type Call, logOf, paddedTo, readCall } from './step-operands.ts'

const WORD_BYTES = 32
const CALL_STIPEND = 2_300n
const NO_BYTES = new Uint8Array(0)

export type ObserverOptions = {
  readonly firstLogIndex: number
  /** Asked when the code begins: gas that comes back for authorizations (EIP-7702). */
  readonly authorizationRefund: () => Promise<bigint>
}

export class EvmObserver {
  readonly #lane: Lane
  readonly #tracer: Tracer
  readonly #probe: StateProbe
  readonly #options: ObserverOptions
  readonly #frames: Frame[] = []
  readonly #detach: (() => void)[] = []
  #logIndex: number
  #refund = 0n
  #failure: unknown

  constructor(lane: Lane, tracer: Tracer, probe: StateProbe, options: ObserverOptions) {
    this.#lane = lane
    this.#tracer = tracer
    this.#probe = probe
    this.#options = options
    this.#logIndex = options.firstLogIndex
  }

  /** Runs `work` under observation. Throws what a tracer threw. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#attach()
    try {
      const result = await work()
      if (this.#failure !== undefined) throw this.#failure
      return result
    } finally {
      for (const detach of this.#detach) detach()
    }
  }

  #attach(): void {
    const { events } = this.#lane.evm
    const before = this.#listener((message: Message) => this.#enter(message))
    const after = this.#listener((result: EVMResult) => this.#leave(result))
    const step = this.#listener((event: InterpreterStep) => this.#step(event))
    events.on('beforeMessage', before)
    events.on('afterMessage', after)
    events.on('step', step)
    this.#detach.push(
      () => events.off('beforeMessage', before),
      () => events.off('afterMessage', after),
      () => events.off('step', step),
    )
  }

  /** The library waits for a listener of two parameters, and takes only what it throws at once. */
  #listener<Event>(
    work: (event: Event) => undefined | Promise<void>,
  ): (event: Event, resolve?: () => void) => void {
    return (event, resolve) => {
      if (this.#failure !== undefined) throw this.#failure
      const waiting = work(event)
      if (waiting === undefined) {
        resolve?.()
        return
      }
      waiting
        .catch((error: unknown) => {
          this.#failure = error
        })
        .finally(() => resolve?.())
    }
  }

  async #enter(message: Message): Promise<void> {
    const parent = this.#frames.at(-1)
    if (parent === undefined) this.#refund = await this.#options.authorizationRefund()
    const kind = kindOf(message, parent)
    const to = message.to === undefined ? await this.#addressOf(message) : targetOf(message)
    this.#frames.push({
      ...{ message, kind, firstLogIndex: this.#logIndex, returned: NO_BYTES, last: undefined },
    })
    this.#tracer.enter?.({
      depth: message.depth,
      kind,
      // Delegated code runs for its caller's caller, but it is the caller that calls it.
      from: parent === undefined ? message.caller.toString() : ownAddress(parent.message),
      to,
      input: message.data,
      gas: message.gasLimit,
      value: kind === 'STATICCALL' ? undefined : message.value,
    })
  }

  async #leave({ execResult }: EVMResult): Promise<void> {
    const frame = this.#frames.pop()
    assert(frame !== undefined, 'a message that ends has begun')
    const { exceptionError, returnValue, executionGasUsed, runState, gasRefund } = execResult
    const hasStopped = exceptionError === undefined && !isEnd(frame.last?.opcode ?? OP.STOP)
    if (hasStopped && runState !== undefined) await this.#stop(frame, runState, gasRefund ?? 0n)
    const isCreate = frame.kind === 'CREATE' || frame.kind === 'CREATE2'
    const error = exceptionError && frameError(exceptionError, frame.last, isCreate)
    const isLate = error?.startsWith('out of gas') === true && frame.last?.error === undefined
    if (isLate && frame.last !== undefined) this.#tracer.stepFailed?.(error)
    if (error !== undefined) this.#logIndex = frame.firstLogIndex
    const isRevert = error === 'execution reverted'
    const parent = this.#frames.at(-1)
    if (parent !== undefined) {
      const isKept = isRevert || (error === undefined && !isCreate)
      parent.returned = isKept ? returnValue : NO_BYTES
    }
    this.#tracer.exit?.({
      depth: frame.message.depth,
      output: returnValue,
      gasUsed: executionGasUsed,
      error,
    })
  }

  #step(event: InterpreterStep): undefined | Promise<void> {
    const frame = this.#frames.at(-1)
    assert(frame !== undefined, 'code runs within a message')
    const code = opcodeAt(frame.message, event.pc)
    const { common } = this.#lane.evm
    const { cost, granted } = costOf(event, code, frame.returned, common)
    const step: Step = {
      pc: event.pc,
      opcode: code,
      gas: event.gasLeft,
      cost,
      depth: event.depth + 1,
      stack: event.stack,
      memory: paddedTo(event.memory, Number(event.memoryWordCount) * WORD_BYTES),
      address: event.address.toString(),
      refund: event.gasRefund + this.#refund,
      returned: frame.returned,
      error: earlyError(event, code, cost, { isStatic: frame.message.isStatic, common }),
    }
    frame.last = step
    const waiting = this.#tracer.step?.(step) ?? undefined
    if (step.error === undefined) this.#foretell(frame, step, event.account.balance, granted)
    // At each step: one can copy megabytes of memory, or look through as much code.
    return this.#lane.pace.isDue ? this.#giveWay(waiting) : waiting
  }

  async #giveWay(waiting: Promise<void> | undefined): Promise<void> {
    await waiting
    await this.#lane.pace.check()
  }

  /** What the operation will do without an event of its own. */
  #foretell({ message }: Frame, step: Step, balance: bigint, granted: bigint): void {
    const { opcode } = step
    if (opcode >= OP.LOG0 && opcode <= OP.LOG4) {
      if (!message.isStatic) this.#tracer.log?.(logOf(step, this.#logIndex++))
    } else if (opcode === OP.SELFDESTRUCT) {
      if (!message.isStatic) this.#tellSelfDestruct(step, balance)
    } else if (isCall(opcode) || isCreation(opcode)) {
      const call = readCall(step)
      const isForbidden = isCreation(opcode) || (opcode === OP.CALL && call.value !== 0n)
      if (message.isStatic && isForbidden) return
      const error = entryError(message.depth, balance, call.value)
      if (error !== undefined) this.#tellRefusedCall(step, call, granted, error)
    }
  }

  #tellSelfDestruct({ address, stack, depth }: Step, balance: bigint): void {
    this.#tracer.enter?.({
      depth,
      kind: 'SELFDESTRUCT',
      from: address,
      to: addressOf(stack.at(-1) ?? 0n),
      input: NO_BYTES,
      gas: 0n,
      value: balance,
    })
    this.#tracer.exit?.({ depth, output: NO_BYTES, gasUsed: 0n, error: undefined })
  }

  /** geth enters such a call and leaves it at once. */
  #tellRefusedCall(step: Step, { to, value, input }: Call, granted: bigint, error: string): void {
    const { depth, address: from, opcode } = step
    const kind = CALL_KINDS.get(opcode)
    assert(kind !== undefined, 'only calls are refused')
    const isPaid = value !== 0n && (opcode === OP.CALL || opcode === OP.CALLCODE)
    const gas = granted + (isPaid ? CALL_STIPEND : 0n)
    const shown = opcode === OP.STATICCALL ? undefined : value
    this.#tracer.enter?.({ depth, kind, from, to, input, gas, value: shown })
    this.#tracer.exit?.({ depth, output: NO_BYTES, gasUsed: 0n, error })
  }

  /** EthereumJS ends without a word where geth runs STOP: behind the last byte of the code. */
  async #stop({ message, returned }: Frame, runState: RunState, refund: bigint): Promise<void> {
    const words = Number(runState.memoryWordCount)
    await this.#tracer.step?.({
      pc: runState.programCounter,
      opcode: OP.STOP,
      gas: runState.gasLeft,
      cost: 0n,
      depth: message.depth + 1,
      stack: runState.stack.getStack(),
      memory: paddedTo(runState.memory._store.slice(0, words * WORD_BYTES), words * WORD_BYTES),
      address: ownAddress(message),
      // The library overwrites that of the run with what the message began with.
      refund: refund + this.#refund,
      returned,
      error: undefined,
    })
  }

  /** Of the contract that a message is about to create. */
  async #addressOf({ caller, salt, data }: Message): Promise<Address> {
    if (salt !== undefined) return bytesToHex(generateAddress2(caller.bytes, salt, data))
    // Counted up already.
    const { nonce } = await this.#probe.account(caller.toString())
    return bytesToHex(generateAddress(caller.bytes, integerBytes(nonce - 1n)))
  }
}
