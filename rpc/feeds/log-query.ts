/**
 * `eth_getLogs`: one block by its hash, or a range of the canonical chain. The node's index names
 * the blocks of a range that may hold such logs; their receipts have the last word.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC" (10,000 results); the sentences of refusals are geth's.
 */
import { setImmediate } from 'node:timers/promises'
import type { BlockSelector, ChainReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { requireBlock } from '../block-lookup.ts'
import { timedOut } from '../dispatch/call-time.ts'
import { limitExceeded, paramInvalid, RpcError } from '../errors.ts'
import type { JsonLog } from '../format/log.ts'
import { LOG_BLOCKS_MAX, LOG_QUERY_BLOCKS, LOGS_MAX } from '../limits.ts'
import { LATEST } from '../params/block.ts'
import type { LogCriteria } from '../params/log-criteria.ts'
import { blockLogs, peekLogs } from './block-logs.ts'
import { createLogFilter, type LogFilter } from './log-filter.ts'

/** So few blocks, if in memory, are looked through by their blooms: the index costs more. */
const PEEKED_BLOCKS_MAX = 128n

type Range = { readonly from: bigint; readonly to: bigint }

/** Gives up after `callTimeMs`. */
export async function queryLogs(
  chain: ChainReader,
  criteria: LogCriteria,
  callTimeMs: number,
): Promise<readonly JsonLog[]> {
  const deadlineMs = performance.now() + callTimeMs
  const filter = createLogFilter(criteria)
  if (criteria.blockHash !== undefined) {
    return bounded(await blockLogs(chain, await blockOf(chain, criteria.blockHash), filter))
  }
  const { from, to } = await rangeOf(chain, criteria)
  const blocks = blocksInMemory(chain, filter, { from, to })
  if (blocks !== undefined) return logsOf(chain, blocks, filter, callTimeMs)
  const logs: JsonLog[] = []
  let blockCount = 0
  for await (const run of chain.blocksWithLogs({ ...criteria, from, to })) {
    for (let start = 0; start < run.length; start += LOG_QUERY_BLOCKS) {
      // Reads that come from memory never leave the current turn: the node has other work, too.
      if (start > 0) await setImmediate()
      if (performance.now() > deadlineMs) throw timedOut(callTimeMs)
      for (const block of await blocksAt(chain, run.slice(start, start + LOG_QUERY_BLOCKS))) {
        if (!filter.admits(block.header.logsBloom)) continue
        if (++blockCount > LOG_BLOCKS_MAX) throw tooManyBlocks()
        for (const log of await blockLogs(chain, block, filter)) logs.push(log)
        bounded(logs)
      }
    }
  }
  return logs
}

/** Those that may hold a wanted log; undefined unless all headers of the range are in memory. */
function blocksInMemory(
  chain: ChainReader,
  filter: LogFilter,
  { from, to }: Range,
): readonly EthereumSummary[] | undefined {
  if (to - from >= PEEKED_BLOCKS_MAX) return undefined
  const blocks: EthereumSummary[] = []
  for (let number = from; number <= to; number++) {
    const block = chain.peek(number)
    if (block === undefined) return undefined
    if (filter.admits(block.header.logsBloom)) blocks.push(block)
  }
  return blocks
}

async function logsOf(
  chain: ChainReader,
  blocks: readonly EthereumSummary[],
  filter: LogFilter,
  callTimeMs: number,
): Promise<readonly JsonLog[]> {
  const deadlineMs = performance.now() + callTimeMs
  const logs: JsonLog[] = []
  for (const [index, block] of blocks.entries()) {
    if (index % LOG_QUERY_BLOCKS === LOG_QUERY_BLOCKS - 1) await setImmediate()
    if (performance.now() > deadlineMs) throw timedOut(callTimeMs)
    const found = peekLogs(chain, block, filter) ?? (await blockLogs(chain, block, filter))
    for (const log of found) logs.push(log)
    bounded(logs)
  }
  return logs
}

async function blockOf(chain: ChainReader, hash: `0x${string}`): Promise<EthereumSummary> {
  const header = await chain.header(hash)
  if (header === undefined) throw new RpcError({ code: 'BLOCK_UNKNOWN' }, 'unknown block')
  return { hash, header }
}

/** A range given by numbers must lie on the chain; one that ends at a tag may be empty. */
async function rangeOf(chain: ChainReader, criteria: LogCriteria): Promise<Range> {
  const { fromBlock = LATEST, toBlock = LATEST } = criteria
  const to = await endOf(chain, toBlock)
  const from = await endOf(chain, fromBlock)
  const isNumbered = 'number' in fromBlock && 'number' in toBlock
  if (isNumbered && from > to) throw paramInvalid('invalid block range params')
  if ('number' in toBlock && to > chain.head().header.number) {
    throw paramInvalid('block range extends beyond current head block')
  }
  return { from, to }
}

async function endOf(chain: ChainReader, selector: BlockSelector): Promise<bigint> {
  if ('number' in selector) return selector.number
  return (await requireBlock(chain, selector)).header.number
}

/** Canonical blocks, read side by side. */
async function blocksAt(
  chain: ChainReader,
  numbers: readonly bigint[],
): Promise<readonly EthereumSummary[]> {
  const found = await Promise.all(
    numbers.map(async (number) => {
      const hash = await chain.canonicalHash(number)
      const header = hash === undefined ? undefined : await chain.header(hash)
      return hash === undefined || header === undefined ? [] : [{ hash, header }]
    }),
  )
  return found.flat()
}

function bounded(logs: readonly JsonLog[]): readonly JsonLog[] {
  if (logs.length <= LOGS_MAX) return logs
  throw limitExceeded(`query returned more than ${LOGS_MAX} results: ask for fewer blocks`)
}

function tooManyBlocks(): RpcError {
  return limitExceeded(`query reads more than ${LOG_BLOCKS_MAX} blocks: ask for fewer blocks`)
}
