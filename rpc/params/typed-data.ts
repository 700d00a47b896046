/**
 * The typed data of EIP-712, read into the digest that is signed. As in version 4 of what MetaMask
 * signs: structs, lists and values, as an object or as its JSON.
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { paramInvalid } from '../errors.ts'
import { LIST_ITEMS_MAX, STRUCT_TYPES_MAX, TYPED_MEMBERS_MAX } from '../limits.ts'
import {
  address,
  arrayOf,
  bool,
  bytes,
  expected,
  type JsonObject,
  objectAt,
  type Parser,
  text,
} from './primitives.ts'

type Field = { readonly name: string; readonly type: string }
type Types = ReadonlyMap<string, readonly Field[]>

const DOMAIN = 'EIP712Domain'
/** In the order of the standard; a domain whose type is not given is made of those it has. */
const DOMAIN_FIELDS: readonly Field[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
]
const PREFIX = Uint8Array.of(0x19, 0x01)
const WORD_BYTES = 32
const ZERO_WORD = new Uint8Array(WORD_BYTES)
/** Structs within structs, and lists within lists. */
const DEPTH_MAX = 64
const NAME = /^[A-Za-z_$][A-Za-z0-9_$]{0,255}$/
const LIST = /^(.+)\[(\d{0,9})\]$/
const INTEGER_TYPE = /^(u?)int(\d{1,3})$/
const BYTES_TYPE = /^bytes(\d{1,2})$/
const INTEGER = /^-?(0x[0-9a-fA-F]{1,64}|\d{1,78})$/

const field: Parser<Field> = {
  type: 'field',
  parse(value, path) {
    const { name, type } = objectAt(value, path)
    return { name: text.parse(name, `${path}.name`), type: text.parse(type, `${path}.type`) }
  },
}
const fields = arrayOf(field, LIST_ITEMS_MAX)

/** The digest. */
export const typedData: Parser<Uint8Array> = {
  type: 'typed data',
  parse(value, path) {
    const { types: given, domain: domainGiven = {}, primaryType, message } = rootOf(value, path)
    const domain = objectAt(domainGiven, `${path}.domain`)
    const types = readTypes(objectAt(given, `${path}.types`), domain, `${path}.types`)
    const primary = text.parse(primaryType, `${path}.primaryType`)
    const reader = new TypedDataReader(types)
    const domainHash = reader.hashStruct(DOMAIN, domain, `${path}.domain`, 0)
    if (primary === DOMAIN) return keccak256(PREFIX, domainHash)
    return keccak256(PREFIX, domainHash, reader.hashStruct(primary, message, `${path}.message`, 0))
  },
}

function rootOf(value: unknown, path: string): JsonObject {
  if (typeof value !== 'string') return objectAt(value, path)
  try {
    return objectAt(JSON.parse(value), path)
  } catch (cause) {
    if (cause instanceof SyntaxError) throw expected(path, 'typed data, or its JSON', value)
    throw cause
  }
}

function readTypes(given: JsonObject, domain: JsonObject, path: string): Types {
  const types = new Map<string, readonly Field[]>()
  const entries = Object.entries(given)
  if (entries.length > STRUCT_TYPES_MAX) {
    throw paramInvalid(`"${path}" has more than ${STRUCT_TYPES_MAX} types`)
  }
  for (const [name, list] of entries) {
    if (!NAME.test(name)) throw expected(path, 'names of types', name)
    types.set(name, fields.parse(list, `${path}.${name}`))
  }
  const ownFields = DOMAIN_FIELDS.filter(({ name }) => domain[name] !== undefined)
  return types.has(DOMAIN) ? types : types.set(DOMAIN, ownFields)
}

class TypedDataReader {
  readonly #types: Types
  readonly #typeHashes = new Map<string, Uint8Array>()
  #memberCount = 0

  constructor(types: Types) {
    this.#types = types
  }

  hashStruct(type: string, value: unknown, path: string, depth: number): Uint8Array {
    if (depth > DEPTH_MAX) throw paramInvalid(`"${path}" is more than ${DEPTH_MAX} deep`)
    const object = objectAt(value, path)
    const members = this.#fieldsOf(type, path)
    this.#spend(members.length)
    const words = members.map((member) =>
      this.#word(member.type, object[member.name], `${path}.${member.name}`, depth + 1),
    )
    return keccak256(this.#typeHash(type), ...words)
  }

  /** What is hashed of a member: 32 bytes. */
  #word(type: string, value: unknown, path: string, depth: number): Uint8Array {
    const [, item, length] = LIST.exec(type) ?? []
    if (item !== undefined) return this.#hashList(item, length, value, path, depth)
    if (this.#types.has(type)) {
      // A struct that holds itself ends with one that is left out.
      if (value === null || value === undefined) return ZERO_WORD
      return this.hashStruct(type, value, path, depth)
    }
    return readValue(type, value, path)
  }

  #hashList(item: string, length: string | undefined, value: unknown, path: string, depth: number) {
    if (depth > DEPTH_MAX) throw paramInvalid(`"${path}" is more than ${DEPTH_MAX} deep`)
    const isLength = Array.isArray(value) && (!length || value.length === Number(length))
    if (!isLength) throw expected(path, `a list${length ? ` of ${length}` : ''}`, value)
    const items = value as unknown[]
    this.#spend(items.length)
    const words = items.map((each, index) => this.#word(item, each, `${path}[${index}]`, depth + 1))
    return keccak256(...words)
  }

  #typeHash(type: string): Uint8Array {
    const known = this.#typeHashes.get(type)
    if (known !== undefined) return known
    const others = [...this.#namesUnder(type)].filter((name) => name !== type).toSorted()
    const encoded = [type, ...others].map((name) => {
      const members = this.#fieldsOf(name, name)
      this.#spend(members.length)
      return `${name}(${members.map((member) => `${member.type} ${member.name}`).join(',')})`
    })
    const hash = keccak256(Buffer.from(encoded.join('')))
    this.#typeHashes.set(type, hash)
    return hash
  }

  /** The type and all that it is made of. */
  #namesUnder(type: string): ReadonlySet<string> {
    const names = new Set([type])
    // A set tells those that are added while it is gone through, too.
    for (const name of names) {
      for (const member of this.#fieldsOf(name, name)) {
        const item = member.type.replace(/(\[\d*\])+$/, '')
        if (this.#types.has(item)) names.add(item)
      }
    }
    return names
  }

  #spend(members: number): void {
    this.#memberCount += members
    if (this.#memberCount <= TYPED_MEMBERS_MAX) return
    throw paramInvalid(`typed data too large: more than ${TYPED_MEMBERS_MAX} members to hash`)
  }

  #fieldsOf(type: string, path: string): readonly Field[] {
    const members = this.#types.get(type)
    if (members === undefined) throw expected(path, 'a type that is given', type)
    return members
  }
}

/** A value that is no struct and no list. */
function readValue(type: string, value: unknown, path: string): Uint8Array {
  if (type === 'string') return keccak256(Buffer.from(text.parse(value, path)))
  if (type === 'bytes') return keccak256(bytes.parse(value, path))
  if (type === 'bool') return wordOf(bool.parse(value, path) ? 1n : 0n)
  if (type === 'address') return wordOf(BigInt(address.parse(value, path)))
  const [, byteCount] = BYTES_TYPE.exec(type) ?? []
  if (byteCount !== undefined) return readFixedBytes(Number(byteCount), value, path)
  const [, unsigned, bits] = INTEGER_TYPE.exec(type) ?? []
  if (bits === undefined) throw expected(path, 'a type that is given or known', type)
  return wordOf(BigInt.asUintN(256, readInteger(unsigned === 'u', Number(bits), value, path)))
}

function readFixedBytes(count: number, value: unknown, path: string): Uint8Array {
  const given = bytes.parse(value, path)
  if (count < 1 || count > WORD_BYTES || given.length !== count) {
    throw expected(path, `${count} bytes in 0x hex, 32 at most`, value)
  }
  const word = new Uint8Array(WORD_BYTES)
  word.set(given)
  return word
}

/** JSON numbers, decimals and hex. */
function readInteger(isUnsigned: boolean, bits: number, value: unknown, path: string): bigint {
  const isSafe = typeof value === 'number' && Number.isSafeInteger(value)
  const isText = typeof value === 'string' && INTEGER.test(value)
  const integer = isSafe || isText ? integerOf(String(value)) : undefined
  const wanted = `an ${isUnsigned ? 'unsigned ' : ''}integer of ${bits} bits`
  if (integer === undefined || bits % 8 !== 0 || bits > 256) throw expected(path, wanted, value)
  const isFitting = isUnsigned
    ? BigInt.asUintN(bits, integer) === integer
    : BigInt.asIntN(bits, integer) === integer
  if (!isFitting) throw expected(path, wanted, value)
  return integer
}

function integerOf(written: string): bigint {
  return written.startsWith('-') ? -BigInt(written.slice(1)) : BigInt(written)
}

function wordOf(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(WORD_BYTES * 2, '0'), 'hex')
}

function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(Buffer.concat(parts))
}
