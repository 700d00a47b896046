/**
 * Votes that have been heard: the first of each validator for each target epoch, counted by link.
 * A second, different one is evidence; so is a pair in which one surrounds the other. Who is caught
 * stops counting at once. Validators are told apart by their voting keys: an index is somebody
 * else's on another branch.
 *
 * Spec: docs/spec/finality.md, "Votes". Needs no state and no block to judge a vote.
 */
import { bytesToHex } from '../../codec/hex.ts'
import type { Address, Hash } from '../../types.ts'
import type { Evidence, FinalityVote, SignedVote, VoteSignature } from '../types.ts'
import { offenceOf } from './slashing-rule.ts'

/** Target epochs below the head's that votes are kept for: 200 validators make 12,800 votes. */
export const VOTE_EPOCHS_MAX = 64n
/** A vote may be this far ahead of our head: its sender may have seen blocks that we have not. */
export const VOTE_EPOCHS_AHEAD = 1n

/** The votes for one link: same source, target and output root. */
export type Link = {
  readonly vote: FinalityVote
  readonly signatures: ReadonlyMap<Address, VoteSignature>
}

/** Target epochs, both included, for which votes are heard. */
export type VoteWindow = { readonly first: bigint; readonly last: bigint }

export type VoteOutcome =
  | { readonly kind: 'counted'; readonly link: Link }
  /** Of a liar: it counts for nothing, but the next may contradict it. */
  | { readonly kind: 'held' }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }

type MutableLink = { readonly vote: FinalityVote; readonly signatures: Map<Address, VoteSignature> }

export function voteWindow(finalizedEpoch: bigint, headEpoch: bigint): VoteWindow {
  const oldest = headEpoch - VOTE_EPOCHS_MAX
  return {
    first: oldest > finalizedEpoch ? oldest : finalizedEpoch,
    last: headEpoch + VOTE_EPOCHS_AHEAD,
  }
}

export function isWithin({ targetEpoch }: FinalityVote, { first, last }: VoteWindow): boolean {
  return first <= targetEpoch && targetEpoch <= last
}

export class VotePool {
  /** By voting key, then by target epoch. */
  readonly #votes = new Map<Address, Map<bigint, SignedVote>>()
  /** By digest. */
  readonly #links = new Map<Hash, MutableLink>()
  readonly #equivocators = new Set<Address>()

  /** Votes held. */
  get size(): number {
    let size = 0
    for (const votes of this.#votes.values()) size += votes.size
    return size
  }

  get equivocators(): ReadonlySet<Address> {
    return this.#equivocators
  }

  get links(): Iterable<Link> {
    return this.#links.values()
  }

  /** Whether this vote of `key` was heard before: a signature that need not be checked. */
  has(key: Address, vote: FinalityVote): boolean {
    const held = this.#votes.get(key)?.get(vote.targetEpoch)
    return held !== undefined && offenceOf(held.vote, vote) === undefined
  }

  /** Takes a vote that has the signature of `author`. */
  add(author: Address, signed: SignedVote, digest: Uint8Array): VoteOutcome {
    const { vote, signature } = signed
    const held = this.#votes.get(author) ?? new Map<bigint, SignedVote>()
    this.#votes.set(author, held)
    const rival = rivalOf(held.values(), vote)
    if (rival !== undefined) {
      this.expel(author)
      return { kind: 'evidence', evidence: { first: rival, second: signed } }
    }
    held.set(vote.targetEpoch, signed)
    if (this.#equivocators.has(author)) return { kind: 'held' }
    const key = bytesToHex(digest)
    const link = this.#links.get(key) ?? { vote, signatures: new Map<Address, VoteSignature>() }
    link.signatures.set(author, signature)
    this.#links.set(key, link)
    return { kind: 'counted', link }
  }

  /** Its votes stay: they are one half of evidence that is to come. */
  expel(author: Address): void {
    this.#equivocators.add(author)
    for (const { signatures } of this.#links.values()) signatures.delete(author)
  }

  /** The newest vote of a voting key that is held. */
  latestOf(key: Address): SignedVote | undefined {
    let latest: SignedVote | undefined
    for (const signed of this.#votes.get(key)?.values() ?? []) {
      if (latest === undefined || signed.vote.targetEpoch > latest.vote.targetEpoch) latest = signed
    }
    return latest
  }

  /** Lets go of votes for targets below `first`. */
  prune(first: bigint): void {
    for (const [author, votes] of this.#votes) {
      for (const epoch of votes.keys()) if (epoch < first) votes.delete(epoch)
      if (votes.size === 0) this.#votes.delete(author)
    }
    for (const [digest, { vote }] of this.#links) {
      if (vote.targetEpoch < first) this.#links.delete(digest)
    }
  }
}

/** Of the votes that `vote` is an offence with, the newest: its evidence is good for longest. */
function rivalOf(held: Iterable<SignedVote>, vote: FinalityVote): SignedVote | undefined {
  let rival: SignedVote | undefined
  for (const other of held) {
    if (offenceOf(other.vote, vote) === undefined) continue
    if (rival === undefined || other.vote.targetEpoch > rival.vote.targetEpoch) rival = other
  }
  return rival
}
