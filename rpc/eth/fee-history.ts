/** `eth_feeHistory`: base fees, fullness and tips of a span of blocks. */
import type { BlockSelector, ChainApi, ChainReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import type { Receipt } from '../../node/receipt.ts'
import { isPending, requireBlock } from '../block-lookup.ts'
import { paramInvalid } from '../errors.ts'
import { quantity } from '../format/hex.ts'
import { FEE_HISTORY_BLOCKS_MAX, FEE_PERCENTILES_MAX } from '../limits.ts'
import { LATEST } from '../params/block.ts'
import { arrayOf, expected, type Parser } from '../params/primitives.ts'
import { compare, parentOf } from './fee-oracle.ts'

const percentile: Parser<number> = {
  type: 'percentile',
  parse(value, path) {
    if (typeof value === 'number' && value >= 0 && value <= 100) return value
    throw expected(path, 'a number from 0 to 100', value)
  },
}
const list = arrayOf(percentile, FEE_PERCENTILES_MAX)

/** Ascending, as the answer's rows are. */
export const percentiles: Parser<readonly number[]> = {
  type: 'list of percentiles',
  parse(value, path) {
    const values = list.parse(value, path)
    const isAscending = values.every((item, i) => item >= (values[i - 1] ?? 0))
    if (!isAscending) throw paramInvalid(`"${path}" must be in ascending order`)
    return values
  },
}

export type FeeHistoryRequest = {
  readonly count: number
  readonly newest: BlockSelector
  readonly percentiles: readonly number[]
  /** Aborts when nobody waits any more: receipts of a thousand full blocks take their time. */
  readonly signal: AbortSignal
}

export async function feeHistory(
  { chain, fees }: Pick<ChainApi, 'chain' | 'fees'>,
  { count, newest, percentiles, signal }: FeeHistoryRequest,
) {
  const last = await requireBlock(chain, isPending(newest) ? LATEST : newest)
  const blocks = await blocksBefore(chain, last, Math.min(count, FEE_HISTORY_BLOCKS_MAX))
  const oldest = blocks[0]
  if (oldest === undefined) return { oldestBlock: '0x0', baseFeePerGas: [], gasUsedRatio: [] }
  const headers = blocks.map((block) => block.header)
  return {
    oldestBlock: quantity(oldest.header.number),
    ...(percentiles.length > 0 && {
      reward: await rewardsOf(chain, blocks, percentiles, signal),
    }),
    baseFeePerGas: [
      ...headers.map((header) => quantity(header.baseFeePerGas ?? 0n)),
      quantity(fees.baseFee(last.header) ?? 0n),
    ],
    gasUsedRatio: headers.map(({ gasUsed, gasLimit }) => Number(gasUsed) / Number(gasLimit)),
    baseFeePerBlobGas: [
      ...headers.map((header) => quantity(fees.blobBaseFee(header) ?? 0n)),
      quantity(last.header.excessBlobGas === undefined ? 0n : fees.nextBlobBaseFee(last.header)),
    ],
    blobGasUsedRatio: headers.map((header) => {
      const max = fees.blobGasMax(header)
      return max === 0n ? 0 : Number(header.blobGasUsed ?? 0n) / Number(max)
    }),
  }
}

/** `last` and its ancestors, oldest first. */
async function blocksBefore(
  chain: ChainReader,
  last: EthereumSummary,
  count: number,
): Promise<readonly EthereumSummary[]> {
  const blocks: EthereumSummary[] = []
  let block: EthereumSummary | undefined = last
  while (block !== undefined && blocks.length < count) {
    blocks.push(block)
    block = await parentOf(chain, block)
  }
  return blocks.reverse()
}

async function rewardsOf(
  chain: ChainReader,
  blocks: readonly EthereumSummary[],
  percentiles: readonly number[],
  signal: AbortSignal,
) {
  const rows: string[][] = []
  for (const { hash, header } of blocks) {
    signal.throwIfAborted()
    const receipts = header.gasUsed === 0n ? [] : ((await chain.receipts(hash)) ?? [])
    rows.push(tipsAt(receipts, header.baseFeePerGas ?? 0n, percentiles).map(quantity))
  }
  return rows
}

/** The tip at each percentile of the gas used, cheapest gas first; zeroes for an empty block. */
function tipsAt(
  receipts: readonly Receipt[],
  baseFee: bigint,
  percentiles: readonly number[],
): readonly bigint[] {
  const samples = receipts
    .map(({ gasUsed, effectiveGasPrice }) => ({ gasUsed, tip: effectiveGasPrice - baseFee }))
    .sort((a, b) => compare(a.tip, b.tip))
  const total = Number(samples.reduce((sum, sample) => sum + sample.gasUsed, 0n))
  let position = 0
  let gasSoFar = Number(samples[0]?.gasUsed ?? 0n)
  return percentiles.map((percentile) => {
    const threshold = Math.floor((total * percentile) / 100)
    while (gasSoFar < threshold && position < samples.length - 1) {
      position++
      gasSoFar += Number(samples[position]?.gasUsed ?? 0n)
    }
    return samples[position]?.tip ?? 0n
  })
}
