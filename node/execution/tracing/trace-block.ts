/**
 * Transactions of a block traced where they stand: the block is executed again on its parent's
 * state, opening and all, and watched from the transaction that is asked for.
 */
import { assert } from '../../../consensus/errors.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { Receipt } from '../../receipt.ts'
import type { SignedTransaction } from '../../transaction.ts'
import { BlockRun } from '../block-run.ts'
import type { BlockContext } from '../evm/block-context.ts'
import type { Lane } from '../evm/lane.ts'
import { InclusionError } from '../transaction/inclusion-rules.ts'
import type { ParentState } from '../types.ts'
import { createTracer } from './create-tracer.ts'
import { messageOf, observe } from './observe.ts'
import { TraceBudget } from './trace-budget.ts'
import { TraceError } from './trace-error.ts'
import type { TraceOptions } from './trace-options.ts'

export type ReplayedBlock = {
  readonly hash: Hash
  readonly parentHash: Hash
  readonly context: BlockContext
  readonly transactions: readonly SignedTransaction[]
  /** What it gave when it was imported, to compare with; undefined: it never was. */
  readonly receipts: readonly Receipt[] | undefined
}

/** From a caller's bytes: a transaction is decoded, and its sender recovered, in its turn. */
export type GivenBlock = Omit<ReplayedBlock, 'transactions'> & {
  readonly transactions: Iterable<SignedTransaction>
}

export type TransactionTrace = { readonly txHash: Hash; readonly result: unknown }

/** Traces all transactions, or the one at `only`. */
export async function traceBlock(
  lane: Lane,
  parent: ParentState,
  block: GivenBlock,
  options: TraceOptions,
  only?: number,
): Promise<readonly TransactionTrace[]> {
  const { hash, context, transactions } = block
  const budget = new TraceBudget()
  const traces: TransactionTrace[] = []
  const replay = await BlockReplay.open(lane, parent, block)
  let next = 0
  for (const transaction of transactions) {
    const index = next++
    if (only !== undefined && index < only) {
      await replay.apply(transaction)
      continue
    }
    const place = {
      blockHash: hash,
      blockNumber: context.number,
      transactionHash: transaction.hash,
      index,
      firstLogIndex: replay.logCount,
    }
    const message = await messageOf(lane, transaction, context.coinbase, place)
    const result = await observe(lane, createTracer(options, budget), message, () =>
      replay.apply(transaction),
    )
    traces.push({ txHash: transaction.hash, result })
    if (index === only) break
  }
  return traces
}

/** Each in its turn: recovering thousands of senders at once would hold up everybody else. */
export function* decoded(
  raws: readonly Uint8Array[],
  decode: (raw: Uint8Array) => SignedTransaction,
): Iterable<SignedTransaction> {
  for (const raw of raws) yield decode(raw)
}

/** Brings the lane to the state before the transaction at `index`. */
export async function replayUpTo(
  lane: Lane,
  parent: ParentState,
  block: ReplayedBlock,
  index: number,
): Promise<void> {
  const replay = await BlockReplay.open(lane, parent, block)
  for (const transaction of block.transactions.slice(0, index)) await replay.apply(transaction)
}

/** A block run again, held to what it gave the first time. */
class BlockReplay {
  readonly #run: BlockRun
  readonly #receipts: readonly Receipt[] | undefined
  #index = 0
  #logCount = 0

  private constructor(run: BlockRun, receipts: readonly Receipt[] | undefined) {
    this.#run = run
    this.#receipts = receipts
  }

  static async open(lane: Lane, parent: ParentState, block: GivenBlock): Promise<BlockReplay> {
    return new BlockReplay(await BlockRun.open(lane, parent, block.context), block.receipts)
  }

  get logCount(): number {
    return this.#logCount
  }

  async apply(transaction: SignedTransaction): Promise<Receipt> {
    const receipt = await this.#applyOrThrow(transaction)
    const first = this.#receipts?.[this.#index]
    assert(
      first === undefined || (first.gasUsed === receipt.gasUsed && first.status === receipt.status),
      'a block that runs again does what it did',
    )
    this.#index += 1
    this.#logCount += receipt.logs.length
    return receipt
  }

  async #applyOrThrow(transaction: SignedTransaction): Promise<Receipt> {
    try {
      return await this.#run.apply(transaction)
    } catch (error) {
      if (!(error instanceof InclusionError)) throw error
      const reason = error.type.code.toLowerCase().replaceAll('_', ' ')
      throw new TraceError({ code: 'NOT_EXECUTABLE' }, `tracing failed: ${reason}`)
    }
  }
}
