/** The logs of one block that a filter wants, as JSON. */
import { assert } from '../../consensus/errors.ts'
import type { Hash } from '../../consensus/types.ts'
import type { ChainReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import type { Receipt } from '../../node/receipt.ts'
import { RpcError } from '../errors.ts'
import { firstLogIndexes, formatLog, type JsonLog } from '../format/log.ts'
import type { LogFilter } from './log-filter.ts'

type BlockReader = Pick<ChainReader, 'block' | 'receipts'>

/** All logs of a block as JSON, of which queries take theirs. */
type KnownLogs = { readonly blockHash: Hash; readonly logs: readonly JsonLog[] }

/** Kept as long as the receipts that they were made from: what was asked for is asked for again. */
const known = new WeakMap<readonly Receipt[], KnownLogs>()

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
  const logs = knownLogs(receipts, block.hash) ?? (await formatLogs(chain, block, receipts))
  const found = logs.filter((log) => filter.matches(log))
  return isRemoved ? found.map((log) => ({ ...log, removed: true })) : found
}

/** The same where nothing has to be read for it, else undefined. */
export function peekLogs(
  chain: Pick<ChainReader, 'peekReceipts'>,
  { hash }: EthereumSummary,
  filter: LogFilter,
): readonly JsonLog[] | undefined {
  const receipts = chain.peekReceipts(hash)
  return receipts && knownLogs(receipts, hash)?.filter((log) => filter.matches(log))
}

/** A block that is built and the one that it is sealed as have the same receipts. */
function knownLogs(receipts: readonly Receipt[], blockHash: Hash): readonly JsonLog[] | undefined {
  const of = known.get(receipts)
  return of?.blockHash === blockHash ? of.logs : undefined
}

async function formatLogs(
  chain: BlockReader,
  block: EthereumSummary,
  receipts: readonly Receipt[],
): Promise<readonly JsonLog[]> {
  const body = await chain.block(block.hash)
  assert(body !== undefined, 'a block with receipts has a body')
  const firsts = firstLogIndexes(receipts)
  const logs = receipts.flatMap((receipt, transactionIndex) => {
    const transactionHash = body.transactions[transactionIndex]?.hash
    assert(transactionHash !== undefined, 'every receipt has its transaction')
    const first = firsts[transactionIndex] ?? 0
    return receipt.logs.map((log, position) => {
      const logIndex = first + position
      return formatLog(log, {
        block,
        transactionHash,
        transactionIndex,
        logIndex,
        isRemoved: false,
      })
    })
  })
  known.set(receipts, { blockHash: block.hash, logs })
  return logs
}
