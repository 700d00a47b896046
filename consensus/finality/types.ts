/**
 * Finality as data: checkpoints, votes, certificates, and the set of validators whose word counts.
 *
 * Spec: docs/spec/finality.md. A checkpoint is a block whose number is a multiple of E, the epoch
 * length; its epoch is number / E.
 */
import type { Address, Hash, Hex } from '../types.ts'

/** A checkpoint by its place and its block. */
export type EpochCheckpoint = { readonly epoch: bigint; readonly hash: Hash }

/** What a validator signs (EIP-712): source is justified, so target should be. */
export type FinalityVote = {
  readonly sourceEpoch: bigint
  readonly sourceHash: Hash
  readonly targetEpoch: bigint
  readonly targetHash: Hash
  /** Binds the state of the target: see `outputRoot`. */
  readonly outputRoot: Hash
}

/** 65 bytes: r, s (low), v (27 or 28). */
export type VoteSignature = Hex

export type SignedVote = {
  readonly vote: FinalityVote
  /** Index of the voter: the i-th deposit ever. */
  readonly validator: number
  readonly signature: VoteSignature
}

/** Votes of more than two thirds of the stake for one link. */
export type Certificate = {
  readonly vote: FinalityVote
  /** Voters in ascending order. */
  readonly signers: readonly number[]
  /** Theirs, in the same order. */
  readonly signatures: readonly VoteSignature[]
}

/** Two votes of one validator that no honest one makes. */
export type Evidence = { readonly first: SignedVote; readonly second: SignedVote }

/** The validators as the state after a checkpoint has them. */
export type ValidatorView = {
  readonly dynasty: bigint
  /** Voting keys by index, of everybody who ever deposited. */
  readonly votingKeys: readonly Address[]
  /** Wei by index; 0 for who is not in the set of this dynasty. */
  readonly weights: readonly bigint[]
  /** Whose stake was slashed, by index. */
  readonly slashed: readonly boolean[]
  /** Who has its stake back and can't be punished any more, by index. */
  readonly withdrawn: readonly boolean[]
}

/** Who signed, from a digest and 65 bytes; undefined for a signature that no key makes. */
export type RecoverSigner = (digest: Uint8Array, signature: Uint8Array) => Address | undefined

/** What a chain's votes are bound to beside their content. */
export type VoteDomain = {
  readonly chainId: bigint
  /** Address of `ValidatorSet`. */
  readonly verifyingContract: Address
  readonly genesisHash: Hash
}

/** A certificate holds at most this many signatures; `ValidatorSet` has the same limit. */
export const SIGNERS_MAX = 200
