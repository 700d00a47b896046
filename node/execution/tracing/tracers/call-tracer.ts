/** The frames of a transaction as a tree: geth's `callTracer`. */
import type { Address, Hex } from '../../../../consensus/types.ts'
import { revertReason } from '../../calls/revert-reason.ts'
import type { TraceBudget } from '../trace-budget.ts'
import type {
  EmittedLog,
  FrameEntry,
  FrameKind,
  FrameResult,
  TracedMessage,
  Tracer,
} from '../tracer.ts'
import { hexOf, quantityOf, wordHex } from '../words.ts'

export type CallTracerConfig = {
  /** The transaction alone, without what it calls. */
  readonly onlyTopCall?: boolean
  readonly withLog?: boolean
}

export type CallFrame = {
  readonly type: FrameKind
  readonly from: Address
  to?: Address
  readonly input: Hex
  gas: Hex
  gasUsed: Hex
  readonly value?: Hex
  output?: Hex
  error?: string
  revertReason?: string
  calls?: CallFrame[]
  logs?: CallLog[]
}

type CallLog = {
  readonly address: Address
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly index: Hex
  /** How many calls of the frame are before it. */
  readonly position: Hex
}

const FRAME_BYTES = 220
const LOG_BYTES = 140
const TOPIC_BYTES = 69

export class CallTracer implements Tracer {
  readonly #config: CallTracerConfig
  readonly #budget: TraceBudget
  readonly #open: CallFrame[] = []
  #gasLimit = 0n
  #depth = 0
  #root: CallFrame | undefined

  constructor(config: CallTracerConfig, budget: TraceBudget) {
    this.#config = config
    this.#budget = budget
  }

  start({ gasLimit }: TracedMessage): void {
    this.#gasLimit = gasLimit
  }

  enter({ depth, kind, from, to, input, gas, value }: FrameEntry): void {
    this.#depth = depth
    if (this.#config.onlyTopCall === true && depth > 0) return
    this.#budget.spend(FRAME_BYTES + 2 * input.length)
    this.#open.push({
      from,
      gas: quantityOf(depth === 0 ? this.#gasLimit : gas),
      gasUsed: '0x0',
      to,
      input: hexOf(input),
      ...(value !== undefined && { value: quantityOf(value) }),
      type: kind,
    })
  }

  exit(result: FrameResult): void {
    const { depth, gasUsed } = result
    this.#depth = depth - 1
    if (this.#config.onlyTopCall === true && depth > 0) return
    const frame = this.#open.pop()
    if (frame === undefined) return
    frame.gasUsed = quantityOf(gasUsed)
    this.#addOutput(frame, result)
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#root = frame
    else {
      parent.calls ??= []
      parent.calls.push(frame)
    }
  }

  log({ address, topics, data, index }: EmittedLog): void {
    if (this.#config.withLog !== true) return
    if (this.#config.onlyTopCall === true && this.#depth > 0) return
    const frame = this.#open.at(-1)
    if (frame === undefined) return
    this.#budget.spend(LOG_BYTES + TOPIC_BYTES * topics.length + 2 * data.length)
    const log: CallLog = {
      address,
      topics: topics.map(wordHex),
      data: hexOf(data),
      index: quantityOf(index),
      position: quantityOf(frame.calls?.length ?? 0),
    }
    frame.logs ??= []
    frame.logs.push(log)
  }

  end(gasUsed: bigint): void {
    if (this.#root === undefined) return
    this.#root.gasUsed = quantityOf(gasUsed)
    dropFailedLogs(this.#root, false)
  }

  result(): CallFrame | undefined {
    return this.#root
  }

  #addOutput(frame: CallFrame, { output, error }: FrameResult): void {
    const isReverted = error === 'execution reverted'
    if (error !== undefined) {
      frame.error = error
      if (frame.type === 'CREATE' || frame.type === 'CREATE2') delete frame.to
    }
    if (output.length === 0 || (error !== undefined && !isReverted)) return
    this.#budget.spend(2 * output.length)
    frame.output = hexOf(output)
    if (!isReverted) return
    const reason = revertReason(frame.output)
    if (reason !== undefined) frame.revertReason = reason
  }
}

/** What fails logs nothing, nor does what it called. */
function dropFailedLogs(frame: CallFrame, hasParentFailed: boolean): void {
  const hasFailed = hasParentFailed || frame.error !== undefined
  if (hasFailed) delete frame.logs
  for (const call of frame.calls ?? []) dropFailedLogs(call, hasFailed)
}
