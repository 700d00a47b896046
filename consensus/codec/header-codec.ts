/**
 * Headers as bytes: one flat RLP list of exactly 21 items, one encoding each.
 *
 * Spec: docs/spec/block.md, "Header encoding". Hashing lives here as well, because the block
 * hash and the seal hash are hashes of this encoding and of nothing else.
 */
import { bytesToBigInt } from '@ethereumjs/util'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { assert } from '../errors.ts'
import { HeaderError } from '../header-error.ts'
import type { Hash, Header, Hex } from '../types.ts'
import { bytesToHex, hexOfInteger, writeHex } from './hex.ts'
import { type RlpItem, readRlpItems, readRlpWhole } from './rlp-reader.ts'

/** An integer field and the most bytes it may take, or a byte field of exactly that width. */
type Field = {
  readonly name: keyof Header
  readonly bytes: number
  readonly isInteger: boolean
  /** The least integer that does not fit. */
  readonly limit: bigint
  /** What is wrong with a value that does not fit. */
  readonly rule: string
}

const field = (name: keyof Header, bytes: number, isInteger: boolean): Field => ({
  ...{ name, bytes, isInteger, limit: 1n << BigInt(8 * bytes) },
  rule: `${name} has ${isInteger ? 'at most' : 'exactly'} ${bytes} bytes`,
})
const bytesField = (name: keyof Header, bytes: number): Field => field(name, bytes, false)
const integer = (name: keyof Header, bytes: number): Field => field(name, bytes, true)

/** The 21 fields in Ethereum's order. */
const FIELDS: readonly Field[] = [
  bytesField('parentHash', 32),
  bytesField('ommersHash', 32),
  bytesField('coinbase', 20),
  bytesField('stateRoot', 32),
  bytesField('transactionsRoot', 32),
  bytesField('receiptsRoot', 32),
  bytesField('logsBloom', 256),
  integer('difficulty', 32),
  integer('number', 8),
  integer('gasLimit', 8),
  integer('gasUsed', 8),
  integer('timestamp', 8),
  bytesField('extraData', 40),
  bytesField('mixHash', 32),
  bytesField('nonce', 8),
  integer('baseFeePerGas', 32),
  bytesField('withdrawalsRoot', 32),
  integer('blobGasUsed', 8),
  integer('excessBlobGas', 8),
  bytesField('parentBeaconBlockRoot', 32),
  bytesField('requestsHash', 32),
]

const NONCE_INDEX = FIELDS.findIndex((field) => field.name === 'nonce')
const NONCE_BYTES = 8

/**
 * No canonical header is longer: a list prefix of 3 bytes, 256 bytes of bloom with 3 of prefix,
 * every other field at its widest with 1 of prefix. Longer input is refused before it is read.
 */
export const HEADER_BYTES_MAX = FIELDS.reduce((sum, field) => sum + field.bytes + 1, 5)

const STRING_PREFIX = 0x80
const SHORT_STRING_BYTES_MAX = 55
/** Of a string, and of a list, whose length takes two bytes: the bloom, and every header. */
const BLOOM_PREFIX = 0xb9
const LIST_PREFIX = 0xf9
const LIST_PREFIX_BYTES = 3
const EMPTY_BLOOM: Hex = `0x${'00'.repeat(256)}`

/** A header is put together here and copied once. */
const scratch = new Uint8Array(HEADER_BYTES_MAX)

/** A header never changes, and its bytes are asked for at every step of its road. */
const encodings = new WeakMap<Header, Uint8Array>()

/** The one RLP encoding of `header`; not to be written to. */
export function encodeHeader(header: Header): Uint8Array {
  const known = encodings.get(header)
  if (known !== undefined) return known
  let end = LIST_PREFIX_BYTES
  for (const field of FIELDS) end = writeField(header, field, end)
  const length = end - LIST_PREFIX_BYTES
  scratch[0] = LIST_PREFIX
  scratch[1] = length >> 8
  scratch[2] = length & 0xff
  const encoding = scratch.slice(0, end)
  encodings.set(header, encoding)
  return encoding
}

/** Reads a header; throws a {@link HeaderError} of code `E_PARAM` unless `rlp` is canonical. */
export function decodeHeader(rlp: Uint8Array): Header {
  const layout = readHeaderLayout(rlp)
  if (typeof layout === 'string') throw new HeaderError({ code: 'E_PARAM', reason: layout })
  const header = headerOfLayout(rlp, layout)
  // It has one encoding, and this is it; a copy, as the bytes may be a view of a long message.
  encodings.set(header, new Uint8Array(rlp))
  return header
}

/** The block hash. */
export function hashHeader(header: Header): Hash {
  return hashHeaderRlp(encodeHeader(header))
}

/** The block hash of a header that is at hand as bytes. */
export function hashHeaderRlp(rlp: Uint8Array): Hash {
  return bytesToHex(keccak256(rlp))
}

/** What a search binds: the hash of the header with a nonce of eight zero bytes. */
export function sealHash(header: Header): Uint8Array {
  // A template stands so already, and its encoding is kept for who asks next.
  const isUnsealed = header.nonce === ZERO_NONCE
  return keccak256(encodeHeader(isUnsealed ? header : { ...header, nonce: ZERO_NONCE }))
}

/** Where the items of a canonical header lie in its RLP, in field order. */
export type HeaderLayout = readonly RlpItem[]

/** The layout of a canonical header, or why it is none. */
export function readHeaderLayout(rlp: Uint8Array): HeaderLayout | string {
  if (rlp.length > HEADER_BYTES_MAX) return 'header too long'
  const list = readRlpWhole(rlp)
  if (!list?.isList) return 'not one canonical RLP list'
  const items = readRlpItems(rlp, list, FIELDS.length)
  if (items?.length !== FIELDS.length) return 'not 21 canonical items'
  for (const [index, field] of FIELDS.entries()) {
    const item = items[index]
    if (item === undefined || !isFieldCanonical(rlp, item, field)) return `field ${field.name}`
  }
  return items
}

/** The header of a layout that {@link readHeaderLayout} found in the same bytes. */
export function headerOfLayout(rlp: Uint8Array, layout: HeaderLayout): Header {
  const payload = (index: number): Uint8Array => {
    const item = layout[index]
    assert(item !== undefined, 'a header layout holds every field')
    return rlp.subarray(item.start, item.end)
  }
  const hex = (index: number): Hex => bytesToHex(payload(index))
  const big = (index: number): bigint => bytesToBigInt(payload(index))
  return {
    parentHash: hex(0),
    ommersHash: hex(1),
    coinbase: hex(2),
    stateRoot: hex(3),
    transactionsRoot: hex(4),
    receiptsRoot: hex(5),
    logsBloom: bloomOf(payload(6)),
    difficulty: big(7),
    number: big(8),
    gasLimit: big(9),
    gasUsed: big(10),
    timestamp: big(11),
    extraData: hex(12),
    mixHash: hex(13),
    nonce: hex(14),
    baseFeePerGas: big(15),
    withdrawalsRoot: hex(16),
    blobGasUsed: big(17),
    excessBlobGas: big(18),
    parentBeaconBlockRoot: hex(19),
    requestsHash: hex(20),
  }
}

/** Most are empty, and then one text of half a kilobyte serves all. */
function bloomOf(bytes: Uint8Array): Hex {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return bytesToHex(bytes)
  return EMPTY_BLOOM
}

/** {@link sealHash} of a canonical header at hand as bytes: no field is decoded. */
export function sealHashOfLayout(rlp: Uint8Array, layout: HeaderLayout): Uint8Array {
  const nonce = layout[NONCE_INDEX]
  assert(nonce !== undefined, 'a header layout holds the nonce')
  return keccak256(rlp.subarray(0, nonce.start), ZERO_NONCE_BYTES, rlp.subarray(nonce.end))
}

const ZERO_NONCE_BYTES = new Uint8Array(NONCE_BYTES)
const ZERO_NONCE: Hex = bytesToHex(ZERO_NONCE_BYTES)

function isFieldCanonical(rlp: Uint8Array, item: RlpItem, field: Field): boolean {
  const length = item.end - item.start
  if (item.isList) return false
  if (!field.isInteger) return length === field.bytes
  return length <= field.bytes && (length === 0 || rlp[item.start] !== 0)
}

/** Writes a field into the scratch at `offset`: returns where the next one goes. */
function writeField(header: Header, { name, bytes, limit, rule }: Field, offset: number): number {
  const value = header[name]
  if (typeof value === 'bigint') {
    assert(value >= 0n && value < limit, rule)
    return writeInteger(value, offset)
  }
  assert(value.length === 2 + 2 * bytes, rule)
  let start = offset
  if (bytes > SHORT_STRING_BYTES_MAX) {
    scratch[start++] = BLOOM_PREFIX
    scratch[start++] = bytes >> 8
    scratch[start++] = bytes & 0xff
  } else scratch[start++] = STRING_PREFIX + bytes
  // Nearly every bloom of a young chain is this one.
  if (value === EMPTY_BLOOM) scratch.fill(0, start, start + bytes)
  else writeHex(value, scratch, start)
  return start + bytes
}

function writeInteger(value: bigint, offset: number): number {
  if (value < 0x80n) {
    scratch[offset] = value === 0n ? STRING_PREFIX : Number(value)
    return offset + 1
  }
  const count = writeHex(hexOfInteger(value), scratch, offset + 1)
  scratch[offset] = STRING_PREFIX + count
  return offset + 1 + count
}
