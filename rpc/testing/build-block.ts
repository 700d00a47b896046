/**
 * `testing_buildBlockV1`: a block as an Engine API's `getPayload` would give it, built at once and
 * kept nowhere. With transactions, all of them; without, those of the pool.
 */

import type { BlockBuilder, BuiltPayload, ChainApi, PayloadAttributes } from '../../node/api.ts'
import { requireBlock } from '../block-lookup.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { data, quantity } from '../format/hex.ts'
import { LIST_ITEMS_MAX } from '../limits.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { blockHash } from '../params/block.ts'
import { defined } from '../params/call.ts'
import {
  address,
  arrayOf,
  bytes,
  hash,
  member,
  objectAt,
  type Parser,
  uint64,
} from '../params/primitives.ts'
import { withdrawals } from '../params/withdrawals.ts'

const attributes: Parser<PayloadAttributes> = {
  type: 'payload attributes',
  parse(value, path) {
    const object = objectAt(value, path)
    return {
      timestamp: uint64.parse(object['timestamp'], `${path}.timestamp`),
      prevRandao: hash.parse(object['prevRandao'], `${path}.prevRandao`),
      feeRecipient: address.parse(object['suggestedFeeRecipient'], `${path}.suggestedFeeRecipient`),
      ...defined('withdrawals', member(object, path, 'withdrawals', withdrawals)),
      ...defined('parentBeaconBlockRoot', member(object, path, 'parentBeaconBlockRoot', hash)),
    }
  },
}

const rawTransactions = arrayOf(bytes, LIST_ITEMS_MAX)

export function buildBlockMethods(
  builder: BlockBuilder,
  { api, callTimeMs }: Pick<RpcModules, 'api' | 'callTimeMs'>,
): MethodTable {
  return {
    testing_buildBlockV1: method({
      description: 'A block on any parent, from these transactions or those of the pool',
      params: [
        required('parent', blockHash),
        required('attributes', attributes),
        optional('transactions', rawTransactions, undefined),
        optional('extraData', bytes, new Uint8Array(0)),
      ],
      isUntimed: true,
      handler: async ([selector, attributes, transactions, extraData]) => {
        const parent = await requireBlock(api.chain, selector)
        const payload = await withSignal(callTimeMs, (signal) =>
          builder.build(parent, attributes, transactions, data(extraData), { signal }),
        )
        return formatPayload(payload, api.pool)
      },
    }),
  }
}

function formatPayload(payload: BuiltPayload, pool: ChainApi['pool']) {
  const { executed, valueWei, transactions } = payload
  const sidecars = transactions.flatMap(({ hash }) => pool.sidecar?.(hash) ?? [])
  return {
    executionPayload: formatExecution(payload),
    blockValue: quantity(valueWei),
    blobsBundle: {
      commitments: sidecars.flatMap(({ commitments }) => commitments.map(data)),
      proofs: sidecars.flatMap(({ proofs }) => proofs.map(data)),
      blobs: sidecars.flatMap(({ blobs }) => blobs.map(data)),
    },
    executionRequests: (executed.requests ?? []).map(data),
    shouldOverrideBuilder: false,
  }
}

function formatExecution({ hash, header, transactions, withdrawals }: BuiltPayload) {
  return {
    parentHash: header.parentHash,
    feeRecipient: header.coinbase,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: header.logsBloom,
    prevRandao: header.mixHash,
    blockNumber: quantity(header.number),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    extraData: header.extraData,
    baseFeePerGas: quantity(header.baseFeePerGas ?? 0n),
    blockHash: hash,
    transactions: transactions.map(({ raw }) => data(raw)),
    withdrawals: withdrawals.map(({ index, validatorIndex, address, amount }) => ({
      index: quantity(index),
      validatorIndex: quantity(validatorIndex),
      address,
      amount: quantity(amount),
    })),
    blobGasUsed: quantity(header.blobGasUsed ?? 0n),
    excessBlobGas: quantity(header.excessBlobGas ?? 0n),
  }
}
