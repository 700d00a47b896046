/** What an operation is about to work on, read from its stack and memory. */
import type { Address } from '../../../../consensus/types.ts'
import { addressOf } from '../../interpreter/operations/state-access.ts'
import type { EmittedLog, Step } from '../tracer.ts'
import { OP } from './opcodes.ts'
import { isCreation } from './step-cost.ts'

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`

/** A call or a creation. */
export type Call = {
  /** Of a creation unknown here. */
  readonly to: Address
  readonly value: bigint
  readonly input: Uint8Array
}

export function readCall({ opcode, stack, memory }: Step): Call {
  const word = (index: number): bigint => stack.at(-1 - index) ?? 0n
  if (isCreation(opcode)) {
    return { to: ZERO_ADDRESS, value: word(0), input: memoryAt(memory, word(1), word(2)) }
  }
  const hasValue = opcode === OP.CALL || opcode === OP.CALLCODE
  const input = hasValue ? 3 : 2
  return {
    to: addressOf(word(1)),
    value: hasValue ? word(2) : 0n,
    input: memoryAt(memory, word(input), word(input + 1)),
  }
}

export function logOf({ opcode, stack, memory, address }: Step, index: number): EmittedLog {
  const count = opcode - OP.LOG0
  const data = memoryAt(memory, stack.at(-1) ?? 0n, stack.at(-2) ?? 0n)
  const topics = stack.slice(stack.length - 2 - count, stack.length - 2).reverse()
  return { address, topics, data, index }
}

/** Memory that an operation pays for, zero where it did not reach so far before. */
export function memoryAt(memory: Uint8Array, offset: bigint, length: bigint): Uint8Array {
  if (length === 0n) return new Uint8Array(0)
  const [from, bytes] = [Number(offset), Number(length)]
  return paddedTo(memory.slice(from, from + bytes), bytes)
}

export function paddedTo(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes
  const padded = new Uint8Array(length)
  padded.set(bytes)
  return padded
}
