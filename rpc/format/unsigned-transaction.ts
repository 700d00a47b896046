/** Transactions that nobody signed as JSON: those of a simulation, and those that wait for a key. */
import { bytesToBigInt } from '@ethereumjs/util'
import type { Hex } from '../../consensus/types.ts'
import type { UnsignedTransaction } from '../../node/execution/simulate/unsigned-transaction.ts'
import type { ExecutableFields } from '../../node/execution/transaction/executable.ts'
import { data, quantity } from './hex.ts'
import type { Place } from './transaction.ts'

/** `place` is undefined for one that is in no block. The signature is zero. */
export function formatUnsigned({ hash, sender, chainId, tx }: UnsignedTransaction, place?: Place) {
  const { type } = tx
  return {
    blockHash: place?.blockHash ?? null,
    blockNumber: place === undefined ? null : quantity(place.blockNumber),
    blockTimestamp: place === undefined ? null : quantity(place.timestamp),
    transactionIndex: place === undefined ? null : quantity(place.index),
    hash,
    type: quantity(type),
    from: sender,
    to: tx.to === undefined ? null : data(tx.to.bytes),
    nonce: quantity(tx.nonce),
    gas: quantity(tx.gasLimit),
    value: quantity(tx.value),
    input: data(tx.data),
    ...feesOf(tx, place?.baseFeePerGas),
    v: '0x0',
    r: '0x0',
    s: '0x0',
    ...(type > 0 && {
      yParity: '0x0',
      chainId: quantity(chainId),
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
