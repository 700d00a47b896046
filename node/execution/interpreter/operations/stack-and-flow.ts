/** Operations that move words on the stack and the place in the code, and those that end it. */
import { EVMError } from '@ethereumjs/evm'
import { pushedWord } from '../code-analysis.ts'
import type { Frame } from '../frame.ts'
import { type Operation, type OperationTable, operation, source } from './operation.ts'

const PUSH1 = 0x60
const DUP1 = 0x80
const SWAP1 = 0x90

export const STACK_AND_FLOW: OperationTable = new Map([
  [0x00, operation(0, 0, 0, stop)],
  [0x50, operation(2, 1, 0, (frame) => void frame.pop())],
  [0x56, operation(8, 1, 0, (frame) => jump(frame, frame.pop()))],
  [0x57, operation(10, 2, 0, jumpIf)],
  [0x58, source(2, (frame) => BigInt(frame.pc - 1))],
  [0x59, source(2, (frame) => BigInt(frame.memoryWords * 32))],
  [0x5a, source(2, (frame) => BigInt(frame.gas))],
  [0x5b, operation(1, 0, 0, () => undefined)],
  [0x5f, source(2, () => 0n)],
  ...Array.from({ length: 32 }, (_, i) => [PUSH1 + i, push(i + 1)] as const),
  ...Array.from({ length: 16 }, (_, i) => [DUP1 + i, duplicate(i + 1)] as const),
  ...Array.from({ length: 16 }, (_, i) => [SWAP1 + i, swap(i + 1)] as const),
  [0xf3, operation(0, 2, 0, (frame) => finish(frame, 'stop'))],
  [0xfd, operation(0, 2, 0, (frame) => finish(frame, 'revert'))],
])

function stop(frame: Frame): void {
  frame.end = 'stop'
}

function finish(frame: Frame, end: 'stop' | 'revert'): void {
  const offset = frame.pop()
  const length = frame.pop()
  const at = frame.touch(offset, length)
  frame.output = frame.memory.slice(at, at + Number(length))
  frame.end = end
}

function jump(frame: Frame, destination: bigint): void {
  const { jumpDestinations } = frame.analysis
  const isInside = destination < BigInt(jumpDestinations.length)
  if (!isInside || jumpDestinations[Number(destination)] !== 1) {
    throw new EVMError(EVMError.errorMessages.INVALID_JUMP)
  }
  frame.pc = Number(destination)
}

function jumpIf(frame: Frame): void {
  const destination = frame.pop()
  if (frame.pop() !== 0n) jump(frame, destination)
}

function push(bytes: number): Operation {
  return source(3, (frame) => {
    const word = pushedWord(frame.analysis, frame.pc - 1, bytes)
    frame.pc += bytes
    return word
  })
}

function duplicate(depth: number): Operation {
  return operation(3, depth, depth + 1, (frame) => {
    frame.push(frame.stack[frame.size - depth] as bigint)
  })
}

function swap(depth: number): Operation {
  return operation(3, depth + 1, depth + 1, (frame) => {
    const { stack } = frame
    const top = frame.size - 1
    const word = stack[top] as bigint
    stack[top] = stack[top - depth] as bigint
    stack[top - depth] = word
  })
}
