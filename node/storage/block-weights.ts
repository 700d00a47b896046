/**
 * What decoded blocks and receipts take in memory, roughly, in bytes: for caches that are bounded
 * by it. An empty one has a weight too, or a cache would hold every empty block there ever was.
 */
import type { ChainBlock } from '../api.ts'
import type { Receipt } from '../receipt.ts'

/** A header as an object, with its place in a cache. */
const BLOCK_BYTES = 4096
const TRANSACTION_BYTES = 2048
/** An empty list, with its place in a cache. */
const RECEIPTS_BYTES = 256
const RECEIPT_BYTES = 512
const LOG_BYTES = 1024

export function blockWeight({ sizeBytes, transactions }: ChainBlock): number {
  return BLOCK_BYTES + sizeBytes + transactions.length * TRANSACTION_BYTES
}

export function receiptsWeight(receipts: readonly Receipt[]): number {
  const logs = receipts.reduce((count, receipt) => count + receipt.logs.length, 0)
  return RECEIPTS_BYTES + receipts.length * RECEIPT_BYTES + logs * LOG_BYTES
}
