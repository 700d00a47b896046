/**
 * Headers and blocks of plain Ethereum as bytes: a header ends with the fields that its fork has,
 * a block with the lists that it has. Of a header of ours this makes the same bytes as
 * `header-codec.ts`, which reads what peers send and is the stricter one.
 */
import { bytesToBigInt } from '@ethereumjs/util'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { assert, CodedError } from '../errors.ts'
import type { Address, EthereumHeader, Hash, Hex } from '../types.ts'
import { bytesToHex, hexToBytes } from './hex.ts'
import { type RlpItem, readRlpItem, readRlpItems } from './rlp-reader.ts'
import { encodeRlpInteger, encodeRlpList, encodeRlpString } from './rlp-writer.ts'

/** Those of every fork, in Ethereum's order, and how wide they are in bytes; 0: any width. */
const FIELDS = [
  ['parentHash', 32],
  ['ommersHash', 32],
  ['coinbase', 20],
  ['stateRoot', 32],
  ['transactionsRoot', 32],
  ['receiptsRoot', 32],
  ['logsBloom', 256],
  ['difficulty', 'integer'],
  ['number', 'integer'],
  ['gasLimit', 'integer'],
  ['gasUsed', 'integer'],
  ['timestamp', 'integer'],
  ['extraData', 0],
  ['mixHash', 32],
  ['nonce', 8],
  ['baseFeePerGas', 'integer'],
  ['withdrawalsRoot', 32],
  ['blobGasUsed', 'integer'],
  ['excessBlobGas', 'integer'],
  ['parentBeaconBlockRoot', 32],
  ['requestsHash', 32],
] as const satisfies readonly (readonly [keyof EthereumHeader, number | 'integer'])[]

/** Before London a header ends with its nonce. */
const FIELDS_MIN = 15
const INTEGER_BYTES_MAX = 32
const LIST_ITEMS_MAX = 1_000_000
const LIST_PREFIX_MIN = 0xc0

/** EIP-4895: an amount in gwei that the consensus layer moves to an account. */
export type Withdrawal = {
  readonly index: bigint
  readonly validatorIndex: bigint
  readonly address: Address
  /** Gwei. */
  readonly amount: bigint
}

export type EthereumBlock = {
  readonly header: EthereumHeader
  /** EIP-2718 bytes; legacy ones as their RLP list. */
  readonly transactions: readonly Uint8Array[]
  readonly ommers: readonly EthereumHeader[]
  /** undefined before EIP-4895. */
  readonly withdrawals: readonly Withdrawal[] | undefined
}

export function encodeEthereumHeader(header: EthereumHeader): Uint8Array {
  const items: Uint8Array[] = []
  for (const [name] of FIELDS) {
    const value = header[name]
    if (value === undefined) break
    items.push(
      typeof value === 'bigint' ? encodeRlpInteger(value) : encodeRlpString(hexToBytes(value)),
    )
  }
  return encodeRlpList(items)
}

export function hashEthereumHeader(header: EthereumHeader): Hash {
  return bytesToHex(keccak256(encodeEthereumHeader(header)))
}

export function encodeEthereumBlock(block: EthereumBlock): Uint8Array {
  const { header, transactions, ommers, withdrawals } = block
  const parts = [
    encodeEthereumHeader(header),
    encodeRlpList(
      transactions.map((raw) => ((raw[0] ?? 0) >= LIST_PREFIX_MIN ? raw : encodeRlpString(raw))),
    ),
    encodeRlpList(ommers.map(encodeEthereumHeader)),
  ]
  if (withdrawals !== undefined) parts.push(encodeRlpList(withdrawals.map(encodeWithdrawal)))
  return encodeRlpList(parts)
}

/** As the withdrawals root commits to it. */
export function encodeWithdrawal(withdrawal: Withdrawal): Uint8Array {
  const { index, validatorIndex, address, amount } = withdrawal
  return encodeRlpList([
    encodeRlpInteger(index),
    encodeRlpInteger(validatorIndex),
    encodeRlpString(hexToBytes(address)),
    encodeRlpInteger(amount),
  ])
}

/** Blocks that stand one behind the other. Throws an {@link EthereumCodecError}. */
export function* decodeEthereumChain(rlp: Uint8Array): Generator<EthereumBlock> {
  for (let offset = 0; offset < rlp.length; ) {
    const item = readRlpItem(rlp, offset, rlp.length)
    if (item === undefined) throw notCanonical(`bytes at ${offset}`)
    yield decodeBlock(rlp, item)
    offset = item.end
  }
}

function decodeBlock(rlp: Uint8Array, item: RlpItem): EthereumBlock {
  const [header, transactions, ommers, withdrawals] = itemsOf(rlp, item, 'block')
  if (header === undefined || transactions === undefined || ommers === undefined) {
    throw notCanonical('block of fewer than three items')
  }
  return {
    header: decodeHeader(rlp, header),
    transactions: itemsOf(rlp, transactions, 'transactions').map((entry) =>
      rlp.slice(entry.isList ? entry.offset : entry.start, entry.end),
    ),
    ommers: itemsOf(rlp, ommers, 'ommers').map((ommer) => decodeHeader(rlp, ommer)),
    withdrawals:
      withdrawals &&
      itemsOf(rlp, withdrawals, 'withdrawals').map((entry) => decodeWithdrawal(rlp, entry)),
  }
}

function decodeHeader(rlp: Uint8Array, item: RlpItem): EthereumHeader {
  const items = itemsOf(rlp, item, 'header')
  if (items.length < FIELDS_MIN || items.length > FIELDS.length) {
    throw notCanonical(`header of ${items.length} fields`)
  }
  const fields = items.map((entry, index) => {
    const [name, width] = FIELDS[index] ?? []
    assert(name !== undefined && width !== undefined, 'no header has more fields than there are')
    if (width === 'integer') return [name, integerAt(rlp, entry, name)]
    const bytes = bytesAt(rlp, entry, name)
    if (width !== 0 && bytes.length !== width) throw notCanonical(name)
    return [name, bytesToHex(bytes)]
  })
  // Safe: every field is read by its own name and kind, and none of the first 15 is left out.
  return Object.fromEntries(fields) as EthereumHeader
}

function decodeWithdrawal(rlp: Uint8Array, item: RlpItem): Withdrawal {
  const [index, validatorIndex, address, amount] = itemsOf(rlp, item, 'withdrawal')
  const integer = (entry: RlpItem | undefined) => integerAt(rlp, entry, 'withdrawal')
  return {
    index: integer(index),
    validatorIndex: integer(validatorIndex),
    address: bytesToHex(bytesAt(rlp, address, 'withdrawal')) as Hex,
    amount: integer(amount),
  }
}

function itemsOf(rlp: Uint8Array, item: RlpItem, part: string): readonly RlpItem[] {
  const items = item.isList ? readRlpItems(rlp, item, LIST_ITEMS_MAX) : undefined
  if (items === undefined) throw notCanonical(part)
  return items
}

function bytesAt(rlp: Uint8Array, item: RlpItem | undefined, part: string): Uint8Array {
  if (item === undefined || item.isList) throw notCanonical(part)
  return rlp.subarray(item.start, item.end)
}

function integerAt(rlp: Uint8Array, item: RlpItem | undefined, part: string): bigint {
  const bytes = bytesAt(rlp, item, part)
  if (bytes[0] === 0 || bytes.length > INTEGER_BYTES_MAX) throw notCanonical(part)
  return bytes.length === 0 ? 0n : bytesToBigInt(bytes)
}

function notCanonical(part: string): EthereumCodecError {
  return new EthereumCodecError({ code: 'NOT_CANONICAL', part }, `No canonical RLP: ${part}.`)
}

export type EthereumCodecErrorType = { readonly code: 'NOT_CANONICAL'; readonly part: string }

export class EthereumCodecError extends CodedError<EthereumCodecErrorType> {}
