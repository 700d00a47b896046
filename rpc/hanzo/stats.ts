/** `hanzo_getStats`: how fast the network works, for whom, and what this node adds. */
import type { Address } from '../../consensus/types.ts'
import type { ChainReader, SealerSummary } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { parentOf } from '../eth/fee-oracle.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method } from '../method.ts'
import type { NodeModules } from '../modules.ts'

/** Blocks looked at: about four minutes at the usual block time. */
const WINDOW_BLOCKS = 128

export function statsMethods({ api }: Pick<NodeModules, 'api'>): MethodTable {
  return {
    hanzo_getStats: method({
      description: 'Recent blocks, work a second, share of each coinbase, own adapter',
      params: [],
      handler: async () => {
        const blocks = await recentBlocks(api.chain)
        const { sealer } = api.work
        return { ...describeWindow(blocks), sealer: sealer ? formatSealer(sealer) : null }
      },
    }),
  }
}

/** The head and its ancestors, newest first; the last one only dates the one after it. */
async function recentBlocks(chain: ChainReader): Promise<readonly EthereumSummary[]> {
  const blocks: EthereumSummary[] = []
  let block: EthereumSummary | undefined = chain.head()
  while (block !== undefined && blocks.length <= WINDOW_BLOCKS) {
    blocks.push(block)
    block = await parentOf(chain, block)
  }
  return blocks
}

function describeWindow(blocks: readonly EthereumSummary[]) {
  const counted = blocks.slice(0, -1)
  const newest = blocks[0]?.header
  const oldest = blocks.at(-1)?.header
  const seconds = Number((newest?.timestamp ?? 0n) - (oldest?.timestamp ?? 0n))
  const macs = counted.reduce((sum, { header }) => sum + header.difficulty, 0n)
  return {
    head: quantity(newest?.number ?? 0n),
    window: { blocks: quantity(counted.length), seconds: quantity(seconds) },
    blockSeconds: counted.length === 0 ? null : seconds / counted.length,
    difficulty: quantity(newest?.difficulty ?? 0n),
    macsPerSecond: seconds === 0 ? 0 : Number(macs) / seconds,
    coinbases: sharesOf(counted),
  }
}

/** Most blocks first. */
function sharesOf(blocks: readonly EthereumSummary[]) {
  const counts = new Map<Address, number>()
  for (const { header } of blocks) {
    counts.set(header.coinbase, (counts.get(header.coinbase) ?? 0) + 1)
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([address, count]) => ({
      address,
      blocks: quantity(count),
      share: count / blocks.length,
    }))
}

/** Rates and shares are JSON numbers, because they are no integers. */
function formatSealer({ dutyPercent, blocksSealed, ...sealer }: SealerSummary) {
  return {
    ...sealer,
    dutyPercent: quantity(dutyPercent),
    blocksSealed: quantity(blocksSealed),
  }
}
