/** The chain for readers: blocks by tag, number and hash, and what was stored with them. */
import type { Hash, Header } from '../../consensus/types.ts'
import type {
  BlockSelector,
  BlockTag,
  ChainBlock,
  ChainReader,
  TransactionLocation,
} from '../api.ts'
import { summaryOf } from '../chain/block-summary.ts'
import type { Chain } from '../chain/chain.ts'
import type { BlockSummary } from '../events.ts'
import type { Receipt } from '../receipt.ts'
import type { LogSearch } from '../storage/log-index/log-terms.ts'
import type { PendingBlocks } from './pending-blocks.ts'

export class NodeChainReader implements ChainReader {
  readonly #chain: Chain
  readonly #pending: PendingBlocks

  constructor(chain: Chain, pending: PendingBlocks) {
    this.#chain = chain
    this.#pending = pending
  }

  head(): BlockSummary {
    return this.#chain.head
  }

  async resolve(selector: BlockSelector): Promise<BlockSummary | undefined> {
    if ('tag' in selector) return this.#byTag(selector.tag)
    if ('number' in selector) return this.#byNumber(selector.number)
    const header = await this.header(selector.hash)
    if (header === undefined) return undefined
    const summary = { hash: selector.hash, header }
    if (!selector.requireCanonical) return summary
    return (await this.canonicalHash(header.number)) === selector.hash ? summary : undefined
  }

  async canonicalHash(number: bigint): Promise<Hash | undefined> {
    const { head, blocks } = this.#chain
    if (number > head.header.number) return undefined
    return number === head.header.number ? head.hash : await blocks.canonicalHash(number)
  }

  async header(hash: Hash): Promise<Header | undefined> {
    const { head, blocks } = this.#chain
    return hash === head.hash ? head.header : await blocks.header(hash)
  }

  block(hash: Hash): Promise<ChainBlock | undefined> {
    return this.#chain.blocks.block(hash)
  }

  receipts(hash: Hash): Promise<readonly Receipt[] | undefined> {
    return this.#chain.blocks.receipts(hash)
  }

  peek(number: bigint): BlockSummary | undefined {
    const { head, blocks } = this.#chain
    if (number >= head.header.number) return number === head.header.number ? head : undefined
    return blocks.peekCanonical(number)
  }

  peekReceipts(hash: Hash): readonly Receipt[] | undefined {
    return this.#chain.blocks.peekReceipts(hash)
  }

  blocksWithLogs(search: LogSearch): AsyncIterable<readonly bigint[]> {
    return this.#chain.blocks.logs.search(search)
  }

  proof(hash: Hash): Promise<Uint8Array | undefined> {
    return this.#chain.blocks.proof(hash)
  }

  async totalDifficulty(hash: Hash): Promise<bigint | undefined> {
    const { tree, blocks } = this.#chain
    return (tree.get(hash) ?? (await blocks.record(hash)))?.totalDifficulty
  }

  async locate(transactionHash: Hash): Promise<TransactionLocation | undefined> {
    const { blocks, head } = this.#chain
    const location = await blocks.locate(transactionHash)
    // On disk a moment before the head is told: nobody sees a transaction above the head.
    const isAbove = location !== undefined && location.blockNumber > head.header.number
    return isAbove ? undefined : location
  }

  pendingBlock(): Promise<{ block: ChainBlock; receipts: readonly Receipt[] }> {
    return this.#pending.get()
  }

  async #byTag(tag: BlockTag): Promise<BlockSummary | undefined> {
    const { durableFinality, blocks, genesis } = this.#chain
    switch (tag) {
      case 'latest':
        return this.head()
      case 'safe':
        return summaryOf(blocks, durableFinality.justified.hash)
      case 'finalized':
        return summaryOf(blocks, durableFinality.finalized.hash)
      case 'earliest':
        return summaryOf(blocks, genesis.hash)
      case 'pending': {
        const { hash, header } = (await this.#pending.get()).block
        return { hash, header }
      }
    }
  }

  async #byNumber(number: bigint): Promise<BlockSummary | undefined> {
    const hash = await this.canonicalHash(number)
    return hash === undefined ? undefined : summaryOf(this.#chain.blocks, hash)
  }
}
