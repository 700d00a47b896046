/** An address as the library has them, made of its hex and with it at hand: maps go by hex here. */
import { Address } from '@ethereumjs/util'
import type { Address as AddressHex } from '../../../consensus/types.ts'
import { bytesOfHex } from '../../state/flat/integers.ts'

export class HexAddress extends Address {
  readonly #hex: AddressHex

  /** `hex` in lower case. */
  constructor(hex: AddressHex) {
    super(bytesOfHex(hex))
    this.#hex = hex
  }

  override toString(): AddressHex {
    return this.#hex
  }
}
