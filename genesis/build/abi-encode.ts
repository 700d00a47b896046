/**
 * ABI encoding of constructor arguments and calldata, by the parameters that the compiler wrote
 * down: only encoding, only for block 0, so that a node needs no ABI library.
 *
 * Spec: Solidity, "Contract ABI Specification", "Formal Specification of the Encoding".
 */
import {
  bigIntToBytes,
  concatBytes,
  hexToBytes,
  setLengthLeft,
  utf8ToBytes,
} from '@ethereumjs/util'
import type { AbiItem, AbiParameter } from '../artifacts.ts'
import { keccak256 } from '../block/keccak.ts'
import type { Hex } from '../types.ts'

/** Integers are bigints; `address`, `bytes` and `bytesN` are hex; tuples go by their names. */
export type AbiValue = bigint | boolean | string | readonly AbiValue[] | AbiFields
export type AbiFields = { readonly [name: string]: AbiValue }

/** A value: in place if its length is known, else behind an offset from its tuple's start. */
type Part = { readonly isDynamic: boolean; readonly bytes: Uint8Array }

const WORD_BYTES = 32
const ARRAY = /^(.*)\[(\d*)\]$/

/** `args` by the names of `parameters`; one that is missing or left over is a bug. */
export function encodeParameters(parameters: readonly AbiParameter[], args: AbiFields): Uint8Array {
  const names = parameters.map(({ name }) => name)
  const unknown = Object.keys(args).find((name) => !names.includes(name))
  if (unknown !== undefined) throw new RangeError(`no parameter ${unknown}`)
  return joinParts(
    parameters.map((parameter) => {
      const value = args[parameter.name]
      if (value === undefined) throw new RangeError(`no value for ${parameter.name}`)
      return encodeValue(parameter, value)
    }),
  )
}

/** Calldata of the function `name`, which must not be overloaded. */
export function encodeCall(abi: readonly AbiItem[], name: string, args: AbiFields): Uint8Array {
  const [item, ...others] = abi.filter((each) => each.type === 'function' && each.name === name)
  if (item === undefined || others.length > 0) throw new RangeError(`no single function ${name}`)
  const inputs = item.inputs ?? []
  const signature = `${name}(${inputs.map(canonicalType).join(',')})`
  const selector = keccak256(utf8ToBytes(signature)).subarray(0, 4)
  return concatBytes(selector, encodeParameters(inputs, args))
}

/** The type as selectors hash it: a tuple is the list of its members' types. */
function canonicalType({ type, components = [] }: AbiParameter): string {
  return type.replace(/^tuple/, () => `(${components.map(canonicalType).join(',')})`)
}

function encodeValue(parameter: AbiParameter, value: AbiValue): Part {
  const { type } = parameter
  const array = ARRAY.exec(type)
  if (array !== null) {
    return encodeArray({ ...parameter, type: array[1] ?? '' }, array[2] ?? '', value)
  }
  if (type === 'tuple') {
    if (typeof value !== 'object' || Array.isArray(value)) mismatch(parameter)
    const parts = tupleParts(parameter, value as AbiFields)
    return { isDynamic: parts.some(({ isDynamic }) => isDynamic), bytes: joinParts(parts) }
  }
  if (type === 'string' || type === 'bytes') {
    if (typeof value !== 'string') mismatch(parameter)
    const bytes = type === 'string' ? utf8ToBytes(value as string) : hexToBytes(value as Hex)
    return { isDynamic: true, bytes: concatBytes(encodeLength(bytes.length), padRight(bytes)) }
  }
  return { isDynamic: false, bytes: encodeWord(parameter, value) }
}

function encodeArray(element: AbiParameter, length: string, value: AbiValue): Part {
  if (!Array.isArray(value)) return mismatch(element)
  const parts = value.map((each: AbiValue) => encodeValue(element, each))
  const bytes = joinParts(parts)
  if (length === '') {
    return { isDynamic: true, bytes: concatBytes(encodeLength(parts.length), bytes) }
  }
  if (parts.length !== Number(length)) mismatch(element)
  return { isDynamic: parts.some(({ isDynamic }) => isDynamic), bytes }
}

function tupleParts({ name, components = [] }: AbiParameter, value: AbiFields): readonly Part[] {
  if (Object.keys(value).length !== components.length) throw new RangeError(`fields of ${name}`)
  return components.map((component) => {
    const field = value[component.name]
    if (field === undefined) throw new RangeError(`no value for ${name}.${component.name}`)
    return encodeValue(component, field)
  })
}

function encodeWord(parameter: AbiParameter, value: AbiValue): Uint8Array {
  const { type } = parameter
  const uintBits = /^uint(\d+)$/.exec(type)?.[1]
  if (uintBits !== undefined && typeof value === 'bigint') {
    if (value < 0n || value >> BigInt(uintBits) !== 0n) mismatch(parameter)
    return uintWord(value)
  }
  if (type === 'bool' && typeof value === 'boolean') return uintWord(value ? 1n : 0n)
  if (typeof value !== 'string') return mismatch(parameter)
  const bytes = hexToBytes(value as Hex)
  if (type === 'address' && bytes.length === 20) return setLengthLeft(bytes, WORD_BYTES)
  const fixed = /^bytes(\d+)$/.exec(type)?.[1]
  if (fixed !== undefined && bytes.length === Number(fixed)) return padRight(bytes)
  return mismatch(parameter)
}

/** Heads in a row, each a value or the offset of its tail; then the tails. */
function joinParts(parts: readonly Part[]): Uint8Array {
  const headBytes = ({ isDynamic, bytes }: Part) => (isDynamic ? WORD_BYTES : bytes.length)
  let offset = parts.reduce((sum, part) => sum + headBytes(part), 0)
  const heads: Uint8Array[] = []
  const tails: Uint8Array[] = []
  for (const { isDynamic, bytes } of parts) {
    heads.push(isDynamic ? encodeLength(offset) : bytes)
    if (!isDynamic) continue
    tails.push(bytes)
    offset += bytes.length
  }
  return concatBytes(...heads, ...tails)
}

function encodeLength(length: number): Uint8Array {
  return uintWord(BigInt(length))
}

function uintWord(value: bigint): Uint8Array {
  return setLengthLeft(bigIntToBytes(value), WORD_BYTES)
}

function padRight(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / WORD_BYTES) * WORD_BYTES)
  padded.set(bytes)
  return padded
}

function mismatch({ name, type }: AbiParameter): never {
  throw new RangeError(`the value of ${name} is no ${type}`)
}
