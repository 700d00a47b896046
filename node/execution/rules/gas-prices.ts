/** What the parts of a transaction cost before it executes, by fork. */
import { type Common, Hardfork } from '@ethereumjs/common'

export type GasPrices = {
  readonly transaction: number
  readonly creation: number
  readonly zeroByte: number
  readonly nonZeroByte: number
  /** EIP-3860, a word of initcode. */
  readonly initcodeWord: number
  /** EIP-2930. */
  readonly accessListAddress: number
  readonly accessListSlot: number
  /** EIP-7702, as if the authority were a new account. */
  readonly authorization: number
  /** EIP-7623, a token: a zero byte is one, another byte four; 0 before there was a floor. */
  readonly floorToken: number
}

/** Osaka's, and so ours; tests compare the sums with those of @ethereumjs/tx. */
export const OSAKA_PRICES: GasPrices = {
  transaction: 21_000,
  creation: 32_000,
  zeroByte: 4,
  nonZeroByte: 16,
  initcodeWord: 2,
  accessListAddress: 2_400,
  accessListSlot: 1_900,
  authorization: 25_000,
  floorToken: 10,
}

/** Since Homestead; what a fork does not know has no price, since it can't be there. */
export function gasPricesAt(common: Common): GasPrices {
  const isActive = (eip: number): boolean => common.isActivatedEIP(eip)
  const isIstanbul = common.gteHardfork(Hardfork.Istanbul)
  return {
    ...OSAKA_PRICES,
    nonZeroByte: isIstanbul ? 16 : 68,
    initcodeWord: isActive(3860) ? 2 : 0,
    floorToken: isActive(7623) ? 10 : 0,
  }
}
