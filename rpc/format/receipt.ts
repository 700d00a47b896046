/** Receipts as JSON. Schema: https://github.com/ethereum/execution-apis, "Receipt information". */
import type { EthereumSummary } from '../../node/events.ts'
import type { Receipt } from '../../node/receipt.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { data, quantity } from './hex.ts'
import { formatLog } from './log.ts'

export type ReceiptPlace = {
  readonly block: EthereumSummary
  readonly transaction: SignedTransaction
  readonly index: number
  /** Index in the block of this receipt's first log. */
  readonly firstLogIndex: number
}

export function formatReceipt(receipt: Receipt, place: ReceiptPlace) {
  const { block, transaction, index, firstLogIndex } = place
  const { to } = transaction.tx
  return {
    blockHash: block.hash,
    blockNumber: quantity(block.header.number),
    contractAddress: receipt.contractAddress ?? null,
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPrice),
    from: transaction.sender,
    gasUsed: quantity(receipt.gasUsed),
    logs: receipt.logs.map((log, position) =>
      formatLog(log, {
        block,
        transactionHash: transaction.hash,
        transactionIndex: index,
        logIndex: firstLogIndex + position,
        isRemoved: false,
      }),
    ),
    logsBloom: receipt.logsBloom,
    ...statusOf(receipt),
    to: to === undefined ? null : data(to.bytes),
    transactionHash: transaction.hash,
    transactionIndex: quantity(index),
    type: quantity(receipt.type),
    ...blobGasOf(receipt),
  }
}

/** Before Byzantium a receipt has the state root after its transaction, and no status. */
function statusOf({ root, status }: Receipt) {
  return root === undefined ? { status: quantity(status) } : { root }
}

function blobGasOf({ blobGasUsed, blobGasPrice = 0n }: Receipt) {
  if (blobGasUsed === undefined) return {}
  return { blobGasUsed: quantity(blobGasUsed), blobGasPrice: quantity(blobGasPrice) }
}
