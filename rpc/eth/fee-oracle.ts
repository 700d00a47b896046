/**
 * What to bid for gas: the base fee of the next block is known, the tip is what recent blocks
 * took. Computed once a head.
 */
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Hash } from '../../consensus/types.ts'
import type { ChainReader } from '../../node/api.ts'
import type { BlockSummary } from '../../node/events.ts'

/** Recent blocks whose tips are looked at, and how many of the lowest in each, as in geth. */
const SAMPLE_BLOCKS = 20
const SAMPLES_PER_BLOCK = 3
const SAMPLE_PERCENTILE = 60
/** Where nobody competes: 1 gwei. */
const TIP_DEFAULT_WEI = 1_000_000_000n
/** One strange transaction must not empty wallets: 500 gwei, as in geth. */
const TIP_MAX_WEI = 500_000_000_000n

export class FeeOracle {
  readonly #chain: ChainReader
  #known: { readonly head: Hash; readonly tip: Promise<bigint> } | undefined

  constructor(chain: ChainReader) {
    this.#chain = chain
  }

  /** Wei per gas in the next block. */
  nextBaseFee(): bigint {
    return nextBaseFee(this.#chain.head().header)
  }

  /** Wei per gas on top of the base fee. */
  priorityFee(): Promise<bigint> {
    const head = this.#chain.head()
    if (this.#known?.head !== head.hash) {
      this.#known = { head: head.hash, tip: this.#sampleTip(head) }
    }
    return this.#known.tip
  }

  async #sampleTip(head: BlockSummary): Promise<bigint> {
    const tips: bigint[] = []
    let block: BlockSummary | undefined = head
    for (let i = 0; i < SAMPLE_BLOCKS && block !== undefined; i++) {
      tips.push(...(await this.#lowestTips(block)))
      block = await parentOf(this.#chain, block)
    }
    if (tips.length === 0) return TIP_DEFAULT_WEI
    tips.sort(compare)
    const tip = tips[Math.floor(((tips.length - 1) * SAMPLE_PERCENTILE) / 100)] ?? TIP_DEFAULT_WEI
    return tip < TIP_MAX_WEI ? tip : TIP_MAX_WEI
  }

  async #lowestTips({ hash, header }: BlockSummary): Promise<readonly bigint[]> {
    if (header.gasUsed === 0n) return []
    const receipts = (await this.#chain.receipts(hash)) ?? []
    return receipts
      .map((receipt) => receipt.effectiveGasPrice - header.baseFeePerGas)
      .sort(compare)
      .slice(0, SAMPLES_PER_BLOCK)
  }
}

/** undefined for genesis. */
export async function parentOf(
  chain: ChainReader,
  { header }: BlockSummary,
): Promise<BlockSummary | undefined> {
  if (header.number === 0n) return undefined
  const parent = await chain.header(header.parentHash)
  return parent && { hash: header.parentHash, header: parent }
}

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
