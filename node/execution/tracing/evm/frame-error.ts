/**
 * How a frame failed, in geth's words: its last operation tells what EthereumJS does not.
 */
import type { EVMError } from '@ethereumjs/evm'
import { failureReason } from '../../calls/failure.ts'
import type { Step } from '../tracer.ts'
import { nameOf, OP, stackError } from './opcodes.ts'
import { readsBeyond } from './step-cost.ts'

const OUT_OF_RANGE = 'value out of range'
const WRONG_LENGTH = 'invalid input length'

/** The operations after which a frame is over without having failed. */
const ENDS: ReadonlySet<number> = new Set([OP.STOP, OP.RETURN, OP.SELFDESTRUCT])

export function isEnd(opcode: number): boolean {
  return ENDS.has(opcode)
}

/** `last` is the frame's last operation, undefined when it ran no code. */
export function frameError(
  { error }: EVMError,
  last: Step | undefined,
  isCreation: boolean,
): string {
  if (error === 'revert') return 'execution reverted'
  if (error.startsWith('invalid bytecode')) return 'invalid code: must not begin with 0xef'
  // Precompiles tell less apart than geth's, but for the length of what they are given.
  if (last === undefined) return error === OUT_OF_RANGE ? WRONG_LENGTH : failureReason(error)
  if (error === 'out of gas') return outOfGasError(last, isCreation)
  if (error === 'invalid opcode') return `invalid opcode: ${nameOf(last.opcode)}`
  return stackError(last.opcode, last.stack.length) ?? failureReason(error)
}

function outOfGasError(last: Step, isCreation: boolean): string {
  if (last.error !== undefined) return last.error
  const hasEnded = isEnd(last.opcode)
  if (isCreation && hasEnded) return 'contract creation code storage out of gas'
  const isBeyond = last.opcode === OP.RETURNDATACOPY && readsBeyond(last.stack, last.returned)
  return isBeyond ? 'return data out of bounds' : 'out of gas'
}
