/**
 * One call frame while its code runs: stack, memory, gas and place. Gas is a number here, since no
 * limit comes near 2^53, and words are bigint.
 *
 * The EVM's own view of the frame (`RunState`) is brought up to date only for operations that are
 * left to EthereumJS.
 */
import { EVMError, type Log } from '@ethereumjs/evm'
import type { Address } from '../../../consensus/types.ts'
import type { StateOverlay } from '../../state/overlay.ts'
import type { CodeAnalysis } from './code-analysis.ts'
import type { WarmJournal } from './library.ts'

export const STACK_WORDS_MAX = 1_024
const WORD_BYTES = 32
/** Memory that would cost more gas than any limit allows is not asked for at all. */
const MEMORY_BYTES_MAX = 2 ** 32
const MEMORY_GAS = 3
const MEMORY_QUADRATIC_DIVISOR = 512
/** Memory grows in steps that double, so that writing it byte by byte stays linear. */
const MEMORY_STEP_BYTES = 8_192

/** What the code was called with; fixed for the life of the frame. */
export type FrameEnvironment = {
  readonly address: bigint
  readonly caller: bigint
  readonly value: bigint
  readonly data: Uint8Array
  readonly isStatic: boolean
}

/** What operations reach beyond the frame: the state, and what its transaction leaves behind. */
export type FrameHost = {
  readonly overlay: StateOverlay
  readonly journal: WarmJournal
  readonly address: Address
  readonly addressBytes: Uint8Array
  logs: Log[]
  /** Refunds of the transaction so far (EIP-3529). */
  refund: bigint
}

export class Frame {
  readonly analysis: CodeAnalysis
  readonly environment: FrameEnvironment
  readonly host: FrameHost
  /** The stack of the RunState itself: `size` words of it are in use. */
  readonly stack: bigint[]
  size = 0
  pc = 0
  gas: number
  memory: Uint8Array
  view: DataView
  /** Words that were paid for, and what they cost. */
  memoryWords = 0
  memoryGas = 0
  /** Of the last call that returned. */
  returned: Uint8Array = new Uint8Array(0)
  /** Set by RETURN and REVERT. */
  output: Uint8Array | undefined
  /** Set when the frame ends; `revert` undoes it without burning its gas. */
  end: 'stop' | 'revert' | undefined

  constructor(
    analysis: CodeAnalysis,
    environment: FrameEnvironment,
    host: FrameHost,
    stack: bigint[],
    memory: Uint8Array,
    gas: number,
  ) {
    this.analysis = analysis
    this.environment = environment
    this.host = host
    this.stack = stack
    this.memory = memory
    this.view = viewOf(memory)
    this.gas = gas
  }

  /** The caller has checked that there is a word. */
  pop(): bigint {
    this.size -= 1
    return this.stack[this.size] as bigint
  }

  push(word: bigint): void {
    this.stack[this.size] = word
    this.size += 1
  }

  useGas(amount: number): void {
    this.gas -= amount
    if (this.gas < 0) throw outOfGas()
  }

  /** Pays for memory up to `offset + length` and returns the offset as a number. */
  touch(offset: bigint, length: bigint): number {
    if (length === 0n) return 0
    if (offset + length > MEMORY_BYTES_MAX) throw outOfGas()
    const end = Number(offset + length)
    const words = Math.ceil(end / WORD_BYTES)
    if (words > this.memoryWords) this.#grow(words)
    return Number(offset)
  }

  /** A word at an offset that {@link touch} paid for. */
  load(at: number): bigint {
    const { view } = this
    return (
      (view.getBigUint64(at) << 192n) |
      (view.getBigUint64(at + 8) << 128n) |
      (view.getBigUint64(at + 16) << 64n) |
      view.getBigUint64(at + 24)
    )
  }

  store(at: number, word: bigint): void {
    const { view } = this
    view.setBigUint64(at, word >> 192n)
    view.setBigUint64(at + 8, word >> 128n)
    view.setBigUint64(at + 16, word >> 64n)
    view.setBigUint64(at + 24, word)
  }

  /** Copies `source` from `from` on to memory, zeros where it ends. */
  copy(target: number, source: Uint8Array, from: bigint, length: number): void {
    if (length === 0) return
    const start = from > BigInt(source.length) ? source.length : Number(from)
    const part = source.subarray(start, start + length)
    this.memory.set(part, target)
    this.memory.fill(0, target + part.length, target + length)
  }

  /** Memory was replaced by an operation of EthereumJS, or may have been. */
  adoptMemory(memory: Uint8Array): void {
    if (memory === this.memory) return
    this.memory = memory
    this.view = viewOf(memory)
  }

  #grow(words: number): void {
    const cost = words * MEMORY_GAS + Math.floor((words * words) / MEMORY_QUADRATIC_DIVISOR)
    this.useGas(cost - this.memoryGas)
    this.memoryGas = cost
    this.memoryWords = words
    const needed = words * WORD_BYTES
    if (needed <= this.memory.length) return
    const grown = new Uint8Array(Math.max(needed + MEMORY_STEP_BYTES, this.memory.length * 2))
    grown.set(this.memory)
    this.adoptMemory(grown)
  }
}

export function outOfGas(): EVMError {
  return new EVMError(EVMError.errorMessages.OUT_OF_GAS)
}

function viewOf(memory: Uint8Array): DataView {
  return new DataView(memory.buffer, memory.byteOffset, memory.length)
}
