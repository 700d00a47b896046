/**
 * What is known of checkpoints: the validators after each one that was executed, which of them are
 * justified, and by which certificate.
 *
 * Spec: docs/spec/finality.md, "Justified and finalized".
 */
import type { Hash } from '../types.ts'
import type { Certificate, EpochCheckpoint, ValidatorView } from './types.ts'

/** Epochs below the finalized one that are kept, to judge certificates that contradict it. */
export const EPOCHS_BELOW_FINAL_MAX = 64n

/** A checkpoint after its execution. */
export type ExecutedCheckpoint = EpochCheckpoint & {
  readonly view: ValidatorView
  /** What a vote for it must carry. */
  readonly outputRoot: Hash
}

export type JustifiedCheckpoint = EpochCheckpoint & {
  /** Genesis has none. */
  readonly certificate: Certificate | undefined
}

export class CheckpointBook {
  readonly #executed = new Map<Hash, ExecutedCheckpoint>()
  readonly #justified = new Map<Hash, JustifiedCheckpoint>()

  get size(): number {
    return this.#executed.size
  }

  executed(hash: Hash): ExecutedCheckpoint | undefined {
    return this.#executed.get(hash)
  }

  justified(hash: Hash): JustifiedCheckpoint | undefined {
    return this.#justified.get(hash)
  }

  get justifiedCheckpoints(): Iterable<JustifiedCheckpoint> {
    return this.#justified.values()
  }

  addExecuted(checkpoint: ExecutedCheckpoint, parent: ValidatorView | undefined): void {
    const { view } = checkpoint
    // Thousands of checkpoints share one set while finality stalls.
    const shared = parent !== undefined && isSameView(view, parent) ? parent : view
    this.#executed.set(checkpoint.hash, { ...checkpoint, view: shared })
  }

  addJustified(checkpoint: JustifiedCheckpoint): void {
    this.#justified.set(checkpoint.hash, checkpoint)
  }

  /** Lets go of checkpoints far below the finalized one, and of those that left the tree. */
  prune(finalizedEpoch: bigint, isGone: (hash: Hash) => boolean): void {
    const lowest = finalizedEpoch - EPOCHS_BELOW_FINAL_MAX
    for (const [hash, { epoch }] of this.#executed) {
      if (epoch < lowest || isGone(hash)) this.#executed.delete(hash)
    }
    for (const [hash, { epoch }] of this.#justified) {
      if (epoch < lowest || isGone(hash)) this.#justified.delete(hash)
    }
  }
}

export function isSameView(a: ValidatorView, b: ValidatorView): boolean {
  return (
    a.dynasty === b.dynasty &&
    isSameList(a.weights, b.weights) &&
    isSameList(a.votingKeys, b.votingKeys) &&
    isSameList(a.slashed, b.slashed) &&
    isSameList(a.withdrawn, b.withdrawn)
  )
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
