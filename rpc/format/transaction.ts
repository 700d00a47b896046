/**
 * Transactions as JSON, with exactly the fields of their type.
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
import type { Hash } from '../../consensus/types.ts'
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

/** First `v` of EIP-155: 35 + parity + 2 x chain id. */
const EIP155_V_MIN = 35n

/** `place` is undefined for a transaction of the pool. */
export function formatTransaction({ hash, sender, tx }: SignedTransaction, place?: Place) {
  const { v, r, s } = signatureOf(tx)
  return {
    ...formatPlace(place),
    from: sender,
    gas: quantity(tx.gasLimit),
    ...feesOf(tx, place?.baseFeePerGas),
    hash,
    input: data(tx.data),
    nonce: quantity(tx.nonce),
    to: tx.to === undefined ? null : data(tx.to.bytes),
    value: quantity(tx.value),
    type: quantity(tx.type),
    ...typedFieldsOf(tx, v),
    v: quantity(v),
    r: quantity(r),
    s: quantity(s),
    ...(tx.type === 0 ? {} : { yParity: quantity(v) }),
  }
}

function formatPlace(place: Place | undefined) {
  if (place === undefined) {
    return { blockHash: null, blockNumber: null, blockTimestamp: null, transactionIndex: null }
  }
  return {
    blockHash: place.blockHash,
    blockNumber: quantity(place.blockNumber),
    blockTimestamp: quantity(place.timestamp),
    transactionIndex: quantity(place.index),
  }
}

/** What the sender pays a unit of gas: known in a block, the most it may be before. */
function feesOf(tx: TypedTransaction, baseFee: bigint | undefined) {
  if (isLegacyTx(tx) || isAccessList2930Tx(tx)) return { gasPrice: quantity(tx.gasPrice) }
  const { maxFeePerGas, maxPriorityFeePerGas } = tx
  const bid = (baseFee ?? maxFeePerGas) + maxPriorityFeePerGas
  return {
    gasPrice: quantity(bid < maxFeePerGas ? bid : maxFeePerGas),
    maxFeePerGas: quantity(maxFeePerGas),
    maxPriorityFeePerGas: quantity(maxPriorityFeePerGas),
    ...(isBlob4844Tx(tx) ? { maxFeePerBlobGas: quantity(tx.maxFeePerBlobGas) } : {}),
  }
}

function typedFieldsOf(tx: TypedTransaction, v: bigint) {
  if (isLegacyTx(tx)) {
    return v < EIP155_V_MIN ? {} : { chainId: quantity((v - EIP155_V_MIN) / 2n) }
  }
  return {
    accessList: tx.accessList.map(([address, keys]) => ({
      address: data(address),
      storageKeys: keys.map(data),
    })),
    chainId: quantity(tx.chainId),
    ...(isBlob4844Tx(tx) ? { blobVersionedHashes: tx.blobVersionedHashes } : {}),
    ...(isEOACode7702Tx(tx) ? { authorizationList: authorizationsOf(tx) } : {}),
  }
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

function integer(bytes: Uint8Array) {
  return quantity(bytes.length === 0 ? 0n : bytesToBigInt(bytes))
}

function signatureOf({ v, r, s }: TypedTransaction) {
  assert(v !== undefined && r !== undefined && s !== undefined, 'the transaction is signed')
  return { v, r, s }
}
