/**
 * Transactions as JSON, with exactly the fields of their type. Written field by field: spreading
 * objects into each other costs ten times as much, and blocks hold thousands.
 *
 * Schema: https://github.com/ethereum/execution-apis, "Transaction information".
 */
import {
  type EOACode7702Tx,
  isAccessList2930Tx,
  isBlob4844Tx,
  isEOACode7702Tx,
  isLegacyTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { bytesToBigInt } from '@ethereumjs/util'
import { assert } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { data, quantity } from './hex.ts'

/** The block a transaction is in, and where. */
export type Place = {
  readonly blockHash: Hash
  readonly blockNumber: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly baseFeePerGas: bigint
  readonly index: number
}

type JsonTransaction = {
  blockHash: Hash | null
  blockNumber: Hex | null
  blockTimestamp: Hex | null
  transactionIndex: Hex | null
  hash: Hash
  type: Hex
  from: Address
  to: Address | null
  nonce: Hex
  gas: Hex
  value: Hex
  input: Hex
  v: Hex
  r: Hex
  s: Hex
  /** What the sender pays a unit of gas: known in a block, the most it may be before. */
  gasPrice?: Hex
  maxFeePerGas?: Hex
  maxPriorityFeePerGas?: Hex
  maxFeePerBlobGas?: Hex
  chainId?: Hex
  yParity?: Hex
  accessList?: readonly { readonly address: Address; readonly storageKeys: readonly Hex[] }[]
  blobVersionedHashes?: readonly Hex[]
  authorizationList?: readonly Readonly<Record<string, Hex>>[]
}

/** First `v` of EIP-155: 35 + parity + 2 x chain id. */
const EIP155_V_MIN = 35n

/** `place` is undefined for a transaction of the pool. */
export function formatTransaction(
  { hash, sender, tx }: SignedTransaction,
  place?: Place,
): JsonTransaction {
  const { v, r, s } = tx
  assert(v !== undefined && r !== undefined && s !== undefined, 'the transaction is signed')
  const json: JsonTransaction = {
    blockHash: place === undefined ? null : place.blockHash,
    blockNumber: place === undefined ? null : quantity(place.blockNumber),
    blockTimestamp: place === undefined ? null : quantity(place.timestamp),
    transactionIndex: place === undefined ? null : quantity(place.index),
    hash,
    type: quantity(tx.type),
    from: sender,
    to: tx.to === undefined ? null : data(tx.to.bytes),
    nonce: quantity(tx.nonce),
    gas: quantity(tx.gasLimit),
    value: quantity(tx.value),
    input: data(tx.data),
    v: quantity(v),
    r: quantity(r),
    s: quantity(s),
  }
  addFees(json, tx, place?.baseFeePerGas)
  if (isLegacyTx(tx)) {
    if (v >= EIP155_V_MIN) json.chainId = quantity((v - EIP155_V_MIN) / 2n)
    return json
  }
  json.chainId = quantity(tx.chainId)
  json.yParity = json.v
  json.accessList = tx.accessList.map(([address, keys]) => ({
    address: data(address),
    storageKeys: keys.map(data),
  }))
  if (isBlob4844Tx(tx)) json.blobVersionedHashes = tx.blobVersionedHashes
  if (isEOACode7702Tx(tx)) json.authorizationList = authorizationsOf(tx)
  return json
}

/** Only what was signed, and the signature. */
export function formatSigned(transaction: SignedTransaction): Partial<JsonTransaction> {
  const {
    blockHash: _0,
    blockNumber: _1,
    blockTimestamp: _2,
    transactionIndex: _3,
    ...json
  } = formatTransaction(transaction)
  const { hash: _hash, from: _from, ...signed } = json
  return signed
}

function addFees(json: JsonTransaction, tx: TypedTransaction, baseFee: bigint | undefined): void {
  if (isLegacyTx(tx) || isAccessList2930Tx(tx)) {
    json.gasPrice = quantity(tx.gasPrice)
    return
  }
  const { maxFeePerGas, maxPriorityFeePerGas } = tx
  const bid = (baseFee ?? maxFeePerGas) + maxPriorityFeePerGas
  json.gasPrice = quantity(bid < maxFeePerGas ? bid : maxFeePerGas)
  json.maxFeePerGas = quantity(maxFeePerGas)
  json.maxPriorityFeePerGas = quantity(maxPriorityFeePerGas)
  if (isBlob4844Tx(tx)) json.maxFeePerBlobGas = quantity(tx.maxFeePerBlobGas)
}

function authorizationsOf(tx: EOACode7702Tx) {
  return tx.authorizationList.map(([chainId, address, nonce, yParity, r, s]) => ({
    chainId: integer(chainId),
    address: data(address),
    nonce: integer(nonce),
    yParity: integer(yParity),
    r: integer(r),
    s: integer(s),
  }))
}

function integer(bytes: Uint8Array): Hex {
  return quantity(bytes.length === 0 ? 0n : bytesToBigInt(bytes))
}
