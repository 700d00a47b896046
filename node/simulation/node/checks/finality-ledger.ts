/**
 * What all honest nodes finalized and signed, in one book: I1 to I4, I11 and I17. It hears of
 * everything at once, whatever crashes or is cut off.
 *
 * Spec: docs/simulator.md, "Invariants".
 */
import type {
  FinalityEffect,
  FinalityState,
} from '../../../../consensus/finality/finality-state.ts'
import type {
  EpochCheckpoint,
  FinalityVote,
  SignedVote,
} from '../../../../consensus/finality/types.ts'
import { offenceOf } from '../../../../consensus/finality/votes/slashing-rule.ts'
import { totalWeight, weightOf } from '../../../../consensus/finality/votes/validator-weights.ts'
import type { Hash } from '../../../../consensus/types.ts'
import type { Tell } from './violation.ts'

export class FinalityLedger {
  readonly #tell: Tell
  /** By epoch: what was finalized first, and by whom. */
  readonly #finalized = new Map<bigint, { readonly hash: Hash; readonly node: number }>()
  /** By node, over all its lives. */
  readonly #newest = new Map<number, { readonly justified: bigint; readonly finalized: bigint }>()
  readonly #votes = new Map<number, FinalityVote[]>()

  readonly #mayConflict: boolean
  #conflicts = 0

  /** With `mayConflict` two finalities are counted, and somebody else asks who noticed. */
  constructor(tell: Tell, mayConflict = false) {
    this.#tell = tell
    this.#mayConflict = mayConflict
  }

  get conflicts(): number {
    return this.#conflicts
  }

  /** Finalized epochs from the oldest on. */
  get finalized(): ReadonlyMap<bigint, { readonly hash: Hash; readonly node: number }> {
    return this.#finalized
  }

  onEffect(node: number, effect: FinalityEffect, state: FinalityState): void {
    if (effect.kind === 'finalized') this.#onFinalized(node, effect.checkpoint, state)
    if (effect.kind === 'publish-vote') this.#onVote(node, effect.signed)
  }

  /** After every head: the head stands above what is final, and nothing goes back. */
  onHead(node: number, { tree, justified, finalized }: FinalityState): void {
    const head = tree.head()
    if (!tree.isDescendant(head.hash, tree.finalized.hash)) {
      this.#tell('I2', node, `head ${head.number} is not above the finalized block`)
    }
    const newest = this.#newest.get(node) ?? { justified: 0n, finalized: 0n }
    if (finalized.epoch < newest.finalized) {
      this.#tell('I2', node, `finalized went from ${newest.finalized} to ${finalized.epoch}`)
    }
    if (justified.epoch < newest.justified) {
      this.#tell('I3', node, `justified went from ${newest.justified} to ${justified.epoch}`)
    }
    this.#newest.set(node, { justified: justified.epoch, finalized: finalized.epoch })
  }

  /** A disk was put back to what it once was, or lost its last writes: what it says begins anew. */
  forget(node: number): void {
    this.#newest.delete(node)
  }

  #onFinalized(node: number, { epoch, hash }: EpochCheckpoint, state: FinalityState): void {
    const first = this.#finalized.get(epoch)
    if (first === undefined) {
      this.#finalized.set(epoch, { hash, node })
    } else if (first.hash !== hash && this.#mayConflict) {
      this.#conflicts += 1
    } else if (first.hash !== hash && !isThirdProved(state)) {
      const others = `${first.hash.slice(0, 10)} on node ${first.node}`
      this.#tell('I1', node, `epoch ${epoch} is ${hash.slice(0, 10)} here and ${others}`)
    }
  }

  #onVote(node: number, { vote }: SignedVote): void {
    const votes = this.#votes.get(node) ?? []
    for (const other of votes) {
      const offence = offenceOf(other, vote)
      if (offence === undefined) continue
      const invariant = offence === 'double-vote' ? 'I11' : 'I4'
      this.#tell(
        invariant,
        node,
        `${offence} with targets ${other.targetEpoch}, ${vote.targetEpoch}`,
      )
      this.#tell('I4', node, `signed a slashable pair: ${offence}`)
    }
    this.#votes.set(node, [...votes, vote])
  }
}

/** Conflicting finality is excused only by evidence against a third of the stake. */
function isThirdProved({ book, evidence, finalized }: FinalityState): boolean {
  const view = book.executed(finalized.hash)?.view
  if (view === undefined) return false
  return 3n * weightOf(view, evidence.keys()) >= totalWeight(view)
}
