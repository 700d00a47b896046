/**
 * Parsers of JSON values into ours: strict, one error sentence each, no pattern compiled per call.
 *
 * Encodings: https://ethereum.org/developers/docs/apis/json-rpc/#hex-encoding. A QUANTITY has no
 * leading zeros, DATA has two digits a byte.
 */
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { paramInvalid } from '../errors.ts'
import { ECHO_CHARS_MAX } from '../limits.ts'

export type Parser<Value> = {
  /** For people: "address", "block". */
  readonly type: string
  /** Throws PARAM_INVALID; `path` names the value in the sentence: `filter.topics[0]`. */
  parse(value: unknown, path: string): Value
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const HASH = /^0x[0-9a-fA-F]{64}$/
const QUANTITY = /^0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/
const HEX = /^0x[0-9a-fA-F]*$/

/** Heights, gas and nonces are 64 bits wide. */
export const UINT64_MAX = 2n ** 64n - 1n
/** Positions in lists of ours fit a JavaScript number. */
const INDEX_MAX = 2n ** 32n - 1n

/** The error sentence of every parser: which argument, what was wanted, what came. */
export function expected(path: string, wanted: string, value: unknown) {
  const text = textOf(value)
  const echo = text.length > ECHO_CHARS_MAX ? `${text.slice(0, ECHO_CHARS_MAX)}...` : text
  return paramInvalid(`invalid argument "${path}": want ${wanted}, got ${echo}`)
}

/** Lists and objects by name only: written out, deep ones overflow the stack. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return JSON.stringify(value) ?? 'nothing'
}

export const address: Parser<Address> = {
  type: 'address',
  parse(value, path) {
    if (typeof value === 'string' && ADDRESS.test(value)) return value.toLowerCase() as Address
    throw expected(path, 'an address of 20 bytes in 0x hex', value)
  },
}

export const hash: Parser<Hash> = {
  type: 'hash',
  parse(value, path) {
    if (typeof value === 'string' && HASH.test(value)) return value.toLowerCase() as Hash
    throw expected(path, '32 bytes in 0x hex', value)
  },
}

/** Any number of bytes. */
export const bytes: Parser<Uint8Array> = {
  type: 'bytes',
  parse(value, path) {
    const decoded = typeof value === 'string' ? decodeHex(value) : undefined
    if (decoded === undefined) throw expected(path, 'bytes in 0x hex, two digits each', value)
    return decoded
  },
}

/** Exactly `count` bytes, kept as hex. */
export function hexOf(count: number): Parser<Hex> {
  return {
    type: `${count} bytes`,
    parse(value, path) {
      const isHex = typeof value === 'string' && value.length === 2 + 2 * count && HEX.test(value)
      if (isHex) return value.toLowerCase() as Hex
      throw expected(path, `${count} bytes in 0x hex`, value)
    },
  }
}

/** A QUANTITY of at most 256 bits. */
export const uint256: Parser<bigint> = {
  type: 'quantity',
  parse: (value, path) => parseQuantity(value, path),
}

export const uint64: Parser<bigint> = {
  type: 'quantity',
  parse(value, path) {
    const number = parseQuantity(value, path)
    if (number > UINT64_MAX) throw expected(path, 'a quantity of at most 64 bits', value)
    return number
  },
}

/** A position in a list of ours. */
export const index: Parser<number> = {
  type: 'quantity',
  parse(value, path) {
    const number = parseQuantity(value, path)
    if (number > INDEX_MAX) throw expected(path, 'a quantity of at most 32 bits', value)
    return Number(number)
  },
}

/** A count that old clients send as a JSON number. */
export const count: Parser<number> = {
  type: 'quantity or number',
  parse(value, path) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    return index.parse(value, path)
  },
}

/** A storage key: up to 32 bytes, any number of digits; the sentences are geth's. */
export const slot: Parser<Hex> = {
  type: 'slot',
  parse(value, path) {
    if (typeof value !== 'string') throw expected(path, 'up to 32 bytes in 0x hex', value)
    const echo = JSON.stringify(value.slice(0, ECHO_CHARS_MAX))
    if (!HEX.test(value)) throw paramInvalid(`invalid hex in storage key: ${echo}`)
    if (value.length > 66) {
      throw paramInvalid(`storage key too long (want at most 32 bytes): ${echo}`)
    }
    return `0x${value.slice(2).toLowerCase().padStart(64, '0')}`
  },
}

export const bool: Parser<boolean> = {
  type: 'boolean',
  parse(value, path) {
    if (typeof value === 'boolean') return value
    throw expected(path, 'true or false', value)
  },
}

export const text: Parser<string> = {
  type: 'string',
  parse(value, path) {
    if (typeof value === 'string') return value
    throw expected(path, 'a string', value)
  },
}

export function arrayOf<Value>(parser: Parser<Value>, lengthMax: number): Parser<readonly Value[]> {
  return {
    type: `list of ${parser.type}`,
    parse(value, path) {
      if (!Array.isArray(value)) throw expected(path, 'a list', value)
      if (value.length > lengthMax) throw paramInvalid(`"${path}" has more than ${lengthMax} items`)
      return value.map((item, position) => parser.parse(item, `${path}[${position}]`))
    },
  }
}

export type JsonObject = Readonly<Record<string, unknown>>

/** A JSON object; its members are still to be read. */
export function objectAt(value: unknown, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw expected(path, 'an object', value)
}

/** A member, or undefined when it is absent or null. */
export function member<Value>(
  object: JsonObject,
  path: string,
  name: string,
  parser: Parser<Value>,
): Value | undefined {
  const value = object[name]
  if (value === undefined || value === null) return undefined
  return parser.parse(value, `${path}.${name}`)
}

function parseQuantity(value: unknown, path: string): bigint {
  if (typeof value === 'string' && QUANTITY.test(value)) return BigInt(value)
  throw expected(path, 'a quantity in 0x hex without leading zeros', value)
}

/** Node's decoder stops at the first bad digit, so a full length means that all were good. */
function decodeHex(value: string): Uint8Array | undefined {
  if (!value.startsWith('0x') || value.length % 2 !== 0) return undefined
  const decoded = Buffer.from(value.slice(2), 'hex')
  return decoded.length === value.length / 2 - 1 ? decoded : undefined
}
