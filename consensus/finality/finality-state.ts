/**
 * All that finality knows, the inputs that move it and the effects that it asks for. The tree of
 * blocks is part of it: a justified checkpoint moves the start of fork choice.
 *
 * Spec: docs/spec/finality.md. No clock, no disk, no network: the same code runs in a node and in
 * the simulator.
 */
import type { BlockTree } from '../tree/block-tree.ts'
import type { Address, Hash } from '../types.ts'
import { CheckpointBook } from './checkpoint-book.ts'
import type { DutyState } from './duty-state.ts'
import type {
  Certificate,
  EpochCheckpoint,
  Evidence,
  FinalityVote,
  RecoverSigner,
  SignedVote,
  ValidatorView,
  VoteDomain,
} from './types.ts'
import { domainSeparator, outputRoot } from './votes/vote-digest.ts'
import { VotePool } from './votes/vote-pool.ts'

/** Certificates for checkpoints that are not here yet. */
export const PENDING_CERTIFICATES_MAX = 64

export type FinalityConfig = {
  readonly domain: VoteDomain
  /** Blocks. */
  readonly epochLength: number
  /** Blocks between a checkpoint and the head before one votes for it: k. */
  readonly voteDepth: number
  /** Older evidence is void on chain. */
  readonly withdrawalDelayEpochs: bigint
  readonly recover: RecoverSigner
  /** The operator has judged these: no certificate for them, or above them, counts. */
  readonly disregarded?: ReadonlySet<Hash>
}

export type FinalityInput =
  // These move the tree: they must not come while a block is being written.
  /** A checkpoint was executed and stands in the tree as such. */
  | {
      readonly kind: 'checkpoint'
      readonly hash: Hash
      readonly stateRoot: Hash
      readonly view: ValidatorView
    }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  // These only count and answer.
  /** The head moved, or time passed: is there something to vote for? */
  | {
      readonly kind: 'head'
      readonly isSynced: boolean
      /** False while the network was not heard in this run (F19); true if not given. */
      readonly hasHeard?: boolean
      /** True while the vote before is being written (F21); false if not given. */
      readonly isSigning?: boolean
    }
  | { readonly kind: 'vote'; readonly signed: SignedVote }
  /** The vote that a `sign` effect asked for: written, signed. */
  | { readonly kind: 'own-vote'; readonly signed: SignedVote }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  /** A block was found invalid, with all above it. */
  | { readonly kind: 'invalid'; readonly hashes: readonly Hash[] }

export type FinalityEffect =
  /** Write the vote, synced; then sign it; then hand it back as an input. */
  | { readonly kind: 'sign'; readonly vote: FinalityVote; readonly validator: number }
  | { readonly kind: 'publish-vote'; readonly signed: SignedVote }
  /** Votes have made a certificate: hand it back as an input, and publish it if it is accepted. */
  | { readonly kind: 'assembled'; readonly certificate: Certificate }
  /** Keep it, tell others; `author` is the voting key that made both votes. */
  | {
      readonly kind: 'publish-evidence'
      readonly author: Address
      readonly evidence: Evidence
    }
  | { readonly kind: 'certified'; readonly certificate: Certificate }
  | { readonly kind: 'justified'; readonly checkpoint: EpochCheckpoint }
  | { readonly kind: 'finalized'; readonly checkpoint: EpochCheckpoint }
  | { readonly kind: 'fetch-block'; readonly hash: Hash }
  /** We miss certificates from this epoch on. */
  | { readonly kind: 'fetch-certificates'; readonly fromEpoch: bigint }
  | { readonly kind: 'doppelganger'; readonly signed: SignedVote }
  | { readonly kind: 'safety-fault'; readonly fault: SafetyFault }
  /** What damage had taken is final again: this node may vote. */
  | { readonly kind: 'recovered'; readonly checkpoint: EpochCheckpoint }

/** What must never happen while less than a third of the stake lies. Ends voting and sealing. */
export type SafetyFault = {
  readonly code: 'CONFLICTS_WITH_FINALIZED' | 'JUSTIFIED_IS_INVALID'
  readonly certificate: Certificate
  /** The one it conflicts with, if we hold it. */
  readonly ours: Certificate | undefined
}

/** For gossip: pass on, drop, or blame the sender. */
export type Verdict = 'accept' | 'ignore' | 'reject'

export type Transition = {
  readonly state: FinalityState
  readonly effects: readonly FinalityEffect[]
  readonly verdict: Verdict
}

export type FinalityState = {
  readonly config: FinalityConfig
  readonly separator: Uint8Array
  readonly tree: BlockTree
  readonly book: CheckpointBook
  readonly votes: VotePool
  /** By target hash, oldest first. */
  readonly pending: Map<Hash, Certificate>
  /** Certificates by target epoch, on the branch that is justified; a window of the newest. */
  readonly certificates: Map<bigint, Certificate>
  /** By voting key, as an index is another's on another branch: evidence that may be punished. */
  readonly evidence: Map<Address, Evidence>
  duty: DutyState | undefined
  justified: EpochCheckpoint
  finalized: EpochCheckpoint
  fault: SafetyFault | undefined
  /** Was final before damage took it: no vote before something as high is final again. */
  lost: LostCheckpoint | undefined
}

/** The hash is undefined where damage has taken that, too. */
export type LostCheckpoint = { readonly epoch: bigint; readonly hash: Hash | undefined }

export type GenesisFinality = {
  readonly hash: Hash
  readonly stateRoot: Hash
  readonly view: ValidatorView
}

/** Genesis is justified and final. */
export function genesisFinality(
  config: FinalityConfig,
  tree: BlockTree,
  { hash, stateRoot, view }: GenesisFinality,
): FinalityState {
  const checkpoint = { epoch: 0n, hash }
  const book = new CheckpointBook()
  book.addExecuted({ ...checkpoint, view, outputRoot: outputRoot(stateRoot, hash) }, undefined)
  book.addJustified({ ...checkpoint, certificate: undefined })
  return {
    config,
    separator: domainSeparator(config.domain),
    tree,
    book,
    votes: new VotePool(),
    pending: new Map(),
    certificates: new Map(),
    evidence: new Map(),
    duty: undefined,
    justified: checkpoint,
    finalized: checkpoint,
    fault: undefined,
    lost: undefined,
  }
}

/** Epoch of the last checkpoint at or below the head. */
export function headEpoch({ tree, config }: FinalityState): bigint {
  return tree.head().number / BigInt(config.epochLength)
}
