/** `eth_getUncle*`: blocks of proof of work that lost. Ours names none; an imported chain may. */
import { encodeEthereumBlock } from '../../consensus/codec/ethereum-codec.ts'
import type { BlockSelector, EthereumChainBlock } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { formatBlock } from '../format/block.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, required } from '../method.ts'
import { blockHash, blockNumber } from '../params/block.ts'
import { index } from '../params/primitives.ts'

const number = required('block', blockNumber)
const hash = required('block', blockHash)
const position = required('index', index)

type Load = (selector: BlockSelector) => Promise<EthereumChainBlock | undefined>

export function uncleMethods(load: Load): MethodTable {
  const count = async ([selector]: readonly [BlockSelector]) => {
    const block = await load(selector)
    return block === undefined ? null : quantity(block.ommers?.length ?? 0)
  }
  const byIndex = async ([selector, position]: readonly [BlockSelector, number]) => {
    const uncle = (await load(selector))?.ommers?.[position]
    return uncle === undefined ? null : formatUncle(uncle)
  }
  return {
    eth_getUncleCountByBlockHash: method({
      description: 'How many uncles a block names; none on our chain',
      params: [hash],
      handler: count,
    }),
    eth_getUncleCountByBlockNumber: method({
      description: 'How many uncles a block names; none on our chain',
      params: [number],
      handler: count,
    }),
    eth_getUncleByBlockHashAndIndex: method({
      description: 'An uncle by its place; null on our chain',
      params: [hash, position],
      handler: byIndex,
    }),
    eth_getUncleByBlockNumberAndIndex: method({
      description: 'An uncle by its place; null on our chain',
      params: [number, position],
      handler: byIndex,
    }),
  }
}

/** Of an uncle its header is all that a chain keeps. */
function formatUncle({ hash, header }: EthereumSummary) {
  const nothing = { transactions: [], ommers: [], withdrawals: undefined }
  const sizeBytes = encodeEthereumBlock({ header, ...nothing }).length
  return formatBlock({ hash, header, sizeBytes, transactions: [] }, false)
}
