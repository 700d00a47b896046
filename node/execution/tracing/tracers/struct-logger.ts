/**
 * Every operation with stack, memory and storage: geth's struct logger in its JSON of 1.15 and
 * later. `limit` counts operations, as the official schema has it.
 */
import type { Address, Hex } from '../../../../consensus/types.ts'
import { nameOf, OP } from '../evm/opcodes.ts'
import type { TraceBudget } from '../trace-budget.ts'
import type { FrameResult, StateProbe, Step, TracedMessage, Tracer } from '../tracer.ts'
import { hexOf, wordHex } from '../words.ts'

export type StructLogOptions = {
  readonly disableStack?: boolean
  readonly disableStorage?: boolean
  readonly enableMemory?: boolean
  readonly enableReturnData?: boolean
  /** 0 is no limit. */
  readonly limit?: number
}

type StructLog = {
  readonly pc: number
  readonly op: string
  readonly gas: number
  readonly gasCost: number
  readonly depth: number
  error?: string
  stack?: readonly Hex[]
  returnData?: Hex
  memory?: readonly Hex[]
  storage?: Readonly<Record<Hex, Hex>>
  refund?: number
}

/** JSON of an entry without its lists, of a word in memory, and of a slot. */
const ENTRY_BYTES = 70
const WORD_JSON_BYTES = 69
const SLOT_JSON_BYTES = 138
const WORD_BYTES = 32

export class StructLogger implements Tracer {
  readonly #options: StructLogOptions
  readonly #budget: TraceBudget
  readonly #logs: StructLog[] = []
  readonly #storage = new Map<Address, Map<Hex, Hex>>()
  /** The last stack at each depth with its text: most of it stands there again at the next step. */
  readonly #stacks: { readonly words: readonly bigint[]; readonly texts: readonly Hex[] }[] = []
  #state: StateProbe | undefined
  #gasUsed = 0n
  #output: FrameResult | undefined

  constructor(options: StructLogOptions, budget: TraceBudget) {
    this.#options = options
    this.#budget = budget
  }

  start(_: TracedMessage, state: StateProbe): void {
    this.#state = state
  }

  step(step: Step): undefined | Promise<void> {
    const {
      limit = 0,
      enableReturnData,
      enableMemory,
      disableStack,
      disableStorage,
    } = this.#options
    if (limit > 0 && this.#logs.length >= limit) return undefined
    this.#budget.spend(ENTRY_BYTES)
    const { pc, opcode, gas, cost, depth, error, stack, memory, refund, returned } = step
    const log: StructLog = {
      ...{ pc, op: nameOf(opcode), gas: Number(gas), gasCost: Number(cost), depth },
    }
    if (error !== undefined) log.error = error
    if (disableStack !== true) log.stack = this.#stackTexts(depth, stack)
    if (enableReturnData === true && returned.length > 0) {
      this.#budget.spend(2 * returned.length)
      log.returnData = hexOf(returned)
    }
    if (enableMemory === true && memory.length > 0) log.memory = this.#memoryWords(memory)
    if (refund > 0n) log.refund = Number(refund)
    this.#logs.push(log)
    const isStorage = opcode === OP.SLOAD || opcode === OP.SSTORE
    return isStorage && disableStorage !== true ? this.#addStorage(log, step) : undefined
  }

  stepFailed(error: string): void {
    const last = this.#logs.at(-1)
    if (last !== undefined) last.error = error
  }

  exit(result: FrameResult): void {
    this.#stacks.length = result.depth + 1
    if (result.depth === 0) this.#output = result
  }

  end(gasUsed: bigint): void {
    this.#gasUsed = gasUsed
  }

  result(): unknown {
    const { error, output } = this.#output ?? {}
    const isShown = output !== undefined && (error === undefined || error === 'execution reverted')
    return {
      gas: Number(this.#gasUsed),
      failed: error !== undefined,
      returnValue: isShown ? hexOf(output) : '0x',
      structLogs: this.#logs,
    }
  }

  #stackTexts(depth: number, words: readonly bigint[]): readonly Hex[] {
    const last = this.#stacks[depth]
    let bytes = 0
    const texts = words.map((word, index): Hex => {
      const isSame = last !== undefined && last.words[index] === word
      const text = (isSame ? last.texts[index] : undefined) ?? `0x${word.toString(16)}`
      bytes += text.length + 3
      return text
    })
    this.#budget.spend(bytes)
    this.#stacks[depth] = { words, texts }
    return texts
  }

  #memoryWords(memory: Uint8Array): readonly Hex[] {
    const count = memory.length / WORD_BYTES
    this.#budget.spend(count * WORD_JSON_BYTES)
    return Array.from({ length: count }, (_, index) =>
      hexOf(memory.subarray(index * WORD_BYTES, (index + 1) * WORD_BYTES)),
    )
  }

  /** All slots of the contract that the trace has met so far, with this one. */
  async #addStorage(log: StructLog, { opcode, stack, address }: Step): Promise<void> {
    const [slot, value] = [stack.at(-1), stack.at(-2)]
    const isRead = opcode === OP.SLOAD
    if (slot === undefined || (!isRead && value === undefined)) return
    const key = wordHex(slot)
    const known = this.#storage.get(address) ?? new Map<Hex, Hex>()
    this.#storage.set(address, known)
    const read = isRead ? await this.#state?.slot(address, key) : wordHex(value ?? 0n)
    known.set(key, read ?? wordHex(0n))
    this.#budget.spend(known.size * SLOT_JSON_BYTES)
    log.storage = Object.fromEntries(known)
  }
}
