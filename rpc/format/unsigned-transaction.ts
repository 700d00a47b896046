/** Transactions that nobody signed, as JSON: of a simulation, or waiting for a key. */
import { bytesToBigInt } from '@ethereumjs/util'
import type { Hex } from '../../consensus/types.ts'
import type { UnsignedTransaction } from '../../node/execution/simulate/unsigned-transaction.ts'
import type { ExecutableFields } from '../../node/execution/transaction/executable.ts'
import { data, quantity } from './hex.ts'
import type { Place } from './transaction.ts'

/** A transaction in a block that never was. The signature is zero. */
export function formatUnsigned(transaction: UnsignedTransaction, place: Place) {
  return {
    blockHash: place.blockHash,
    blockNumber: quantity(place.blockNumber),
    blockTimestamp: quantity(place.timestamp),
    transactionIndex: quantity(place.index),
    hash: transaction.hash,
    from: transaction.sender,
    ...fieldsOf(transaction, place.baseFeePerGas),
    v: '0x0',
    r: '0x0',
    s: '0x0',
    ...(transaction.tx.type > 0 && { yParity: '0x0', chainId: quantity(transaction.chainId) }),
  }
}

/** What is to be signed, and nothing else. */
export function formatFilled(transaction: UnsignedTransaction) {
  return { ...fieldsOf(transaction), chainId: quantity(transaction.chainId) }
}

function fieldsOf({ tx }: UnsignedTransaction, baseFee?: bigint) {
  const { type } = tx
  return {
    type: quantity(type),
    to: tx.to === undefined ? null : data(tx.to.bytes),
    nonce: quantity(tx.nonce),
    gas: quantity(tx.gasLimit),
    value: quantity(tx.value),
    input: data(tx.data),
    ...feesOf(tx, baseFee),
    ...(type > 0 && {
      accessList: (tx.accessList ?? []).map(([address, keys]) => ({
        address: data(address),
        storageKeys: keys.map(data),
      })),
    }),
    ...(type === 3 && {
      maxFeePerBlobGas: quantity(tx.maxFeePerBlobGas ?? 0n),
      blobVersionedHashes: tx.blobVersionedHashes ?? [],
    }),
    ...(type === 4 && { authorizationList: authorizationsOf(tx) }),
  }
}

function feesOf(tx: ExecutableFields, baseFee: bigint | undefined) {
  const { type, gasPrice = 0n, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = tx
  if (type < 2) return { gasPrice: quantity(gasPrice) }
  const bid = (baseFee ?? maxFeePerGas) + maxPriorityFeePerGas
  return {
    gasPrice: quantity(bid < maxFeePerGas ? bid : maxFeePerGas),
    maxFeePerGas: quantity(maxFeePerGas),
    maxPriorityFeePerGas: quantity(maxPriorityFeePerGas),
  }
}

function authorizationsOf({ authorizationList = [] }: ExecutableFields) {
  return authorizationList.map(([chainId, address, nonce, yParity, r, s]) => ({
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
