/** The logs of one block that a filter wants, as JSON. */
import { assert } from '../../consensus/errors.ts'
import type { ChainReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { RpcError } from '../errors.ts'
import { firstLogIndexes, formatLog, type JsonLog } from '../format/log.ts'
import type { LogFilter } from './log-filter.ts'

type BlockReader = Pick<ChainReader, 'block' | 'receipts'>

/** Throws HISTORY_PRUNED when the block's receipts are not here any more. */
export async function blockLogs(
  chain: BlockReader,
  block: EthereumSummary,
  filter: LogFilter,
  isRemoved = false,
): Promise<readonly JsonLog[]> {
  if (!filter.admits(block.header.logsBloom)) return []
  const receipts = await chain.receipts(block.hash)
  if (receipts === undefined) {
    throw new RpcError({ code: 'HISTORY_PRUNED' }, 'pruned history unavailable')
  }
  if (!receipts.some((receipt) => receipt.logs.some((log) => filter.matches(log)))) return []
  const body = await chain.block(block.hash)
  assert(body !== undefined, 'a block with receipts has a body')
  const firsts = firstLogIndexes(receipts)
  return receipts.flatMap((receipt, transactionIndex) => {
    const transactionHash = body.transactions[transactionIndex]?.hash
    assert(transactionHash !== undefined, 'every receipt has its transaction')
    const first = firsts[transactionIndex] ?? 0
    return receipt.logs.flatMap((log, position) => {
      if (!filter.matches(log)) return []
      const logIndex = first + position
      const place = { block, transactionHash, transactionIndex, logIndex, isRemoved }
      return [formatLog(log, place)]
    })
  })
}
