/**
 * Blocks and headers as JSON, under the names of the Ethereum JSON-RPC.
 *
 * Schema: https://github.com/ethereum/execution-apis, "Block object".
 */
import type { Withdrawal } from '../../consensus/codec/ethereum-codec.ts'
import type { EthereumHeader } from '../../consensus/types.ts'
import type { EthereumChainBlock } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { quantity } from './hex.ts'
import { formatTransaction, type Place } from './transaction.ts'

export function formatHeader({ hash, header }: EthereumSummary) {
  return { hash, ...formatFields(header) }
}

/**
 * Transactions in full, or only their hashes. The block that is being built looks the same, as the
 * schema has it: its hash and its nonce are those from before the seal.
 */
export function formatBlock(block: EthereumChainBlock, isHydrated: boolean) {
  return {
    ...formatHeader(block),
    size: quantity(block.sizeBytes),
    transactions: isHydrated
      ? block.transactions.map((tx, index) => formatTransaction(tx, placeIn(block, index)))
      : block.transactions.map((tx) => tx.hash),
    uncles: (block.ommers ?? []).map((ommer) => ommer.hash),
    ...(block.header.withdrawalsRoot !== undefined && {
      withdrawals: (block.withdrawals ?? []).map(formatWithdrawal),
    }),
  }
}

function formatWithdrawal({ index, validatorIndex, address, amount }: Withdrawal) {
  return {
    index: quantity(index),
    validatorIndex: quantity(validatorIndex),
    address,
    amount: quantity(amount),
  }
}

export function placeIn({ hash, header }: EthereumSummary, index: number): Place {
  return {
    blockHash: hash,
    blockNumber: header.number,
    timestamp: header.timestamp,
    baseFeePerGas: header.baseFeePerGas ?? 0n,
    index,
  }
}

function formatFields(header: EthereumHeader) {
  const { baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas } = header
  const { parentBeaconBlockRoot, requestsHash } = header
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
    ...(baseFeePerGas !== undefined && { baseFeePerGas: quantity(baseFeePerGas) }),
    ...(withdrawalsRoot !== undefined && { withdrawalsRoot }),
    ...(blobGasUsed !== undefined && { blobGasUsed: quantity(blobGasUsed) }),
    ...(excessBlobGas !== undefined && { excessBlobGas: quantity(excessBlobGas) }),
    ...(parentBeaconBlockRoot !== undefined && { parentBeaconBlockRoot }),
    ...(requestsHash !== undefined && { requestsHash }),
  }
}
