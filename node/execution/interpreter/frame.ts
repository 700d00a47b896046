/**
 * One call frame while its code runs: stack, memory, gas and place. Gas is a number here, since no
 * limit comes near 2^53, and words are bigint.
 */
import { EVMError, type Log, type Message } from '@ethereumjs/evm'
import type { Address } from '../../../consensus/types.ts'
import type { AccountEntry, StateOverlay } from '../../state/overlay.ts'
import type { Soon } from '../../state/soon.ts'
import type { AccessJournal } from './access-journal.ts'
import type { CodeAnalysis } from './code-analysis.ts'
import type { LibraryFrame } from './library-frame.ts'
import type { MemoryPool } from './memory-pool.ts'
import type { TransactionContext } from './operations/environment.ts'
import { readWord, viewOf, WORD_BYTES, writeWord } from './words.ts'

export const STACK_WORDS_MAX = 1_024
/** Memory that would cost more gas than any limit allows is not asked for at all. */
const MEMORY_BYTES_MAX = 2 ** 32
const MEMORY_GAS = 3
const MEMORY_QUADRATIC_DIVISOR = 512
const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(new ArrayBuffer(0))

/** What an execution shares among its frames. */
export type FrameHost = {
  readonly overlay: StateOverlay
  readonly journal: AccessJournal
  readonly context: TransactionContext
  readonly memory: MemoryPool
  /** Runs a call from a frame; the frame waits. */
  readonly call: (frame: Frame, request: CallRequest) => Soon<CallReply>
}

/** A call that an operation asks for, everything paid but what the callee uses. */
export type CallRequest = {
  /** Where the code runs, and whose it is. */
  readonly to: Address
  readonly codeAddress: Address
  readonly value: bigint
  readonly data: Uint8Array
  readonly gas: number
  readonly isStatic: boolean
  readonly isDelegate: boolean
}

export type CallReply = {
  readonly isSuccess: boolean
  /** Of success and of REVERT. */
  readonly output: Uint8Array
  readonly gasUsed: number
}

export class Frame {
  readonly message: Message
  readonly host: FrameHost
  readonly analysis: CodeAnalysis
  /** The account that the code runs as. */
  readonly account: AccountEntry
  readonly stack: bigint[] = []
  size = 0
  pc = 0
  gas: number
  /** Below this much gas it is time to look at the clock. */
  lookAtGas = Number.POSITIVE_INFINITY
  /** Of the library, once an operation needed it. */
  library: LibraryFrame | undefined
  memory: Uint8Array = NO_BYTES
  view: DataView = NO_VIEW
  /** Words that were paid for, and what they cost. */
  memoryWords = 0
  memoryGas = 0
  /** Of the last call that returned. */
  returned: Uint8Array = NO_BYTES
  logs: Log[] = []
  /** Of the transaction so far (EIP-3529). */
  refund: bigint
  /** Set by RETURN and REVERT. */
  output: Uint8Array = NO_BYTES
  /** Set when the frame ends; `revert` undoes it without burning its gas. */
  end: 'stop' | 'revert' | undefined

  constructor(message: Message, analysis: CodeAnalysis, account: AccountEntry, host: FrameHost) {
    this.message = message
    this.analysis = analysis
    this.account = account
    this.host = host
    this.gas = Number(message.gasLimit)
    this.refund = message.gasRefund
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
    return readWord(this.view, at)
  }

  store(at: number, word: bigint): void {
    writeWord(this.view, at, word)
  }

  /** Copies `source` from `from` on to memory, zeros where it ends. */
  copy(target: number, source: Uint8Array, from: bigint, length: number): void {
    if (length === 0) return
    const start = from > BigInt(source.length) ? source.length : Number(from)
    const part = source.subarray(start, start + length)
    this.memory.set(part, target)
    this.memory.fill(0, target + part.length, target + length)
  }

  /**
   * Takes memory back from the library, which pays for it before it makes it: there may be less
   * than was paid for.
   */
  adoptMemory(memory: Uint8Array, words: number, gas: number): void {
    this.memoryWords = words
    this.memoryGas = gas
    if (memory !== this.memory) this.#setMemory(memory)
    this.#reserve()
  }

  /** The frame is over: its memory may serve another. */
  close(): void {
    this.host.memory.release(this.memory, this.memoryWords * WORD_BYTES)
    this.#setMemory(NO_BYTES)
  }

  #grow(words: number): void {
    const cost = words * MEMORY_GAS + Math.floor((words * words) / MEMORY_QUADRATIC_DIVISOR)
    this.useGas(cost - this.memoryGas)
    this.memoryGas = cost
    this.memoryWords = words
    this.#reserve()
  }

  /** Makes room for the words that were paid for. */
  #reserve(): void {
    const needed = this.memoryWords * WORD_BYTES
    if (needed <= this.memory.length) return
    const grown = this.host.memory.acquire(Math.max(needed, this.memory.length * 2))
    grown.set(this.memory)
    this.host.memory.release(this.memory, this.memory.length)
    this.#setMemory(grown)
  }

  #setMemory(memory: Uint8Array): void {
    this.memory = memory
    this.view = viewOf(memory)
  }
}

export function outOfGas(): EVMError {
  return new EVMError(EVMError.errorMessages.OUT_OF_GAS)
}

export function staticViolation(): EVMError {
  return new EVMError(EVMError.errorMessages.STATIC_STATE_CHANGE)
}
