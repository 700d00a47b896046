/**
 * What an operation costs, as geth says it: with the gas that a callee is given, which EthereumJS
 * leaves out of its events.
 */
import type { Common } from '@ethereumjs/common'
import { Hardfork } from '@ethereumjs/common'
import type { InterpreterStep } from '@ethereumjs/evm'
import { OP, stackError } from './opcodes.ts'

const WORD_BYTES = 32n
const COPY_WORD_GAS = 3n
const COPY_GAS = 3n
const MEMORY_WORD_GAS = 3n
const MEMORY_QUADRATIC_DIVISOR = 512n
/** Of all that is left a frame keeps this share (EIP-150). */
const RETAINED_SHARE = 64n
/** With no more than this SSTORE does not begin (EIP-2200). */
const STORE_SENTRY_GAS = 2_300n

export type StepCost = {
  readonly cost: bigint
  /** Given to a callee, its stipend not counted. */
  readonly granted: bigint
}

export function isCall(opcode: number): boolean {
  return (
    opcode === OP.CALL ||
    opcode === OP.CALLCODE ||
    opcode === OP.DELEGATECALL ||
    opcode === OP.STATICCALL
  )
}

export function isCreation(opcode: number): boolean {
  return opcode === OP.CREATE || opcode === OP.CREATE2
}

export function costOf(
  { gasLeft, opcode, stack, memoryWordCount }: InterpreterStep,
  code: number,
  returned: Uint8Array,
  common: Common,
): StepCost {
  const fee = opcode.dynamicFee ?? BigInt(opcode.fee)
  const left = gasLeft - fee
  if (left < 0n) return { cost: fee, granted: 0n }
  if (isCreation(code)) return { cost: fee, granted: mostGranted(left, common) }
  if (isCall(code)) {
    const wanted = stack.at(-1) ?? 0n
    const most = mostGranted(left, common)
    const granted = wanted < most || !hasSharing(common) ? wanted : most
    return { cost: fee + granted, granted }
  }
  if (code === OP.RETURNDATACOPY && readsBeyond(stack, returned)) {
    return { cost: copyCost(stack, memoryWordCount), granted: 0n }
  }
  return { cost: fee, granted: 0n }
}

/** Why geth does not begin the operation. */
export function earlyError(
  step: InterpreterStep,
  code: number,
  cost: bigint,
  { isStatic, common }: { readonly isStatic: boolean; readonly common: Common },
): string | undefined {
  const { gasLeft, stack } = step
  const error = stackError(code, stack.length)
  if (error !== undefined) return error
  if (cost > gasLeft) return 'out of gas'
  if (isCall(code) && !isForbidden(step, code, isStatic) && hasNoPrice(step, common)) {
    return 'out of gas'
  }
  const isSentry = code === OP.SSTORE && gasLeft <= STORE_SENTRY_GAS
  return isSentry ? 'out of gas: not enough gas for reentrancy sentry' : undefined
}

/** Since EIP-2929 no call is free: EthereumJS gives up before it has added up a price. */
function hasNoPrice({ opcode }: InterpreterStep, common: Common): boolean {
  return common.isActivatedEIP(2929) && opcode.dynamicFee === BigInt(opcode.fee)
}

/** Coins may not move in a static call, and this is why there is no price then. */
function isForbidden({ stack }: InterpreterStep, code: number, isStatic: boolean): boolean {
  return isStatic && code === OP.CALL && stack.at(-3) !== 0n
}

/** RETURNDATACOPY behind the end of what was returned, which is no zero but a failure. */
export function readsBeyond(stack: readonly bigint[], returned: Uint8Array): boolean {
  const [from = 0n, length = 0n] = [stack.at(-2), stack.at(-3)]
  return from + length > BigInt(returned.length)
}

/** EthereumJS names no price when the copy fails anyway. */
function copyCost(stack: readonly bigint[], memoryWords: bigint): bigint {
  const [target = 0n, length = 0n] = [stack.at(-1), stack.at(-3)]
  const copied = COPY_GAS + COPY_WORD_GAS * wordsOf(length)
  const needed = length === 0n ? 0n : wordsOf(target + length)
  return copied + (needed > memoryWords ? memoryGas(needed) - memoryGas(memoryWords) : 0n)
}

function memoryGas(words: bigint): bigint {
  return words * MEMORY_WORD_GAS + (words * words) / MEMORY_QUADRATIC_DIVISOR
}

function wordsOf(bytes: bigint): bigint {
  return (bytes + WORD_BYTES - 1n) / WORD_BYTES
}

function mostGranted(left: bigint, common: Common): bigint {
  return hasSharing(common) ? left - left / RETAINED_SHARE : left
}

function hasSharing(common: Common): boolean {
  return common.gteHardfork(Hardfork.TangerineWhistle)
}
