/**
 * The frames of a transaction as a list, each with its place in the tree: geth's `flatCallTracer`,
 * which is what Parity's `trace_` answered.
 */
import type { Address, Hash, Hex } from '../../../../consensus/types.ts'
import type { TraceBudget } from '../trace-budget.ts'
import type {
  FrameEntry,
  FrameKind,
  FrameResult,
  StateProbe,
  TracedMessage,
  Tracer,
} from '../tracer.ts'
import { type CallFrame, CallTracer } from './call-tracer.ts'

export type FlatCallConfig = {
  readonly convertParityErrors?: boolean
  readonly includePrecompiles?: boolean
}

/** Those members that go with the type of the frame. */
export type FlatAction = {
  readonly callType?: Lowercase<FrameKind>
  readonly creationMethod?: Lowercase<FrameKind>
  readonly from?: Address
  readonly to?: Address | undefined
  readonly gas?: Hex
  readonly value?: Hex | undefined
  readonly input?: Hex
  readonly init?: Hex
  /** Of SELFDESTRUCT: who is gone, what was there, who has it now. */
  readonly address?: Address
  readonly balance?: Hex | undefined
  readonly refundAddress?: Address | undefined
}

export type FlatResult = {
  readonly gasUsed: Hex
  readonly output?: Hex
  readonly code?: Hex
  readonly address?: Address | undefined
}

export type FlatFrame = {
  readonly action: FlatAction
  readonly blockHash: Hash | null
  readonly blockNumber: number
  readonly error?: string
  readonly result?: FlatResult
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly transactionHash: Hash | null
  readonly transactionPosition: number
  readonly type: 'call' | 'create' | 'suicide'
}

/** JSON of where a frame is: its block and transaction, and each of its numbers in the tree. */
const PLACE_BYTES = 220
const INDEX_BYTES = 3

const PARITY_ERRORS: Readonly<Record<string, string>> = {
  'contract creation code storage out of gas': 'Out of gas',
  'out of gas': 'Out of gas',
  'gas uint64 overflow': 'Out of gas',
  'max code size exceeded': 'Out of gas',
  'invalid jump destination': 'Bad jump destination',
  'execution reverted': 'Reverted',
  'return data out of bounds': 'Out of bounds',
  'stack limit reached 1024 (1023)': 'Out of stack',
  'precompiled failed': 'Built-in failed',
  'invalid input length': 'Built-in failed',
}
const PARITY_ERROR_STARTS: readonly (readonly [string, string])[] = [
  ['out of gas:', 'Out of gas'],
  ['invalid opcode:', 'Bad instruction'],
  ['stack underflow', 'Stack underflow'],
]

export class FlatCallTracer implements Tracer {
  readonly #config: FlatCallConfig
  readonly #budget: TraceBudget
  readonly #calls: CallTracer
  #message: TracedMessage | undefined
  #state: StateProbe | undefined

  constructor(config: FlatCallConfig, budget: TraceBudget) {
    this.#config = config
    this.#budget = budget
    this.#calls = new CallTracer({}, budget)
  }

  start(message: TracedMessage, state: StateProbe): void {
    this.#message = message
    this.#state = state
    this.#calls.start(message)
  }

  enter(frame: FrameEntry): void {
    this.#calls.enter({ ...frame, value: frame.value ?? 0n })
  }

  exit(result: FrameResult): void {
    this.#calls.exit(result)
  }

  end(gasUsed: bigint): void {
    this.#calls.end(gasUsed)
  }

  result(): unknown {
    const root = this.#calls.result()
    return root === undefined ? [] : [...this.#flatten(root, [])]
  }

  *#flatten(frame: CallFrame, traceAddress: readonly number[]): Iterable<FlatFrame> {
    const calls = (frame.calls ?? []).filter((call) => this.#isShown(call))
    const { error } = frame
    const { place } = this.#message ?? {}
    this.#budget.spend(PLACE_BYTES + INDEX_BYTES * traceAddress.length)
    const hasResult = error === undefined || error === 'execution reverted'
    yield {
      ...bodyOf(frame, hasResult),
      blockHash: place?.blockHash ?? null,
      blockNumber: Number(place?.blockNumber ?? 0n),
      ...(error !== undefined && { error: this.#errorText(error) }),
      subtraces: calls.length,
      traceAddress,
      transactionHash: place?.transactionHash ?? null,
      transactionPosition: place?.index ?? 0,
    }
    for (const [index, call] of calls.entries()) {
      yield* this.#flatten(call, [...traceAddress, index])
    }
  }

  /** Parity did not show calls of precompiles. */
  #isShown({ type, to }: CallFrame): boolean {
    if (this.#config.includePrecompiles === true) return true
    if (type !== 'CALL' && type !== 'STATICCALL') return true
    return to === undefined || this.#state?.isPrecompile(to) !== true
  }

  #errorText(error: string): string {
    if (this.#config.convertParityErrors !== true) return error
    const start = PARITY_ERROR_STARTS.find(([start]) => error.startsWith(start))
    return PARITY_ERRORS[error] ?? start?.[1] ?? error
  }
}

type FlatBody = Pick<FlatFrame, 'action' | 'result' | 'type'>

function bodyOf(frame: CallFrame, hasResult: boolean): FlatBody {
  const { type, from, to, gas, gasUsed, value, input, output = '0x' } = frame
  if (type === 'SELFDESTRUCT') {
    return { action: { address: from, balance: value, refundAddress: to }, type: 'suicide' }
  }
  if (type === 'CREATE' || type === 'CREATE2') {
    const creationMethod = type === 'CREATE' ? 'create' : 'create2'
    const result = { address: to, code: output, gasUsed }
    return {
      action: { creationMethod, from, gas, init: input, value },
      ...(hasResult && { result }),
      type: 'create',
    }
  }
  const callType = type.toLowerCase() as Lowercase<typeof type>
  return {
    action: { callType, from, gas, input, to, value },
    ...(hasResult && { result: { gasUsed, output } }),
    type: 'call',
  }
}
