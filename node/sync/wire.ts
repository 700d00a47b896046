/**
 * What nodes say to each other, as bytes: canonical RLP, one encoding each. Readers throw
 * {@link WireError} (or the error of a header or block inside) and never read past their input.
 *
 * Spec: docs/spec/network.md, "Messages".
 */
import { bytesToBigInt } from '@ethereumjs/util'
import {
  BLOCK_BYTES_MAX,
  blockBytes,
  decodeBlock,
  encodeBlock,
} from '../../consensus/codec/block-codec.ts'
import { decodeHeader, encodeHeader, hashHeaderRlp } from '../../consensus/codec/header-codec.ts'
import { bytesToHex, hexToBytes } from '../../consensus/codec/hex.ts'
import { type RlpItem, readRlpItems, readRlpWhole } from '../../consensus/codec/rlp-reader.ts'
import {
  encodeRlpInteger,
  encodeRlpList,
  encodeRlpString,
  rlpBytes,
} from '../../consensus/codec/rlp-writer.ts'
import { CodedError } from '../../consensus/errors.ts'
import { decodeVote, encodeVote } from '../../consensus/finality/codec/finality-codec.ts'
import type { SignedVote } from '../../consensus/finality/types.ts'
import type { Address, Hash, Header } from '../../consensus/types.ts'
import type { SealedBlock, SealedHeader } from '../chain/sealed-block.ts'

/** What a node claims of its chain. Claims only order peers; nothing is believed. */
export type Status = {
  readonly genesisHash: Hash
  readonly headHash: Hash
  readonly headNumber: bigint
  readonly totalDifficulty: bigint
  readonly finalizedEpoch: bigint
  readonly finalizedHash: Hash
}

export type RangeRequest = { readonly first: bigint; readonly count: number }

/** A block with the longest proof there is (shape S2, kind 1) and its prefixes. */
export const SEALED_BLOCK_BYTES_MAX = BLOCK_BYTES_MAX + 66_216 + 16
const WORK_BYTES_MAX = 32
const U64_BYTES = 8
const HASH_BYTES = 32
const ADDRESS_BYTES = 20
/** The five of a vote, its validator and the signature. */
const VOTE_FIELDS = 7
/** No shape has a longer proof. */
const PROOF_BYTES_MAX = 66_216
/** Transactions in one message: 64 KiB hold at most this many of the smallest. */
export const BATCH_TRANSACTIONS_MAX = 1_170

export function encodeStatus(status: Status): Uint8Array {
  return encodeRlpList([
    encodeRlpString(hexToBytes(status.genesisHash)),
    encodeRlpString(hexToBytes(status.headHash)),
    encodeRlpInteger(status.headNumber),
    encodeRlpInteger(status.totalDifficulty),
    encodeRlpInteger(status.finalizedEpoch),
    encodeRlpString(hexToBytes(status.finalizedHash)),
  ])
}

export function decodeStatus(bytes: Uint8Array): Status {
  const [genesisHash, headHash, number, work, epoch, finalizedHash] = listOf(bytes, 6, 6)
  return {
    genesisHash: hashOf(bytes, genesisHash),
    headHash: hashOf(bytes, headHash),
    headNumber: integerOf(bytes, number, U64_BYTES),
    totalDifficulty: integerOf(bytes, work, WORK_BYTES_MAX),
    finalizedEpoch: integerOf(bytes, epoch, U64_BYTES),
    finalizedHash: hashOf(bytes, finalizedHash),
  }
}

export function encodeSealedBlock(block: Pick<SealedBlock, 'header' | 'transactions' | 'proof'>) {
  return encodeRlpList([encodeBlock(block), encodeRlpString(block.proof)])
}

/** Bytes of {@link encodeSealedBlock}, without writing them: no proof is a single byte. */
export function sealedBlockBytes({
  header,
  transactions,
  proof,
}: Pick<SealedBlock, 'header' | 'transactions' | 'proof'>): number {
  return rlpBytes(blockBytes(header, transactions) + rlpBytes(proof.length))
}

/** The transactions and the proof are views of `bytes`: copy what outlives the message. */
export function decodeSealedBlock(bytes: Uint8Array): SealedBlock {
  const [block, proof] = listOf(bytes, 2, 2)
  if (block === undefined || !block.isList) throw malformed('block')
  return {
    ...decodeBlock(bytes.subarray(block.offset, block.end)),
    proof: stringOf(bytes, proof, PROOF_BYTES_MAX),
    bytes: bytes.length,
  }
}

export function encodeSealedHeader(header: Header, proof: Uint8Array): Uint8Array {
  return encodeRlpList([encodeHeader(header), encodeRlpString(proof)])
}

export function decodeSealedHeader(bytes: Uint8Array): SealedHeader {
  const [item, proof] = listOf(bytes, 2, 2)
  if (item === undefined || !item.isList) throw malformed('header')
  const headerRlp = bytes.subarray(item.offset, item.end)
  return {
    hash: hashHeaderRlp(headerRlp),
    header: decodeHeader(headerRlp),
    headerRlp,
    proof: stringOf(bytes, proof, PROOF_BYTES_MAX),
  }
}

export function encodeRangeRequest({ first, count }: RangeRequest): Uint8Array {
  return encodeRlpList([encodeRlpInteger(first), encodeRlpInteger(BigInt(count))])
}

export function decodeRangeRequest(bytes: Uint8Array, countMax: number): RangeRequest {
  const [first, count] = listOf(bytes, 2, 2)
  const asked = integerOf(bytes, count, 4)
  if (asked < 1n || asked > BigInt(countMax)) throw malformed('count')
  return { first: integerOf(bytes, first, U64_BYTES), count: Number(asked) }
}

export function encodeHashes(hashes: readonly Hash[]): Uint8Array {
  return encodeRlpList(hashes.map((hash) => encodeRlpString(hexToBytes(hash))))
}

export function decodeHashes(bytes: Uint8Array, countMax: number): readonly Hash[] {
  return listOf(bytes, 1, countMax).map((item) => hashOf(bytes, item))
}

/** `hash` tells the asker which of its blocks the proof is of: replies may have gaps. */
export function encodeNamedProof(hash: Hash, proof: Uint8Array): Uint8Array {
  return encodeRlpList([encodeRlpString(hexToBytes(hash)), encodeRlpString(proof)])
}

export function decodeNamedProof(bytes: Uint8Array): { hash: Hash; proof: Uint8Array } {
  const [hash, proof] = listOf(bytes, 2, 2)
  return { hash: hashOf(bytes, hash), proof: stringOf(bytes, proof, PROOF_BYTES_MAX) }
}

export function encodeVoterRequest(votingKey: Address): Uint8Array {
  return encodeRlpList([encodeRlpString(hexToBytes(votingKey))])
}

export function decodeVoterRequest(bytes: Uint8Array): Address {
  const [item] = listOf(bytes, 1, 1)
  const address = stringOf(bytes, item, ADDRESS_BYTES)
  if (address.length !== ADDRESS_BYTES) throw malformed('address')
  return bytesToHex(address)
}

/** An empty list says that there is none: no answer at all says nothing. */
export function encodeLatestVote(signed: SignedVote | undefined): Uint8Array {
  return signed === undefined ? encodeRlpList([]) : encodeVote(signed)
}

export function decodeLatestVote(bytes: Uint8Array): SignedVote | undefined {
  return listOf(bytes, 0, VOTE_FIELDS).length === 0 ? undefined : decodeVote(bytes)
}

/** As in a block's body: a legacy transaction as its own list, a typed one as a string. */
export function encodeTransactions(raws: readonly Uint8Array[]): Uint8Array {
  return encodeRlpList(raws.map((raw) => (isList(raw) ? raw : encodeRlpString(raw))))
}

/** Views of `bytes`. */
export function decodeTransactions(bytes: Uint8Array): readonly Uint8Array[] {
  return listOf(bytes, 1, BATCH_TRANSACTIONS_MAX).map((item) => {
    if (item.isList) return bytes.subarray(item.offset, item.end)
    const raw = bytes.subarray(item.start, item.end)
    if (raw.length === 0 || (raw[0] ?? 0) > 0x7f) throw malformed('transaction')
    return raw
  })
}

function isList(raw: Uint8Array): boolean {
  return (raw[0] ?? 0) >= 0xc0
}

function listOf(bytes: Uint8Array, countMin: number, countMax: number): readonly RlpItem[] {
  const whole = readRlpWhole(bytes)
  const items = whole?.isList ? readRlpItems(bytes, whole, countMax) : undefined
  if (items === undefined || items.length < countMin) throw malformed('list')
  return items
}

function stringOf(bytes: Uint8Array, item: RlpItem | undefined, lengthMax: number): Uint8Array {
  if (item === undefined || item.isList || item.end - item.start > lengthMax) {
    throw malformed('string')
  }
  return bytes.subarray(item.start, item.end)
}

function hashOf(bytes: Uint8Array, item: RlpItem | undefined): Hash {
  const hash = stringOf(bytes, item, HASH_BYTES)
  if (hash.length !== HASH_BYTES) throw malformed('hash')
  return bytesToHex(hash)
}

function integerOf(bytes: Uint8Array, item: RlpItem | undefined, bytesMax: number): bigint {
  const digits = stringOf(bytes, item, bytesMax)
  if (digits[0] === 0) throw malformed('integer')
  return digits.length === 0 ? 0n : bytesToBigInt(digits)
}

function malformed(part: string): WireError {
  return new WireError({ code: 'MALFORMED', part })
}

export type WireErrorType = { readonly code: 'MALFORMED'; readonly part: string }

/** Bytes that are none of our messages: their sender's fault. */
export class WireError extends CodedError<WireErrorType> {}
