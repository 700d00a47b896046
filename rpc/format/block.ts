/**
 * Blocks and headers as JSON, under the names of the Ethereum JSON-RPC.
 *
 * Schema: https://github.com/ethereum/execution-apis, "Block object".
 */
import type { Header } from '../../consensus/types.ts'
import type { ChainBlock } from '../../node/api.ts'
import type { BlockSummary } from '../../node/events.ts'
import { quantity } from './hex.ts'
import { formatTransaction, type Place } from './transaction.ts'

export function formatHeader({ hash, header }: BlockSummary) {
  return { hash, ...formatFields(header) }
}

/** Transactions in full, or only their hashes. */
export function formatBlock(block: ChainBlock, isHydrated: boolean) {
  return {
    ...formatHeader(block),
    size: quantity(block.sizeBytes),
    transactions: isHydrated
      ? block.transactions.map((tx, index) => formatTransaction(tx, placeIn(block, index)))
      : block.transactions.map((tx) => tx.hash),
    uncles: [],
    withdrawals: [],
  }
}

/** What is not known before the seal is null: the hash and the nonce, and who will seal it. */
export function formatPendingBlock(block: ChainBlock, isHydrated: boolean) {
  return {
    ...formatBlock(block, false),
    transactions: block.transactions.map((tx) => (isHydrated ? formatTransaction(tx) : tx.hash)),
    hash: null,
    nonce: null,
    miner: null,
  }
}

export function placeIn({ hash, header }: BlockSummary, index: number): Place {
  return {
    blockHash: hash,
    blockNumber: header.number,
    timestamp: header.timestamp,
    baseFeePerGas: header.baseFeePerGas,
    index,
  }
}

function formatFields(header: Header) {
  return {
    parentHash: header.parentHash,
    sha3Uncles: header.ommersHash,
    miner: header.coinbase,
    stateRoot: header.stateRoot,
    transactionsRoot: header.transactionsRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: header.logsBloom,
    difficulty: quantity(header.difficulty),
    number: quantity(header.number),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    extraData: header.extraData,
    mixHash: header.mixHash,
    nonce: header.nonce,
    baseFeePerGas: quantity(header.baseFeePerGas),
    withdrawalsRoot: header.withdrawalsRoot,
    blobGasUsed: quantity(header.blobGasUsed),
    excessBlobGas: quantity(header.excessBlobGas),
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    requestsHash: header.requestsHash,
  }
}
