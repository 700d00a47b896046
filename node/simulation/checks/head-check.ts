/** I5: the head is the heaviest executed leaf above the highest justified checkpoint. */
import type { FinalityState } from '../../../consensus/finality/finality-state.ts'
import type { EpochCheckpoint } from '../../../consensus/finality/types.ts'

/** What is wrong with the head; by walking all that there is, as fork choice does not. */
export function headFault({ finalized, book, tree }: FinalityState): string | undefined {
  let start: EpochCheckpoint = finalized
  for (const justified of book.justifiedCheckpoints) {
    if (justified.epoch <= start.epoch || tree.get(justified.hash) === undefined) continue
    if (tree.isDescendant(justified.hash, finalized.hash)) start = justified
  }
  const head = tree.head()
  // What is justified below the window is below everything in the tree.
  const isAbove = (hash: typeof head.hash) =>
    tree.get(start.hash) === undefined || tree.isDescendant(hash, start.hash)
  if (!isAbove(head.hash)) return `the head is not above ${start.epoch}, which is justified`
  for (const each of tree.nodes()) {
    if (each.status !== 'executed' || each.totalDifficulty <= head.totalDifficulty) continue
    if (isAbove(each.hash)) return `${each.hash} is heavier than the head`
  }
  return undefined
}
