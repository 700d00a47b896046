/**
 * Which checkpoint stands above which, learned from the trees of all nodes. Blocks name their
 * parents, so what one tree has told holds for everybody, also of branches that others never had.
 */
import type { FinalityState } from '../../../../consensus/finality/finality-state.ts'
import type { EpochCheckpoint } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'

export class CheckpointLines {
  /** By checkpoint: the one of the epoch before, on its chain. */
  readonly #below = new Map<Hash, Hash>()

  /** What the tree of this node knows of the chain under a checkpoint. */
  learn(
    { tree, config }: Pick<FinalityState, 'tree' | 'config'>,
    { epoch, hash }: EpochCheckpoint,
  ) {
    let upper = hash
    for (let e = epoch; e > 0n && !this.#below.has(upper); e -= 1n) {
      const below = tree.ancestorAt(upper, (e - 1n) * BigInt(config.epochLength))
      if (below === undefined) return
      this.#below.set(upper, below.hash)
      upper = below.hash
    }
  }

  /** The checkpoint of `epoch` on the chain of `top`; undefined where no tree has told. */
  at(top: EpochCheckpoint, epoch: bigint): Hash | undefined {
    let hash: Hash | undefined = top.hash
    for (let e = top.epoch; e > epoch && hash !== undefined; e -= 1n) hash = this.#below.get(hash)
    return epoch > top.epoch ? undefined : hash
  }
}
