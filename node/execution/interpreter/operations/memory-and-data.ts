/** Operations on memory, and on the bytes that a frame is given: its call data and its code. */
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { type Frame, outOfGas } from '../frame.ts'
import { readWord, viewOf, WORD_BYTES } from '../words.ts'
import { type Operation, type OperationTable, operation, source } from './operation.ts'

/** A word copied, and a word hashed. */
const COPY_WORD_GAS = 3
const HASH_WORD_GAS = 6

export const MEMORY_AND_DATA: OperationTable = new Map([
  [0x20, operation(30, 2, 1, hash)],
  [0x35, operation(3, 1, 1, loadCallData)],
  [0x36, source(2, ({ message }) => BigInt(message.data.length))],
  [0x37, copyFrom(({ message }) => message.data)],
  [0x38, source(2, ({ analysis }) => BigInt(analysis.code.length))],
  [0x39, copyFrom(({ analysis }) => analysis.code)],
  [0x3d, source(2, ({ returned }) => BigInt(returned.length))],
  [0x3e, operation(3, 3, 0, copyReturned)],
  [0x51, operation(3, 1, 1, (frame) => frame.push(frame.load(wordAt(frame, frame.pop()))))],
  [0x52, operation(3, 2, 0, (frame) => frame.store(wordAt(frame, frame.pop()), frame.pop()))],
  [0x53, operation(3, 2, 0, storeByte)],
  [0x5e, operation(3, 3, 0, copyWithin)],
])

function wordAt(frame: Frame, offset: bigint): number {
  return frame.touch(offset, 32n)
}

function words(length: bigint): number {
  return Math.ceil(Number(length) / WORD_BYTES)
}

function hash(frame: Frame): void {
  const offset = frame.pop()
  const length = frame.pop()
  const at = frame.touch(offset, length)
  frame.useGas(words(length) * HASH_WORD_GAS)
  const digest = keccak256(frame.memory.subarray(at, at + Number(length)))
  frame.push(readWord(viewOf(digest), 0))
}

function loadCallData(frame: Frame): void {
  const { data } = frame.message
  const offset = frame.pop()
  if (offset >= BigInt(data.length)) {
    frame.push(0n)
    return
  }
  const at = Number(offset)
  if (at + WORD_BYTES <= data.length) {
    frame.push(readWord(viewOf(data), at))
    return
  }
  const padded = new Uint8Array(WORD_BYTES)
  padded.set(data.subarray(at))
  frame.push(readWord(viewOf(padded), 0))
}

function copyFrom(bytesOf: (frame: Frame) => Uint8Array): Operation {
  return operation(3, 3, 0, (frame) => {
    const target = frame.pop()
    const from = frame.pop()
    const length = frame.pop()
    const at = frame.touch(target, length)
    frame.useGas(words(length) * COPY_WORD_GAS)
    frame.copy(at, bytesOf(frame), from, Number(length))
  })
}

/** EIP-211: reading behind the end is no zero but a failure. */
function copyReturned(frame: Frame): void {
  const target = frame.pop()
  const from = frame.pop()
  const length = frame.pop()
  if (from + length > BigInt(frame.returned.length)) throw outOfGas()
  const at = frame.touch(target, length)
  frame.useGas(words(length) * COPY_WORD_GAS)
  frame.copy(at, frame.returned, from, Number(length))
}

function storeByte(frame: Frame): void {
  const at = frame.touch(frame.pop(), 1n)
  frame.memory[at] = Number(frame.pop() & 0xffn)
}

/** EIP-5656. */
function copyWithin(frame: Frame): void {
  const target = frame.pop()
  const from = frame.pop()
  const length = frame.pop()
  frame.touch(from > target ? from : target, length)
  frame.useGas(words(length) * COPY_WORD_GAS)
  if (length === 0n) return
  frame.memory.copyWithin(Number(target), Number(from), Number(from + length))
}
