/**
 * Traces for readers, of whichever chain: what is traced comes from a source, which knows blocks
 * and their parents, and runs on lanes of calls, which give way to blocks and end in time.
 */
import type { Hash } from '../../../consensus/types.ts'
import type { CallLimits, TraceReader, TransactionLocation } from '../../api.ts'
import type { EthereumSummary } from '../../events.ts'
import type { CallRequest } from '../call-types.ts'
import type { BlockExecutor } from '../executor.ts'
import { contextOf } from '../rules/fee-market.ts'
import type { ParentState } from '../types.ts'
import {
  type GivenBlock,
  type ReplayedBlock,
  replayUpTo,
  type TransactionTrace,
  traceBlock,
} from './trace-block.ts'
import { traceCall } from './trace-call.ts'
import { TraceError } from './trace-error.ts'
import type { TraceCallOptions, TraceOptions } from './trace-options.ts'

/** What the tracer asks of a chain. */
export interface TraceSource {
  readonly executor: Pick<BlockExecutor, 'replay'>
  /** With its receipts; undefined: not stored here. */
  block(hash: Hash): Promise<ReplayedBlock | undefined>
  /** Throws what a malformed block throws, and so do its transactions when they are asked for. */
  decode(rlp: Uint8Array): GivenBlock
  /** Where a block with this parent executes. Throws when the state is not here. */
  parentOf(parentHash: Hash): Promise<ParentState>
}

export class BlockTracer implements TraceReader {
  readonly #source: TraceSource

  constructor(source: TraceSource) {
    this.#source = source
  }

  async transaction(
    { blockHash, index }: TransactionLocation,
    options: TraceOptions,
    limits: CallLimits,
  ): Promise<unknown> {
    const [trace] = await this.#trace(await this.#blockOf(blockHash), options, limits, index)
    if (trace === undefined) throw indexOutOfRange(index)
    return trace.result
  }

  async block(
    hash: Hash,
    options: TraceOptions,
    limits: CallLimits,
  ): Promise<readonly TransactionTrace[]> {
    return this.#trace(await this.#blockOf(hash), options, limits)
  }

  async rawBlock(
    rlp: Uint8Array,
    options: TraceOptions,
    limits: CallLimits,
  ): Promise<readonly TransactionTrace[]> {
    return this.#trace(this.#source.decode(rlp), options, limits)
  }

  async call(
    { hash, header }: EthereumSummary,
    request: CallRequest,
    options: TraceCallOptions,
    limits: CallLimits,
  ): Promise<unknown> {
    const { executor } = this.#source
    if (options.index === undefined) {
      const base = await this.#source.parentOf(hash)
      return executor.replay(base, header, limits, (lane) => {
        lane.branch.set(base)
        return traceCall(lane, contextOf(lane.rules, header), request, options)
      })
    }
    const { index } = options
    const block = await this.#blockOf(hash)
    verifyTraceable(block)
    if (index > block.transactions.length) throw indexOutOfRange(index)
    const parent = await this.#source.parentOf(block.parentHash)
    return executor.replay(parent, block.context, limits, async (lane) => {
      await replayUpTo(lane, parent, block, index)
      return traceCall(lane, block.context, request, options)
    })
  }

  async #trace(
    block: GivenBlock,
    options: TraceOptions,
    limits: CallLimits,
    only?: number,
  ): Promise<readonly TransactionTrace[]> {
    verifyTraceable(block)
    const parent = await this.#source.parentOf(block.parentHash)
    return this.#source.executor.replay(parent, block.context, limits, (lane) =>
      traceBlock(lane, parent, block, options, only),
    )
  }

  async #blockOf(hash: Hash): Promise<ReplayedBlock> {
    const block = await this.#source.block(hash)
    if (block !== undefined) return block
    throw new TraceError({ code: 'BLOCK_UNKNOWN' }, `block ${hash} not found`)
  }
}

function verifyTraceable({ context }: GivenBlock): void {
  if (context.number === 0n) throw new TraceError({ code: 'GENESIS' }, 'genesis is not traceable')
}

function indexOutOfRange(index: number): TraceError {
  return new TraceError(
    { code: 'INDEX_OUT_OF_RANGE', index },
    `transaction index ${index} out of range`,
  )
}
