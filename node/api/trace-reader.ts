/** Traces of our own chain: where its blocks, their parents and their receipts are. */
import { decodeBlock } from '../../consensus/codec/block-codec.ts'
import type { Hash } from '../../consensus/types.ts'
import { summaryOf } from '../chain/block-summary.ts'
import { ancestorHashes } from '../chain/branch.ts'
import type { Chain } from '../chain/chain.ts'
import { decodeTransaction } from '../crypto/decode-transaction.ts'
import { BlockTracer, type TraceSource } from '../execution/tracing/block-tracer.ts'
import { decoded, type GivenBlock, type ReplayedBlock } from '../execution/tracing/trace-block.ts'
import type { ParentState } from '../execution/types.ts'
import { StateError } from './state-reader.ts'

export function createTraceReader(chain: Chain): BlockTracer {
  return new BlockTracer(new ChainTraceSource(chain))
}

class ChainTraceSource implements TraceSource {
  readonly #chain: Chain

  constructor(chain: Chain) {
    this.#chain = chain
  }

  get executor(): Chain['executor'] {
    return this.#chain.executor
  }

  async block(hash: Hash): Promise<ReplayedBlock | undefined> {
    const { blocks } = this.#chain
    const block = await blocks.block(hash)
    if (block === undefined) return undefined
    const { header, transactions } = block
    const receipts = await blocks.receipts(hash)
    return { hash, parentHash: header.parentHash, context: header, transactions, receipts }
  }

  decode(rlp: Uint8Array): GivenBlock {
    const { hash, header, transactions } = decodeBlock(rlp)
    const { common } = this.#chain
    return {
      hash,
      parentHash: header.parentHash,
      context: header,
      transactions: decoded(transactions, (raw) => decodeTransaction(new Uint8Array(raw), common)),
      receipts: undefined,
    }
  }

  async parentOf(hash: Hash): Promise<ParentState> {
    const { tree, blocks } = this.#chain
    const record = tree.get(hash) ?? (await blocks.record(hash))
    if (record?.status !== 'executed') throw new StateError({ code: 'UNAVAILABLE', hash })
    return {
      ...(await summaryOf(blocks, hash)),
      epochDifficulty: record.epochStart.difficulty,
      ancestorHash: ancestorHashes(tree, blocks, hash),
    }
  }
}
