/**
 * Votes, certificates and evidence on the wire: canonical RLP, with a limit on each message.
 *
 * vote        = [the five fields, validator, signature]
 * certificate = [the five fields, bitmap, [signature...]]
 * evidence    = [vote, vote]
 *
 * Spec: docs/spec/finality.md, "Encodings".
 */
import { bytesToHex, hexToBytes } from '../../codec/hex.ts'
import { type RlpItem, readRlpItems, readRlpWhole } from '../../codec/rlp-reader.ts'
import { encodeRlpInteger, encodeRlpList, encodeRlpString } from '../../codec/rlp-writer.ts'
import { CodedError } from '../../errors.ts'
import {
  type Certificate,
  type Evidence,
  type FinalityVote,
  SIGNERS_MAX,
  type SignedVote,
} from '../types.ts'
import { bitmapOf, signersOf } from './bitmap.ts'

export const VOTE_BYTES_MAX = 300
export const CERTIFICATE_BYTES_MAX = 16 * 1024
export const EVIDENCE_BYTES_MAX = 1024

const HASH_BYTES = 32
const SIGNATURE_BYTES = 65
const VOTE_FIELDS = 5
/** Epochs fit u64, as in the contract. */
const EPOCH_BYTES_MAX = 8
/** Indices of validators: no chain has four billion deposits. */
const INDEX_BYTES_MAX = 4

export function encodeVote(signed: SignedVote): Uint8Array {
  return encodeRlpList([
    ...encodeFields(signed.vote),
    encodeRlpInteger(BigInt(signed.validator)),
    encodeRlpString(hexToBytes(signed.signature)),
  ])
}

/** Throws a {@link FinalityCodecError} unless `bytes` are the one encoding of a vote. */
export function decodeVote(bytes: Uint8Array): SignedVote {
  const items = readList(bytes, readWhole(bytes, VOTE_BYTES_MAX), VOTE_FIELDS + 2)
  return voteOf(bytes, items)
}

/** A certificate never changes, and is handed on as often as somebody asks for it. */
const encodings = new WeakMap<Certificate, Uint8Array>()

/** Not to be written to. */
export function encodeCertificate(certificate: Certificate): Uint8Array {
  const known = encodings.get(certificate)
  if (known !== undefined) return known
  const { vote, signers, signatures } = certificate
  const encoded = signatures.map((signature) => encodeRlpString(hexToBytes(signature)))
  const fields = [...encodeFields(vote), encodeRlpString(bitmapOf(signers))]
  const encoding = new Uint8Array(encodeRlpList([...fields, encodeRlpList(encoded)]))
  encodings.set(certificate, encoding)
  return encoding
}

/** Throws a {@link FinalityCodecError}; each bit of the bitmap has its signature. */
export function decodeCertificate(bytes: Uint8Array): Certificate {
  const items = readList(bytes, readWhole(bytes, CERTIFICATE_BYTES_MAX), VOTE_FIELDS + 2)
  const signers = signersOf(stringAt(bytes, items, VOTE_FIELDS))
  const list = items[VOTE_FIELDS + 1]
  if (signers === undefined || list === undefined || !list.isList) throw notCanonical()
  const signed = readRlpItems(bytes, list, SIGNERS_MAX)
  if (signed === undefined || signed.length !== signers.length) throw notCanonical()
  const signatures = signed.map((_, i) => fixedAt(bytes, signed, i, SIGNATURE_BYTES))
  const certificate = { vote: fieldsOf(bytes, items), signers, signatures }
  // It has one encoding, and this is it; a copy, as the bytes may be a view of a long message.
  encodings.set(certificate, new Uint8Array(bytes))
  return certificate
}

export function encodeEvidence({ first, second }: Evidence): Uint8Array {
  return encodeRlpList([encodeVote(first), encodeVote(second)])
}

/** Throws a {@link FinalityCodecError}. Whether the votes are slashable is another question. */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  const votes = readList(bytes, readWhole(bytes, EVIDENCE_BYTES_MAX), 2)
  const [first, second] = votes.map((item) => voteOf(bytes, readList(bytes, item, VOTE_FIELDS + 2)))
  if (first === undefined || second === undefined) throw notCanonical()
  return { first, second }
}

function encodeFields(vote: FinalityVote): Uint8Array[] {
  return [
    encodeRlpInteger(vote.sourceEpoch),
    encodeRlpString(hexToBytes(vote.sourceHash)),
    encodeRlpInteger(vote.targetEpoch),
    encodeRlpString(hexToBytes(vote.targetHash)),
    encodeRlpString(hexToBytes(vote.outputRoot)),
  ]
}

function fieldsOf(bytes: Uint8Array, items: readonly RlpItem[]): FinalityVote {
  return {
    sourceEpoch: integerAt(bytes, items, 0, EPOCH_BYTES_MAX),
    sourceHash: fixedAt(bytes, items, 1, HASH_BYTES),
    targetEpoch: integerAt(bytes, items, 2, EPOCH_BYTES_MAX),
    targetHash: fixedAt(bytes, items, 3, HASH_BYTES),
    outputRoot: fixedAt(bytes, items, 4, HASH_BYTES),
  }
}

function voteOf(bytes: Uint8Array, items: readonly RlpItem[]): SignedVote {
  return {
    vote: fieldsOf(bytes, items),
    validator: Number(integerAt(bytes, items, VOTE_FIELDS, INDEX_BYTES_MAX)),
    signature: fixedAt(bytes, items, VOTE_FIELDS + 1, SIGNATURE_BYTES),
  }
}

function readWhole(bytes: Uint8Array, max: number): RlpItem {
  if (bytes.length > max) {
    throw new FinalityCodecError({ code: 'MESSAGE_TOO_LARGE', max, actual: bytes.length })
  }
  const whole = readRlpWhole(bytes)
  if (whole === undefined) throw notCanonical()
  return whole
}

function readList(bytes: Uint8Array, list: RlpItem, count: number): RlpItem[] {
  const items = list.isList ? readRlpItems(bytes, list, count) : undefined
  if (items?.length !== count) throw notCanonical()
  return items
}

function stringAt(bytes: Uint8Array, items: readonly RlpItem[], index: number): Uint8Array {
  const item = items[index]
  if (item === undefined || item.isList) throw notCanonical()
  return bytes.subarray(item.start, item.end)
}

function fixedAt(
  bytes: Uint8Array,
  items: readonly RlpItem[],
  index: number,
  length: number,
): `0x${string}` {
  const value = stringAt(bytes, items, index)
  if (value.length !== length) throw notCanonical()
  return bytesToHex(value)
}

function integerAt(
  bytes: Uint8Array,
  items: readonly RlpItem[],
  index: number,
  bytesMax: number,
): bigint {
  const value = stringAt(bytes, items, index)
  if (value.length > bytesMax || value[0] === 0) throw notCanonical()
  return value.length === 0 ? 0n : BigInt(bytesToHex(value))
}

function notCanonical(): FinalityCodecError {
  return new FinalityCodecError({ code: 'MESSAGE_NOT_CANONICAL' })
}

export type FinalityCodecErrorType =
  | { readonly code: 'MESSAGE_TOO_LARGE'; readonly max: number; readonly actual: number }
  | { readonly code: 'MESSAGE_NOT_CANONICAL' }

/** Bytes that are no message of this protocol: their sender's fault. */
export class FinalityCodecError extends CodedError<FinalityCodecErrorType> {}
