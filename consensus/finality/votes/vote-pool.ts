/**
 * Votes that have been heard: the first of each validator for each target epoch, counted by link.
 * A second, different one is evidence; so is a pair in which one surrounds the other. Who is caught
 * stops counting at once.
 *
 * Spec: docs/spec/finality.md, "Votes". Needs no state and no block to judge a vote.
 */
import { bytesToHex } from '../../codec/hex.ts'
import type { Hash } from '../../types.ts'
import type { Evidence, FinalityVote, SignedVote, VoteSignature } from '../types.ts'
import { offenceOf } from './slashing-rule.ts'

/** Target epochs below the head's that votes are kept for: 200 validators make 12,800 votes. */
export const VOTE_EPOCHS_MAX = 64n
/** A vote may be this far ahead of our head: its sender may have seen blocks that we have not. */
export const VOTE_EPOCHS_AHEAD = 1n

/** The votes for one link: same source, target and output root. */
export type Link = {
  readonly vote: FinalityVote
  readonly signatures: ReadonlyMap<number, VoteSignature>
}

/** Target epochs, both included, for which votes are heard. */
export type VoteWindow = { readonly first: bigint; readonly last: bigint }

export type VoteOutcome =
  | { readonly kind: 'counted'; readonly link: Link }
  /** An honest vote of nobody's interest: too old, too early, or here already. */
  | { readonly kind: 'ignored'; readonly reason: 'outside' | 'known' | 'equivocator' }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }

type MutableLink = { readonly vote: FinalityVote; readonly signatures: Map<number, VoteSignature> }

export function voteWindow(finalizedEpoch: bigint, headEpoch: bigint): VoteWindow {
  const oldest = headEpoch - VOTE_EPOCHS_MAX
  return {
    first: oldest > finalizedEpoch ? oldest : finalizedEpoch,
    last: headEpoch + VOTE_EPOCHS_AHEAD,
  }
}

export class VotePool {
  /** By validator, then by target epoch. */
  readonly #votes = new Map<number, Map<bigint, SignedVote>>()
  /** By digest. */
  readonly #links = new Map<Hash, MutableLink>()
  readonly #equivocators = new Set<number>()

  /** Votes held. */
  get size(): number {
    let size = 0
    for (const votes of this.#votes.values()) size += votes.size
    return size
  }

  get equivocators(): ReadonlySet<number> {
    return this.#equivocators
  }

  get links(): Iterable<Link> {
    return this.#links.values()
  }

  /** What can be said before the signature is checked; undefined if it has to be. */
  screen(signed: SignedVote, window: VoteWindow): VoteOutcome | undefined {
    const { vote, validator } = signed
    const { targetEpoch } = vote
    if (targetEpoch < window.first || targetEpoch > window.last) {
      return { kind: 'ignored', reason: 'outside' }
    }
    if (this.#equivocators.has(validator)) return { kind: 'ignored', reason: 'equivocator' }
    const held = this.#votes.get(validator)?.get(targetEpoch)
    if (held === undefined || offenceOf(held.vote, vote) !== undefined) return undefined
    return { kind: 'ignored', reason: 'known' }
  }

  /** Takes a vote whose signature is that of its validator. */
  add(signed: SignedVote, digest: Uint8Array): VoteOutcome {
    const { vote, validator, signature } = signed
    const held = this.#votes.get(validator) ?? new Map<bigint, SignedVote>()
    for (const other of held.values()) {
      if (offenceOf(other.vote, vote) === undefined) continue
      this.#expel(validator)
      return { kind: 'evidence', evidence: { first: other, second: signed } }
    }
    this.#votes.set(validator, held.set(vote.targetEpoch, signed))
    const key = bytesToHex(digest)
    const link = this.#links.get(key) ?? { vote, signatures: new Map<number, VoteSignature>() }
    link.signatures.set(validator, signature)
    this.#links.set(key, link)
    return { kind: 'counted', link }
  }

  /** Evidence that came from elsewhere: its author stops counting here too. */
  expel(validator: number): void {
    this.#expel(validator)
  }

  /** The newest vote of a validator that is held. */
  latestOf(validator: number): SignedVote | undefined {
    let latest: SignedVote | undefined
    for (const signed of this.#votes.get(validator)?.values() ?? []) {
      if (latest === undefined || signed.vote.targetEpoch > latest.vote.targetEpoch) latest = signed
    }
    return latest
  }

  /** Lets go of votes for targets below `first`. */
  prune(first: bigint): void {
    for (const [validator, votes] of this.#votes) {
      for (const epoch of votes.keys()) if (epoch < first) votes.delete(epoch)
      if (votes.size === 0) this.#votes.delete(validator)
    }
    for (const [digest, { vote }] of this.#links) {
      if (vote.targetEpoch < first) this.#links.delete(digest)
    }
  }

  /** Its votes stay: they are one half of evidence that is to come. */
  #expel(validator: number): void {
    this.#equivocators.add(validator)
    for (const { signatures } of this.#links.values()) signatures.delete(validator)
  }
}
