/**
 * What to bid for gas: the base fee of the next block is known, the tip is what recent blocks
 * took. Computed once a head.
 */
import type { Hash } from '../../consensus/types.ts'
import type { ChainApi, ChainReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'

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
  readonly #fees: ChainApi['fees']
  #known: { readonly head: Hash; readonly tip: Promise<bigint> } | undefined

  constructor({ chain, fees }: Pick<ChainApi, 'chain' | 'fees'>) {
    this.#chain = chain
    this.#fees = fees
  }

  /** Wei per gas in the next block; 0 before London. */
  nextBaseFee(): bigint {
    return this.#fees.baseFee(this.#chain.head().header) ?? 0n
  }

  /** Wei per gas on top of the base fee. */
  priorityFee(): Promise<bigint> {
    const head = this.#chain.head()
    if (this.#known?.head !== head.hash) {
      this.#known = { head: head.hash, tip: this.#sampleTip(head) }
    }
    return this.#known.tip
  }

  async #sampleTip(head: EthereumSummary): Promise<bigint> {
    const tips: bigint[] = []
    let block: EthereumSummary | undefined = head
    for (let i = 0; i < SAMPLE_BLOCKS && block !== undefined; i++) {
      tips.push(...(await this.#lowestTips(block)))
      block = await parentOf(this.#chain, block)
    }
    if (tips.length === 0) return TIP_DEFAULT_WEI
    tips.sort(compare)
    const tip = tips[Math.floor(((tips.length - 1) * SAMPLE_PERCENTILE) / 100)] ?? TIP_DEFAULT_WEI
    return tip < TIP_MAX_WEI ? tip : TIP_MAX_WEI
  }

  async #lowestTips({ hash, header }: EthereumSummary): Promise<readonly bigint[]> {
    if (header.gasUsed === 0n) return []
    const receipts = (await this.#chain.receipts(hash)) ?? []
    return receipts
      .map((receipt) => receipt.effectiveGasPrice - (header.baseFeePerGas ?? 0n))
      .sort(compare)
      .slice(0, SAMPLES_PER_BLOCK)
  }
}

/** undefined for genesis. */
export async function parentOf(
  chain: ChainReader,
  { header }: EthereumSummary,
): Promise<EthereumSummary | undefined> {
  if (header.number === 0n) return undefined
  const parent = await chain.header(header.parentHash)
  return parent && { hash: header.parentHash, header: parent }
}

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
