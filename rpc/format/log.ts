/** Logs as JSON. Every index counts within the block. */
import type { Hash } from '../../consensus/types.ts'
import type { EthereumSummary } from '../../node/events.ts'
import type { Log, Receipt } from '../../node/receipt.ts'
import { quantity } from './hex.ts'

export type LogPlace = {
  readonly block: EthereumSummary
  readonly transactionHash: Hash
  readonly transactionIndex: number
  readonly logIndex: number
  /** The block has left the canonical chain. */
  readonly isRemoved: boolean
}

export function formatLog(log: Log, place: LogPlace) {
  const { block, transactionHash, transactionIndex, logIndex, isRemoved } = place
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: quantity(block.header.number),
    transactionHash,
    transactionIndex: quantity(transactionIndex),
    blockHash: block.hash,
    blockTimestamp: quantity(block.header.timestamp),
    logIndex: quantity(logIndex),
    removed: isRemoved,
  }
}

export type JsonLog = ReturnType<typeof formatLog>

/** Index in the block of each receipt's first log; kept with the receipts it was counted from. */
export function firstLogIndexes(receipts: readonly Receipt[]): Uint32Array {
  const known = firstIndexes.get(receipts)
  if (known !== undefined) return known
  const firsts = new Uint32Array(receipts.length)
  let count = 0
  receipts.forEach((receipt, index) => {
    firsts[index] = count
    count += receipt.logs.length
  })
  firstIndexes.set(receipts, firsts)
  return firsts
}

const firstIndexes = new WeakMap<readonly Receipt[], Uint32Array>()
