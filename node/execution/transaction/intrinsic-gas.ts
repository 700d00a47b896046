/** Gas that a transaction costs before it executes, and the least that it costs in the end. */
import type { Address } from '@ethereumjs/util'
import { type GasPrices, OSAKA_PRICES } from '../rules/gas-prices.ts'

const TOKENS_OF_NON_ZERO = 4
const WORD_BYTES = 32

/** The fields of a transaction, or of a message that is none, that have a price. */
export type PricedFields = {
  readonly to?: Address | undefined
  readonly data: Uint8Array
  readonly accessList?: readonly (readonly [Uint8Array, readonly Uint8Array[]])[] | undefined
  readonly authorizationList?: readonly unknown[] | undefined
}

export type IntrinsicGas = {
  /** Taken before execution. */
  readonly intrinsic: bigint
  /** EIP-7623: at least this much is paid, whatever execution used. */
  readonly floor: bigint
}

export function intrinsicGas(
  { to, data, accessList = [], authorizationList = [] }: PricedFields,
  prices: GasPrices = OSAKA_PRICES,
): IntrinsicGas {
  let zeros = 0
  for (const byte of data) if (byte === 0) zeros += 1
  const nonZeros = data.length - zeros
  let gas = prices.transaction + zeros * prices.zeroByte + nonZeros * prices.nonZeroByte
  if (to === undefined) {
    gas += prices.creation + Math.ceil(data.length / WORD_BYTES) * prices.initcodeWord
  }
  gas += accessList.length * prices.accessListAddress
  for (const [, slots] of accessList) gas += slots.length * prices.accessListSlot
  gas += authorizationList.length * prices.authorization
  const tokens = zeros + nonZeros * TOKENS_OF_NON_ZERO
  // Before EIP-7623 refunds may bring a transaction below its intrinsic gas.
  const hasFloor = prices.floorToken > 0
  return {
    intrinsic: BigInt(gas),
    floor: hasFloor ? BigInt(prices.transaction + tokens * prices.floorToken) : 0n,
  }
}
