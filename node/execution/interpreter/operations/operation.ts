/** What the loop knows of an operation: its price, how it moves the stack, and what it does. */
import type { Frame } from '../frame.ts'

export type Operation = {
  /** Without what depends on operands, which the operation takes itself. */
  readonly gas: number
  /** Words that must be on the stack. */
  readonly takes: number
  /** Words that the stack grows by. */
  readonly grows: number
  /** The program counter stands behind the operation. */
  readonly run: (frame: Frame) => void
}

export type OperationTable = ReadonlyMap<number, Operation>

export function operation(
  gas: number,
  takes: number,
  leaves: number,
  run: (frame: Frame) => void,
): Operation {
  return { gas, takes, grows: leaves - takes, run }
}

/** An operation on the two topmost words, of which `a` is the first. */
export function binary(gas: number, compute: (a: bigint, b: bigint) => bigint): Operation {
  return operation(gas, 2, 1, (frame) => {
    const { stack } = frame
    const a = stack[frame.size - 1] as bigint
    const b = stack[frame.size - 2] as bigint
    frame.size -= 1
    stack[frame.size - 1] = compute(a, b)
  })
}

/** An operation on the topmost word. */
export function unary(gas: number, compute: (a: bigint) => bigint): Operation {
  return operation(gas, 1, 1, (frame) => {
    const top = frame.size - 1
    frame.stack[top] = compute(frame.stack[top] as bigint)
  })
}

/** An operation that pushes one word. */
export function source(gas: number, read: (frame: Frame) => bigint): Operation {
  return operation(gas, 0, 1, (frame) => frame.push(read(frame)))
}
