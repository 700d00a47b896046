/**
 * Blocks as bytes: RLP [header, transactions, [], []], as in Ethereum, on the wire and on disk.
 *
 * Spec: docs/spec/block.md, "Block encoding". A legacy transaction stands in the list as its own
 * RLP list, a typed one as a byte string. Transactions are delimited here and parsed elsewhere.
 */
import { CodedError } from '../errors.ts'
import type { Block, Header } from '../types.ts'
import { decodeHeader, encodeHeader, HEADER_BYTES_MAX, hashHeaderRlp } from './header-codec.ts'
import { type RlpItem, readRlpItems, readRlpWhole } from './rlp-reader.ts'
import { encodeRlpList, encodeRlpString, rlpBytes } from './rlp-writer.ts'

/** 896 KiB: with the longest proof a block still fits a gossip message of 1 MiB. Validity. */
export const BLOCK_BYTES_MAX = 896 * 1024

/**
 * No signed transaction is under 56 bytes (a signature alone takes more), so this many fit no
 * block: the limit only stops a list of empty items from being turned into a million views.
 */
export const BLOCK_TRANSACTIONS_MAX = BLOCK_BYTES_MAX / 56

/** What a block takes beside its transactions at most: header, two empty lists, two prefixes. */
export const BLOCK_OVERHEAD_BYTES_MAX = HEADER_BYTES_MAX + 2 + 2 * 4

/** First byte of an RLP list, and so of a legacy transaction. */
const LIST_PREFIX_MIN = 0xc0
/** EIP-2718: the type of a typed transaction, its first byte. */
const TRANSACTION_TYPE_MAX = 0x7f

/** A block with the header bytes it came in, which proof verification reads. */
export type DecodedBlock = Block & { readonly headerRlp: Uint8Array }

/** The one RLP encoding of a block. */
export function encodeBlock(block: Pick<Block, 'header' | 'transactions'>): Uint8Array {
  return joinBlock(encodeHeader(block.header), block.transactions)
}

/**
 * Reads a block; throws {@link BlockCodecError}, or `HeaderError` for its header. The
 * transactions are views of `rlp`: copy what outlives the message.
 */
export function decodeBlock(rlp: Uint8Array): DecodedBlock {
  if (rlp.length > BLOCK_BYTES_MAX) {
    throw new BlockCodecError({ code: 'BLOCK_TOO_LARGE', bytes: rlp.length })
  }
  const whole = readRlpWhole(rlp)
  const items = whole?.isList ? readRlpItems(rlp, whole, 4) : undefined
  const [headerItem, list, ommers, withdrawals] = items ?? []
  if (headerItem === undefined || list === undefined) throw notCanonical('four items')
  if (!isEmptyList(ommers) || !isEmptyList(withdrawals)) throw notCanonical('empty lists')
  const headerRlp = rlp.subarray(headerItem.offset, headerItem.end)
  const header: Header = decodeHeader(headerRlp)
  const transactions = readTransactions(rlp, list)
  return { hash: hashHeaderRlp(headerRlp), header, headerRlp, transactions }
}

/** Bytes that a raw transaction adds to a block: builders stop at {@link BLOCK_BYTES_MAX}. */
export function transactionBlockBytes(raw: Uint8Array): number {
  return (raw[0] ?? 0) >= LIST_PREFIX_MIN ? raw.length : rlpBytes(raw.length)
}

/** Bytes of a block on the wire. */
export function blockBytes(header: Header, transactions: readonly Uint8Array[]): number {
  const body = transactions.reduce((sum, raw) => sum + transactionBlockBytes(raw), 0)
  return rlpBytes(encodeHeader(header).length + rlpBytes(body) + 2)
}

function joinBlock(headerRlp: Uint8Array, transactions: readonly Uint8Array[]): Uint8Array {
  const empty = encodeRlpList([])
  const list = encodeRlpList(transactions.map(itemOfTransaction))
  return encodeRlpList([headerRlp, list, empty, empty])
}

function itemOfTransaction(raw: Uint8Array): Uint8Array {
  return (raw[0] ?? 0) >= LIST_PREFIX_MIN ? raw : encodeRlpString(raw)
}

function readTransactions(rlp: Uint8Array, list: RlpItem): Uint8Array[] {
  const items = list.isList ? readRlpItems(rlp, list, BLOCK_TRANSACTIONS_MAX) : undefined
  if (items === undefined) throw notCanonical('transaction list')
  return items.map((item) => {
    if (item.isList) return rlp.subarray(item.offset, item.end)
    const type = rlp[item.start]
    // A string that begins like a list would be a second encoding of a legacy transaction.
    if (item.start === item.end || type === undefined || type > TRANSACTION_TYPE_MAX) {
      throw notCanonical('typed transaction')
    }
    return rlp.subarray(item.start, item.end)
  })
}

function isEmptyList(item: RlpItem | undefined): boolean {
  return item?.isList === true && item.start === item.end
}

function notCanonical(part: string): BlockCodecError {
  return new BlockCodecError({ code: 'BLOCK_NOT_CANONICAL', part })
}

export type BlockCodecErrorType =
  | { readonly code: 'BLOCK_TOO_LARGE'; readonly bytes: number }
  | { readonly code: 'BLOCK_NOT_CANONICAL'; readonly part: string }

/** Bytes that are no block. They carry no hash, so only their sender can be blamed. */
export class BlockCodecError extends CodedError<BlockCodecErrorType> {}
