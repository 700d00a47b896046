/**
 * The one road of a block: gossip, sync, the sealer and submitted work all end here, told apart
 * by `source`. Check before, run, check after, write once. The numbers are those of
 * ARCHITECTURE.md, "One road for a block"; spec: docs/spec/consensus.md, "Import".
 *
 * One import runs at a time (see ImportQueue). Nothing is written before step 6, which writes all
 * or nothing: a step that throws leaves the store as it was.
 */
import { verifyResults } from '../../../consensus/rules/result-rules.ts'
import type { BlockNode } from '../../../consensus/tree/block-node.ts'
import type { BlockTree } from '../../../consensus/tree/block-tree.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { HeadChange } from '../../events.ts'
import type { BlockExecutor } from '../../execution/executor.ts'
import type { ExecutedBlock } from '../../execution/types.ts'
import type { Clock } from '../../ports.ts'
import type { StateStore } from '../../state/state-store.ts'
import type { BlockStore } from '../../storage/block-store.ts'
import type { SignedTransaction } from '../../transaction.ts'
import { summaryOf } from '../block-summary.ts'
import { ancestorHashes } from '../branch.ts'
import type { Committer } from '../commit-block.ts'
import type { HeaderChecker } from '../header/check-header.ts'
import type { BlockSource, SealedBlock } from '../sealed-block.ts'
import { faultOf } from './block-fault.ts'
import { checkBody } from './body-check.ts'
import type { ImportOutcome } from './import-outcome.ts'

/** A block as it was executed: here, or while it was built. */
type JudgedBlock = {
  readonly transactions: readonly SignedTransaction[]
  readonly executed: ExecutedBlock
}

/** As the one who built it brings it. */
export type PreparedBlock = JudgedBlock & {
  /** Of the state that it was executed on. */
  readonly stateRoot: Hash
}

export type ImportModules = {
  readonly tree: BlockTree
  readonly headers: HeaderChecker
  readonly blocks: BlockStore
  readonly executor: BlockExecutor
  readonly committer: Committer
  readonly state: StateStore
  /** With their senders. Throws `TransactionError`. */
  readonly transactionsOf: (block: SealedBlock) => Promise<readonly SignedTransaction[]>
  readonly clock: Clock
}

export type ImportResult = {
  readonly outcome: ImportOutcome
  /** Set when the block became head. */
  readonly headChange?: HeadChange | undefined
}

/** Steps 1 to 7; step 8 is the caller's, outside of anything that can fail. */
export async function importBlock(
  block: SealedBlock,
  source: BlockSource,
  prepared: PreparedBlock | undefined,
  modules: ImportModules,
): Promise<ImportResult> {
  const { tree, headers, committer, clock } = modules
  // 1, 2: known or parent missing; header and proof rules.
  const isOurs = source === 'sealer' || source === 'rpc'
  const checked = headers.check(block, isOurs ? undefined : clock.now())
  if (checked.kind !== 'verified') return { outcome: checked }
  if (checked.node.status === 'executed') return { outcome: { kind: 'known' } }
  const parent = tree.get(block.header.parentHash)
  if (parent?.status !== 'executed') {
    return { outcome: { kind: 'unknown-parent', parentHash: block.header.parentHash } }
  }
  // 3, 4, 5: body rules, execution on the parent's post-state, result rules.
  const isReady = prepared !== undefined && (await isOfState(prepared, parent, modules))
  const executed = isReady ? prepared : await judge(block, parent, modules)
  if ('kind' in executed) return { outcome: executed }
  // 6, 7: one batch with everything the block changes, the head with it if fork choice says so.
  const headChange = await committer.commit({ block, node: checked.node, ...executed })
  return { outcome: { kind: 'imported', isHead: headChange !== undefined }, headChange }
}

/** A developer may have written the state since the block was built: then it is executed again. */
async function isOfState(
  { stateRoot }: PreparedBlock,
  { hash }: BlockNode,
  { blocks, state }: ImportModules,
): Promise<boolean> {
  return stateRoot === state.edits.rootAfter(await summaryOf(blocks, hash))
}

/** Steps 3 to 5. An error that is not the block's fault is thrown on: the block stays unjudged. */
async function judge(
  block: SealedBlock,
  parent: BlockNode,
  modules: ImportModules,
): Promise<JudgedBlock | Extract<ImportOutcome, { kind: 'invalid' }>> {
  try {
    // 3: body rules.
    checkBody(block)
    const transactions = await modules.transactionsOf(block)
    // 4: execution.
    const executed = await execute(block, parent, transactions, modules)
    // 5: result rules.
    verifyResults(block.header, executed)
    return { transactions, executed }
  } catch (error) {
    const fault = faultOf(error)
    if (fault === undefined) throw error
    if (fault.condemns === 'header') modules.headers.markInvalid(block.hash)
    return { kind: 'invalid', ...fault }
  }
}

async function execute(
  block: SealedBlock,
  parent: BlockNode,
  transactions: readonly SignedTransaction[],
  { blocks, executor, tree }: ImportModules,
): Promise<ExecutedBlock> {
  const parentState = {
    ...(await summaryOf(blocks, parent.hash)),
    epochDifficulty: parent.epochStart.difficulty,
    ancestorHash: ancestorHashes(tree, blocks, parent.hash),
  }
  return executor.executeBlock(parentState, block.header, transactions)
}
