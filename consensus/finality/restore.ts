/**
 * The machine of a node that starts again: what its disk holds, put back in its place.
 *
 * Spec: docs/spec/finality.md, "The machine".
 */
import type { BlockTree } from '../tree/block-tree.ts'
import { isDisregarded } from './certificates/take-certificate.ts'
import type { ExecutedCheckpoint } from './checkpoint-book.ts'
import { type FinalityState, PENDING_CERTIFICATES_MAX } from './finality-state.ts'
import { authorOf } from './take-evidence.ts'
import type { Certificate, EpochCheckpoint, Evidence } from './types.ts'

export type StoredFinality = {
  /** Those of the tree that were executed, parents before children. */
  readonly checkpoints: Iterable<ExecutedCheckpoint>
  /** Lowest target epoch first. */
  readonly certificates: Iterable<Certificate>
  readonly evidence: Iterable<Evidence>
}

/** Fills a state that knows genesis alone. Its tree is restored already. */
export function restoreFinality(state: FinalityState, stored: StoredFinality): void {
  const { tree, config, book } = state
  const length = BigInt(config.epochLength)
  state.justified = checkpointOf(tree.justified, length)
  state.finalized = checkpointOf(tree.finalized, length)
  for (const checkpoint of stored.checkpoints) {
    const number = (checkpoint.epoch - 1n) * length
    const before = tree.ancestorAt(checkpoint.hash, number)
    book.addExecuted(checkpoint, before && book.executed(before.hash)?.view)
  }
  for (const certificate of stored.certificates) {
    const { targetEpoch: epoch, targetHash: hash } = certificate.vote
    if (isDisregarded(state, hash)) continue
    if (book.executed(hash) === undefined) {
      // Its block was lost with what was not synced: it acts when that is executed again.
      const { pending, finalized } = state
      const mayWait = epoch > finalized.epoch && pending.size < PENDING_CERTIFICATES_MAX
      if (mayWait) pending.set(hash, certificate)
      continue
    }
    book.addJustified({ epoch, hash, certificate })
    state.certificates.set(epoch, certificate)
  }
  for (const evidence of stored.evidence) {
    const key = authorOf(state, evidence)
    if (key === undefined) continue
    state.evidence.set(key, evidence)
    state.votes.expel(key)
  }
}

function checkpointOf({ hash, number }: BlockTree['justified'], length: bigint): EpochCheckpoint {
  return { epoch: number / length, hash }
}
