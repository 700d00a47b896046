/**
 * Strict reading of JSON: each function returns the value it promises or throws a
 * {@link GenesisError} that names the field by its path.
 */
import { hexToBytes, isHexString } from '@ethereumjs/util'
import { GenesisError } from '../errors.ts'
import type { Address, Hex } from '../types.ts'

/** An object whose fields are read by name; `path` is where it sits in the file. */
export type JsonObject = { readonly path: string; readonly fields: Record<string, unknown> }

/** `value` as an object with no fields but `known` ones; any field will do without `known`. */
export function readObject(value: unknown, path: string, known?: readonly string[]): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    invalid(path === '' ? 'the file' : path, 'an object')
  }
  const unknown = Object.keys(value).find((name) => known !== undefined && !known.includes(name))
  if (unknown !== undefined) {
    throw new GenesisError({ code: 'FIELD_UNKNOWN', field: join(path, unknown) })
  }
  return { path, fields: value as Record<string, unknown> }
}

/** The object in field `name` of `parent`. */
export function readChild(parent: JsonObject, name: string, known?: readonly string[]): JsonObject {
  return readObject(readField(parent, name), join(parent.path, name), known)
}

export function readArray(parent: JsonObject, name: string): readonly unknown[] {
  const value = readField(parent, name)
  if (!Array.isArray(value)) return invalid(join(parent.path, name), 'a list')
  return value
}

export function readBoolean(parent: JsonObject, name: string): boolean {
  const value = readField(parent, name)
  if (typeof value !== 'boolean') return invalid(join(parent.path, name), 'true or false')
  return value
}

/** A whole number that JSON holds exactly. */
export function readInteger(parent: JsonObject, name: string): number {
  const value = readField(parent, name)
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    return invalid(join(parent.path, name), 'a whole number below 2^53')
  }
  return value as number
}

export function readChoice<T extends string>(
  parent: JsonObject,
  name: string,
  choices: readonly T[],
): T {
  const value = readField(parent, name)
  const choice = choices.find((candidate) => candidate === value)
  return choice ?? invalid(join(parent.path, name), `one of ${choices.join(', ')}`)
}

/** A hex quantity of at most `bits` bits. */
export function readQuantity(parent: JsonObject, name: string, bits: number): bigint {
  const value = readField(parent, name)
  if (typeof value === 'string' && /^0x[0-9a-fA-F]+$/.test(value)) {
    const quantity = BigInt(value)
    if (quantity >> BigInt(bits) === 0n) return quantity
  }
  return invalid(join(parent.path, name), `a 0x hex number of at most ${bits} bits`)
}

export function readBytes(parent: JsonObject, name: string): Uint8Array {
  const value = readField(parent, name)
  if (typeof value === 'string' && isHexString(value) && value.length % 2 === 0) {
    return hexToBytes(value)
  }
  return invalid(join(parent.path, name), 'bytes in 0x hex')
}

export function readAddress(parent: JsonObject, name: string): Address {
  return parseAddress(readField(parent, name), join(parent.path, name))
}

/** `value` in lower case; checksum casing is not looked at. */
export function parseAddress(value: unknown, path: string): Address {
  if (typeof value === 'string' && isHexString(value, 20)) return value.toLowerCase() as Address
  return invalid(path, 'an address of 20 bytes in 0x hex')
}

/** `value` as 32 bytes in lower case, padded at the left. */
export function parseWord(value: unknown, path: string): Hex {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value)) {
    return `0x${value.slice(2).toLowerCase().padStart(64, '0')}`
  }
  return invalid(path, 'at most 32 bytes in 0x hex')
}

export function hasField(parent: JsonObject, name: string): boolean {
  return Object.hasOwn(parent.fields, name)
}

export function readField(parent: JsonObject, name: string): unknown {
  if (!hasField(parent, name)) {
    throw new GenesisError({ code: 'FIELD_MISSING', field: join(parent.path, name) })
  }
  return parent.fields[name]
}

export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

export function invalid(field: string, expected: string): never {
  throw new GenesisError({ code: 'FIELD_INVALID', field, expected })
}
