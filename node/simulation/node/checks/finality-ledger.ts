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
import { CheckpointLines } from './checkpoint-lines.ts'
import type { Tell } from './violation.ts'

type Accusation = Extract<FinalityEffect, { kind: 'publish-evidence' }>
type Newest = { readonly justified: bigint; readonly finalized: EpochCheckpoint }

export type LedgerOptions = {
  /** Two finalities are counted, and somebody else asks who noticed. */
  readonly mayConflict: boolean
  /** False for the key of a liar, or of nobody. */
  readonly isHonestKey: (key: Address) => boolean
  /** Whether several nodes were given the key: each by itself must still not contradict itself. */
  readonly isShared: (key: Address) => boolean
  /** Two of them have contradicted each other. */
  readonly onContradicted: (key: Address) => void
}

export class FinalityLedger {
  readonly #tell: Tell
  readonly #options: LedgerOptions
  /** By epoch: what was finalized first, and by whom. */
  readonly #finalized = new Map<bigint, { readonly hash: Hash; readonly node: number }>()
  /** By node, over all its lives. */
  readonly #newest = new Map<number, Newest>()
  readonly #lines = new CheckpointLines()
  readonly #votes = new VoteLedger()
  /** By node, of those that share their key. */
  readonly #votesOf = new Map<number, VoteLedger>()
  /** By node, since it lost its disk: the newest evidence that it took, by whose it is. */
  readonly #accused = new Map<number, Map<Address, Evidence>>()
  #conflicts = 0

  constructor(tell: Tell, options: LedgerOptions) {
    this.#tell = tell
    this.#options = options
  }

  get conflicts(): number {
    return this.#conflicts
  }

  /** By key: evidence that this node has told everybody, and rightly. */
  accusedBy(node: number): ReadonlyMap<Address, Evidence> {
    return this.#accused.get(node) ?? new Map()
  }

  onEffect(node: number, effect: FinalityEffect, state: FinalityState): void {
    if (effect.kind === 'finalized') this.#onFinalized(node, effect.checkpoint, state)
    if (effect.kind === 'publish-vote') this.#onVote(node, effect.signed, state)
    if (effect.kind === 'publish-evidence') this.#onEvidence(node, effect, state)
    if (effect.kind === 'safety-fault' && !this.#isExcused(state)) {
      this.#tell('I1', node, `a false alarm: ${effect.fault.code}`)
    }
  }

  /** After every head and at every start: the head is above what is final, nothing goes back. */
  onHead(node: number, state: FinalityState): void {
    const { tree, justified, finalized } = state
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
    this.#lines.learn(state, finalized)
    const kept = this.#lines.at(finalized, epoch)
    if (kept !== undefined && kept !== hash) {
      this.#tell('I2', node, `epoch ${epoch} was final with another block`)
    }
    if (justified.epoch < newest.justified) {
      this.#tell('I3', node, `justified went from ${newest.justified} to ${justified.epoch}`)
    }
  }

  /** A disk was put back to what it once was, or lost its last writes: what it says begins anew. */
  forget(node: number): void {
    this.#newest.delete(node)
    this.#accused.delete(node)
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
    // Of every epoch, below or above, by whomever it was made final: the lower must stand on the
    // chain of the higher.
    const checkpoint = { epoch, hash }
    this.#lines.learn(state, checkpoint)
    for (const [other, { hash: theirs, node: by }] of this.#finalized) {
      const final = { epoch: other, hash: theirs }
      if (other <= epoch) this.compare(node, state, by, final, this.#lines.at(checkpoint, other))
      else {
        const under = this.#lines.at(final, epoch)
        this.compare(node, state, by, { epoch, hash: under ?? hash }, hash)
      }
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
    return total > 0n && 3n * lying >= total
  }

  #onVote(node: number, { vote, validator }: SignedVote, state: FinalityState): void {
    const key = keyOf(state, validator) ?? `0x${node}`
    const { isShared, onContradicted } = this.#options
    let offence = this.#votes.add(key, vote)
    if (isShared(key)) {
      if (offence !== undefined) onContradicted(key)
      const own = this.#votesOf.get(node) ?? new VoteLedger()
      this.#votesOf.set(node, own)
      offence = own.add(key, vote)
    }
    if (offence !== undefined) this.#tell(offence.invariant, node, offence.message)
  }

  /** Nobody honest is ever accused, and nobody of nothing. */
  #onEvidence(node: number, { author, evidence }: Accusation, state: FinalityState): void {
    const { first, second } = evidence
    if (this.#options.isHonestKey(author)) {
      this.#tell('I4', node, `validator ${first.validator} is accused, and is honest`)
    }
    if (conflictOf(first.vote, second.vote) === undefined) {
      this.#tell('I4', node, `validator ${first.validator} is accused of nothing`)
      return
    }
    const { tree, config } = state
    const epoch = tree.head().number / BigInt(config.epochLength)
    const isVoid = [first, second].every(
      ({ vote }) => epoch - vote.targetEpoch > config.withdrawalDelayEpochs,
    )
    if (isVoid) this.#tell('I13', node, `void evidence against ${first.validator} is taken`)
    const accused = this.#accused.get(node) ?? new Map<Address, Evidence>()
    this.#accused.set(node, accused.set(author, evidence))
  }
}

function keyOf(state: FinalityState, validator: number): Address | undefined {
  return newestView(state)?.votingKeys[validator]
}

function newestView({ book, tree, justified }: FinalityState): ValidatorView | undefined {
  return (book.executed(tree.head().epochStart.hash) ?? book.executed(justified.hash))?.view
}
