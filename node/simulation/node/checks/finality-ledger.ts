/**
 * What all honest nodes finalized, signed and accused, in one book: I1 to I4, I11 and I17. It hears
 * of everything at once, whatever crashes or is cut off.
 *
 * Spec: docs/simulator.md, "Invariants".
 */
import type {
  FinalityEffect,
  FinalityState,
} from '../../../../consensus/finality/finality-state.ts'
import type {
  EpochCheckpoint,
  Evidence,
  SignedVote,
  ValidatorView,
} from '../../../../consensus/finality/types.ts'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { conflictOf, VoteLedger } from '../../checks/vote-ledger.ts'
import type { Tell } from './violation.ts'

type Newest = { readonly justified: bigint; readonly finalized: EpochCheckpoint }

export type LedgerOptions = {
  /** Two finalities are counted, and somebody else asks who noticed. */
  readonly mayConflict: boolean
  /** False for the key of a liar, or of nobody. */
  readonly isHonestKey: (key: Address) => boolean
}

export class FinalityLedger {
  readonly #tell: Tell
  readonly #options: LedgerOptions
  /** By epoch: what was finalized first, and by whom. */
  readonly #finalized = new Map<bigint, { readonly hash: Hash; readonly node: number }>()
  /** By node, over all its lives. */
  readonly #newest = new Map<number, Newest>()
  readonly #votes = new VoteLedger()
  #conflicts = 0

  constructor(tell: Tell, options: LedgerOptions) {
    this.#tell = tell
    this.#options = options
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
    if (effect.kind === 'publish-vote') this.#onVote(node, effect.signed, state)
    if (effect.kind === 'publish-evidence') this.#onEvidence(node, effect.evidence, state)
    if (effect.kind === 'safety-fault' && !this.#isExcused(state)) {
      this.#tell('I1', node, `a false alarm: ${effect.fault.code}`)
    }
  }

  /** After every head and at every start: the head is above what is final, nothing goes back. */
  onHead(node: number, { tree, justified, finalized, config }: FinalityState): void {
    const head = tree.head()
    if (!tree.isDescendant(head.hash, tree.finalized.hash)) {
      this.#tell('I2', node, `head ${head.number} is not above the finalized block`)
    }
    const newest = this.#newest.get(node)
    this.#newest.set(node, { justified: justified.epoch, finalized })
    if (newest === undefined) return
    const { epoch, hash } = newest.finalized
    if (finalized.epoch < epoch) {
      this.#tell('I17', node, `finalized went from ${epoch} to ${finalized.epoch}`)
    }
    const kept = tree.ancestorAt(finalized.hash, epoch * BigInt(config.epochLength))
    // One that left the tree is far below.
    if (kept !== undefined && kept.hash !== hash) {
      this.#tell('I2', node, `epoch ${epoch} was final with another block`)
    }
    if (justified.epoch < newest.justified) {
      this.#tell('I3', node, `justified went from ${newest.justified} to ${justified.epoch}`)
    }
  }

  /** A disk was put back to what it once was, or lost its last writes: what it says begins anew. */
  forget(node: number): void {
    this.#newest.delete(node)
  }

  /** I1: on the chain of `state`, which is that of `node`, what `other` holds final stands. */
  compare(node: number, state: FinalityState, other: number, final: EpochCheckpoint, hash?: Hash) {
    if (hash === undefined || hash === final.hash || this.#isExcused(state)) return
    const there = `${final.hash.slice(0, 10)} is final on node ${other}`
    this.#tell('I1', node, `epoch ${final.epoch} is ${hash.slice(0, 10)} here, ${there}`)
  }

  #onFinalized(node: number, { epoch, hash }: EpochCheckpoint, state: FinalityState): void {
    const first = this.#finalized.get(epoch)
    if (first === undefined) this.#finalized.set(epoch, { hash, node })
    else if (first.hash !== hash) this.#conflicts += 1
    const newest = this.#newest.get(node)
    if (newest !== undefined && epoch < newest.finalized.epoch) {
      this.#tell('I17', node, `epoch ${epoch} is final after ${newest.finalized.epoch}`)
    }
    // Of each epoch, by whomever it was made final.
    const length = BigInt(state.config.epochLength)
    for (const [below, other] of this.#finalized) {
      if (below > epoch) continue
      const ours = state.tree.ancestorAt(hash, below * length)?.hash
      this.compare(node, state, other.node, { epoch: below, hash: other.hash }, ours)
    }
  }

  /** Two finalities are possible, and alarms are right, where a third of the stake lies. */
  #isExcused(state: FinalityState): boolean {
    const { mayConflict, isHonestKey } = this.#options
    if (mayConflict) return true
    const { weights = [], votingKeys = [] } = newestView(state) ?? {}
    let [lying, total] = [0n, 0n]
    for (const [index, weight] of weights.entries()) {
      total += weight
      if (!isHonestKey(votingKeys[index] ?? '0x')) lying += weight
    }
    return 3n * lying >= total
  }

  #onVote(node: number, { vote, validator }: SignedVote, state: FinalityState): void {
    const offence = this.#votes.add(keyOf(state, validator) ?? `0x${node}`, vote)
    if (offence !== undefined) this.#tell(offence.invariant, node, offence.message)
  }

  /** Nobody honest is ever accused, and nobody of nothing. */
  #onEvidence(node: number, { first, second }: Evidence, state: FinalityState): void {
    const key = keyOf(state, first.validator)
    if (key !== undefined && this.#options.isHonestKey(key)) {
      this.#tell('I4', node, `validator ${first.validator} is accused, and is honest`)
    }
    if (conflictOf(first.vote, second.vote) === undefined) {
      this.#tell('I4', node, `validator ${first.validator} is accused of nothing`)
    }
    const { tree, config } = state
    const epoch = tree.head().number / BigInt(config.epochLength)
    const isVoid = [first, second].every(
      ({ vote }) => epoch - vote.targetEpoch > config.withdrawalDelayEpochs,
    )
    if (isVoid) this.#tell('I13', node, `void evidence against ${first.validator} is taken`)
  }
}

function keyOf(state: FinalityState, validator: number): Address | undefined {
  return newestView(state)?.votingKeys[validator]
}

function newestView({ book, tree, justified }: FinalityState): ValidatorView | undefined {
  return (book.executed(tree.head().epochStart.hash) ?? book.executed(justified.hash))?.view
}
