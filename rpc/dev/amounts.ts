/** Numbers as tools for developers write them: JSON numbers, hex with zeros in front, decimals. */
import type { Hex } from '../../consensus/types.ts'
import { expected, type Parser } from '../params/primitives.ts'

const HEX = /^0x[0-9a-fA-F]{1,64}$/
const DECIMAL = /^[0-9]{1,78}$/
const UINT256_END = 2n ** 256n

export const amount: Parser<bigint> = {
  type: 'quantity or number',
  parse(value, path) {
    const read = readInteger(value)
    if (read === undefined || read >= UINT256_END) throw expected(path, 'a number', value)
    return read
  },
}

/** At most 64 bits: counts, seconds and nonces. */
export const smallAmount: Parser<bigint> = {
  type: 'quantity or number',
  parse(value, path) {
    const read = readInteger(value)
    if (read === undefined || read >= 2n ** 64n) throw expected(path, 'a number of 64 bits', value)
    return read
  },
}

/** A word of storage, its zeros in front given or not. */
export const word: Parser<Hex> = {
  type: '32 bytes',
  parse(value, path) {
    if (typeof value === 'string' && HEX.test(value)) {
      return `0x${value.slice(2).toLowerCase().padStart(64, '0')}`
    }
    throw expected(path, 'up to 32 bytes in 0x hex', value)
  },
}

function readInteger(value: unknown): bigint | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
  }
  if (typeof value !== 'string') return undefined
  return HEX.test(value) || DECIMAL.test(value) ? BigInt(value) : undefined
}
