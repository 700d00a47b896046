/** Blocks traced by our tracers, without a node around them. */
import type { Hash } from '../../../consensus/types.ts'
import type { BlockContext } from '../../../node/execution/evm/block-context.ts'
import type { BlockExecutor } from '../../../node/execution/executor.ts'
import { traceBlock } from '../../../node/execution/tracing/trace-block.ts'
import type { TraceOptions } from '../../../node/execution/tracing/trace-options.ts'
import type { ParentState } from '../../../node/execution/types.ts'
import type { Receipt } from '../../../node/receipt.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import type { ExecutionChain } from '../execution-chain.ts'

export type Traceable = {
  readonly parent: ParentState
  readonly header: BlockContext
  readonly transactions: readonly SignedTransaction[]
  readonly receipts: readonly Receipt[]
}

/** By transaction, in order. */
export async function tracesOf(
  executor: Pick<BlockExecutor, 'replay'>,
  { parent, header, transactions, receipts }: Traceable,
  options: TraceOptions = {},
  only?: number,
): Promise<readonly unknown[]> {
  const hash: Hash = `0x${'b1'.repeat(32)}`
  const block = { hash, parentHash: parent.hash, context: header, transactions, receipts }
  const traces = await executor.replay(parent, header, {}, (lane) =>
    traceBlock(lane, parent, block, options, only),
  )
  return traces.map(({ result }) => result)
}

/** Executes a block on the head, so that it can be traced; nothing is written. */
export async function executed(
  chain: ExecutionChain,
  transactions: readonly SignedTransaction[],
): Promise<Traceable> {
  const { block, executed } = await chain.execute(transactions)
  const { header } = block
  return { parent: chain.parentState(), header, transactions, receipts: executed.receipts }
}
