/** Gas that a transaction costs before it executes, and the least that it costs in the end. */
import type { TypedTransaction } from '@ethereumjs/tx'

/** Osaka's prices; tests compare the sums with those of @ethereumjs/tx. */
const GAS = {
  transaction: 21_000,
  creation: 32_000,
  zeroByte: 4,
  nonZeroByte: 16,
  /** EIP-3860, a word of initcode. */
  initcodeWord: 2,
  /** EIP-2930. */
  accessListAddress: 2_400,
  accessListSlot: 1_900,
  /** EIP-7702, as if the authority were a new account. */
  authorization: 25_000,
  /** EIP-7623, a token: a zero byte is one, another byte four. */
  floorToken: 10,
} as const
const TOKENS_OF_NON_ZERO = 4
const WORD_BYTES = 32

export type IntrinsicGas = {
  /** Taken before execution. */
  readonly intrinsic: bigint
  /** EIP-7623: at least this much is paid, whatever execution used. */
  readonly floor: bigint
}

export function intrinsicGas(tx: TypedTransaction): IntrinsicGas {
  const { data } = tx
  let zeros = 0
  for (const byte of data) if (byte === 0) zeros += 1
  const nonZeros = data.length - zeros
  let gas = GAS.transaction + zeros * GAS.zeroByte + nonZeros * GAS.nonZeroByte
  if (tx.to === undefined) {
    gas += GAS.creation + Math.ceil(data.length / WORD_BYTES) * GAS.initcodeWord
  }
  if ('accessList' in tx) {
    gas += tx.accessList.length * GAS.accessListAddress
    for (const [, slots] of tx.accessList) gas += slots.length * GAS.accessListSlot
  }
  if ('authorizationList' in tx) gas += tx.authorizationList.length * GAS.authorization
  const tokens = zeros + nonZeros * TOKENS_OF_NON_ZERO
  return {
    intrinsic: BigInt(gas),
    floor: BigInt(GAS.transaction + tokens * GAS.floorToken),
  }
}
