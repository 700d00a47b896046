/**
 * What a change of the head means for the pool: whose transactions to look at again, and which
 * ones come back because their block is off the chain.
 * Spec: docs/spec/mempool.md, "New heads".
 */
import type { Address, Hash } from '../../../consensus/types.ts'
import type { BlockSummary, HeadChange } from '../../events.ts'
import type { SignedTransaction } from '../../transaction.ts'

export interface BlockSource {
  /** Of a block on disk. */
  block(hash: Hash): Promise<{ readonly transactions: readonly SignedTransaction[] } | undefined>
}

export type HeadNews = {
  /** Senders of what was mined or is back. */
  readonly touched: ReadonlySet<Address>
  /**
   * Any sender may have another account than before: an authorization raised its nonce (EIP-7702;
   * whose it was would take a recovery to find out), or what it was sent is orphaned.
   */
  readonly isAnyTouched: boolean
  /** Of the old branch, oldest first; what the new one holds too has a nonce that is used. */
  readonly orphans: readonly SignedTransaction[]
}

const SET_CODE_TYPE = 4

/** Reads the blocks that came and went. */
export async function loadHeadNews(change: HeadChange, blocks: BlockSource): Promise<HeadNews> {
  const removed = await transactionsOf([...change.removed].reverse(), blocks)
  const added = await transactionsOf(change.added, blocks)
  const all = [...removed, ...added]
  return {
    touched: new Set(all.map(({ sender }) => sender)),
    isAnyTouched: change.removed.length > 0 || all.some(({ tx }) => tx.type === SET_CODE_TYPE),
    orphans: change.isRewind === true ? [] : removed,
  }
}

async function transactionsOf(
  summaries: readonly BlockSummary[],
  blocks: BlockSource,
): Promise<readonly SignedTransaction[]> {
  const transactions: SignedTransaction[] = []
  for (const { hash } of summaries) {
    transactions.push(...((await blocks.block(hash))?.transactions ?? []))
  }
  return transactions
}
