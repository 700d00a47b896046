/** `eth_`: blocks, headers and counts. Unknown blocks are null, as the schema says. */
import type { BlockSelector, ChainReader, EthereumChainBlock } from '../../node/api.ts'
import { findBlock, isPending } from '../block-lookup.ts'
import { formatBlock, formatHeader } from '../format/block.ts'
import { quantity } from '../format/hex.ts'
import { JsonTexts } from '../format/json-text.ts'
import { KEPT_TEXT_CHARS_MAX } from '../limits.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { blockHash, blockNumber, LATEST } from '../params/block.ts'
import { bool } from '../params/primitives.ts'
import { uncleMethods } from './uncles.ts'

const isHydrated = optional('isHydrated', bool, false)
const number = required('block', blockNumber)
const hash = required('block', blockHash)
/** The schema leaves these out at will. */
const numberOrLatest = optional('block', blockNumber, LATEST)

export function blockMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  const { chain } = api
  const texts = new JsonTexts(KEPT_TEXT_CHARS_MAX)
  const full = async ([selector, hydrated]: readonly [BlockSelector, boolean]) => {
    if (isPending(selector)) return formatBlock((await chain.pendingBlock()).block, hydrated)
    const known = 'number' in selector ? chain.peek(selector.number) : undefined
    const summary = known ?? (await findBlock(chain, selector))
    if (summary === undefined) return null
    const key = hydrated ? `${summary.hash} in full` : summary.hash
    const kept = texts.get(key)
    if (kept !== undefined) return kept
    const block = await chain.block(summary.hash)
    return block === undefined ? null : texts.add(key, formatBlock(block, hydrated))
  }
  const header = async ([selector]: readonly [BlockSelector]) => {
    const block = await findBlock(chain, selector)
    return block === undefined ? null : formatHeader(block)
  }
  const count = async ([selector]: readonly [BlockSelector]) => {
    const block = await loadBlock(chain, selector)
    return block === undefined ? null : quantity(block.transactions.length)
  }
  return {
    eth_getBlockByHash: method({
      description: 'A block by its hash, on any branch',
      params: [hash, isHydrated],
      handler: full,
    }),
    eth_getBlockByNumber: method({
      description: 'A block of the canonical chain',
      params: [number, isHydrated],
      handler: full,
    }),
    eth_getHeaderByHash: method({
      description: 'A header by its hash',
      params: [hash],
      handler: header,
    }),
    eth_getHeaderByNumber: method({
      description: 'A header of the canonical chain',
      params: [number],
      handler: header,
    }),
    eth_getBlockTransactionCountByHash: method({
      description: 'How many transactions a block holds',
      params: [hash],
      handler: count,
    }),
    eth_getBlockTransactionCountByNumber: method({
      description: 'How many transactions a block holds',
      params: [numberOrLatest],
      handler: count,
    }),
    ...uncleMethods((selector) => loadBlock(chain, selector)),
  }
}

/** The block with its transactions; `pending` is the one being built. */
export async function loadBlock(
  chain: ChainReader,
  selector: BlockSelector,
): Promise<EthereumChainBlock | undefined> {
  if (isPending(selector)) return (await chain.pendingBlock()).block
  const summary = await findBlock(chain, selector)
  return summary === undefined ? undefined : chain.block(summary.hash)
}
