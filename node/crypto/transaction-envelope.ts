/**
 * A raw transaction cut into its RLP items, and the hash that its sender signed, taken from the
 * same bytes without building an object. The recovery worker needs no more than this.
 *
 * Spec: EIP-155, EIP-2718, EIP-2930, EIP-1559, EIP-7702. Blob transactions are refused.
 */
import { type RlpItem, readRlpItems, readRlpWhole } from '../../consensus/codec/rlp-reader.ts'
import { encodeRlpInteger, encodeRlpList } from '../../consensus/codec/rlp-writer.ts'
import { CodedError } from '../../consensus/errors.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { SECP256K1_S_MAX } from './secp256k1.ts'

export type TransactionTypeId = 0 | 1 | 2 | 4

/** The list of a transaction; `list` is a legacy one itself, else what follows the type byte. */
export type Envelope = {
  readonly type: TransactionTypeId
  readonly list: Uint8Array
  readonly items: readonly RlpItem[]
}

/** What recovery takes: everything about a signature but its sender. */
export type SignedParts = {
  readonly hash: Uint8Array
  /** `r ‖ s`, 64 bytes. */
  readonly compact: Uint8Array
  readonly recovery: 0 | 1
  /** undefined: a legacy transaction that is valid on every chain. */
  readonly chainId: bigint | undefined
}

/** Items of each type's list; the last three are the signature. */
const ITEM_COUNT = { 0: 9, 1: 11, 2: 12, 4: 13 } as const satisfies Record<
  TransactionTypeId,
  number
>
const LIST_PREFIX_MIN = 0xc0
const SIGNATURE_ITEMS = 3
const ZERO_ITEM = Uint8Array.of(0x80)

/** Cuts `raw`. Throws a {@link TransactionError} unless it is one canonical list of its type. */
export function readEnvelope(raw: Uint8Array): Envelope {
  const type = readType(raw)
  const list = type === 0 ? raw : raw.subarray(1)
  const whole = readRlpWhole(list)
  const items = whole?.isList ? readRlpItems(list, whole, ITEM_COUNT[type]) : undefined
  if (items?.length !== ITEM_COUNT[type]) throw notCanonical('list')
  return { type, list, items }
}

/** A legacy transaction is a list by itself: 0 stands in front of none. */
function readType(raw: Uint8Array): TransactionTypeId {
  const first = raw[0] ?? 0
  if (first >= LIST_PREFIX_MIN) return 0
  if (first === 1 || first === 2 || first === 4) return first
  throw new TransactionError({ code: 'TYPE_UNSUPPORTED', type: first })
}

/** The payload of item `index`, which must be a string. */
export function readBytes(envelope: Envelope, index: number, field: string): Uint8Array {
  const item = envelope.items[index]
  if (item === undefined || item.isList) throw notCanonical(field)
  return envelope.list.subarray(item.start, item.end)
}

/** The unsigned integer of item `index`: no leading zero, at most `bytesMax` bytes. */
export function readInteger(
  envelope: Envelope,
  index: number,
  field: string,
  bytesMax: number,
): bigint {
  return integerOf(readBytes(envelope, index, field), field, bytesMax)
}

/** Big-endian, canonical. Throws NOT_CANONICAL or FIELD_OUT_OF_RANGE. */
export function integerOf(bytes: Uint8Array, field: string, bytesMax: number): bigint {
  if (bytes[0] === 0) throw notCanonical(field)
  if (bytes.length > bytesMax) throw new TransactionError({ code: 'FIELD_OUT_OF_RANGE', field })
  if (bytes.length > 6) return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return BigInt(value)
}

/** The signed hash and the signature. Throws SIGNATURE_INVALID for what no key can have made. */
export function readSignedParts(envelope: Envelope): SignedParts {
  const { type, items } = envelope
  const at = items.length - SIGNATURE_ITEMS
  const v = readInteger(envelope, at, 'v', 8)
  const compact = new Uint8Array(64)
  const r = readBytes(envelope, at + 1, 'r')
  const s = readBytes(envelope, at + 2, 's')
  if (integerOf(r, 'r', 32) === 0n) throw signatureInvalid()
  const sValue = integerOf(s, 's', 32)
  if (sValue === 0n || sValue > SECP256K1_S_MAX) throw signatureInvalid()
  compact.set(r, 32 - r.length)
  compact.set(s, 64 - s.length)
  if (type === 0) return { ...legacyParts(envelope, v), compact }
  if (v > 1n) throw signatureInvalid()
  const chainId = readInteger(envelope, 0, 'chainId', 32)
  return { hash: signingHash(envelope), compact, recovery: v === 1n ? 1 : 0, chainId }
}

function legacyParts(envelope: Envelope, v: bigint): Omit<SignedParts, 'compact'> {
  if (v === 27n || v === 28n) {
    return { hash: signingHash(envelope), recovery: v === 28n ? 1 : 0, chainId: undefined }
  }
  if (v < 35n) throw signatureInvalid()
  const chainId = (v - 35n) >> 1n
  const suffix = [encodeRlpInteger(chainId), ZERO_ITEM, ZERO_ITEM]
  return { hash: signingHash(envelope, suffix), recovery: (v & 1n) === 1n ? 0 : 1, chainId }
}

/** Hash of the type byte, if any, and the list of all items but the signature. */
function signingHash(
  { type, list, items }: Envelope,
  suffix: readonly Uint8Array[] = [],
): Uint8Array {
  const from = items[0]?.offset ?? 0
  const to = items[items.length - SIGNATURE_ITEMS]?.offset ?? 0
  const unsigned = encodeRlpList([list.subarray(from, to), ...suffix])
  return type === 0 ? keccak256(unsigned) : keccak256(Uint8Array.of(type), unsigned)
}

function notCanonical(field: string): TransactionError {
  return new TransactionError({ code: 'NOT_CANONICAL', field })
}

function signatureInvalid(): TransactionError {
  return new TransactionError({ code: 'SIGNATURE_INVALID' })
}

export type TransactionErrorType =
  | { readonly code: 'TYPE_UNSUPPORTED'; readonly type: number }
  /** Not the one encoding of its content, or not of the type's shape. */
  | { readonly code: 'NOT_CANONICAL'; readonly field: string }
  | { readonly code: 'FIELD_OUT_OF_RANGE'; readonly field: string }
  | { readonly code: 'CHAIN_ID_MISMATCH'; readonly expected: bigint; readonly actual: bigint }
  | { readonly code: 'SIGNATURE_INVALID' }
  | { readonly code: 'TIP_ABOVE_FEE_CAP' }
  /** EIP-7825. */
  | { readonly code: 'GAS_LIMIT_ABOVE_CAP'; readonly cap: bigint }
  /** EIP-3860. */
  | { readonly code: 'INITCODE_TOO_LARGE'; readonly bytesMax: bigint }
  /** EIP-7702 takes no empty list, and creates no contract. */
  | { readonly code: 'AUTHORIZATION_LIST_EMPTY' }
  | { readonly code: 'CREATION_NOT_ALLOWED' }

/** A transaction that is invalid whatever the state. */
export class TransactionError extends CodedError<TransactionErrorType> {}
