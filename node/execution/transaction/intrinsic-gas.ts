/** Gas that a transaction costs before it executes, and the least that it costs in the end. */
import type { Address } from '@ethereumjs/util'

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

/** The fields of a transaction, or of a message that is none, that have a price. */
export type PricedFields = {
  readonly to?: Address | undefined
  readonly data: Uint8Array
  readonly accessList?: readonly (readonly [Uint8Array, readonly Uint8Array[]])[]
  readonly authorizationList?: readonly unknown[]
}

export type IntrinsicGas = {
  /** Taken before execution. */
  readonly intrinsic: bigint
  /** EIP-7623: at least this much is paid, whatever execution used. */
  readonly floor: bigint
}

export function intrinsicGas({
  to,
  data,
  accessList = [],
  authorizationList = [],
}: PricedFields): IntrinsicGas {
  let zeros = 0
  for (const byte of data) if (byte === 0) zeros += 1
  const nonZeros = data.length - zeros
  let gas = GAS.transaction + zeros * GAS.zeroByte + nonZeros * GAS.nonZeroByte
  if (to === undefined) {
    gas += GAS.creation + Math.ceil(data.length / WORD_BYTES) * GAS.initcodeWord
  }
  gas += accessList.length * GAS.accessListAddress
  for (const [, slots] of accessList) gas += slots.length * GAS.accessListSlot
  gas += authorizationList.length * GAS.authorization
  const tokens = zeros + nonZeros * TOKENS_OF_NON_ZERO
  return {
    intrinsic: BigInt(gas),
    floor: BigInt(GAS.transaction + tokens * GAS.floorToken),
  }
}
