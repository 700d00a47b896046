/** What readers are told about our own consensus: who works for the chain, and who votes for it. */
import type { VotingState } from '../../consensus/finality/duty.ts'
import type { LostCheckpoint, SafetyFault } from '../../consensus/finality/finality-state.ts'
import type { Certificate, Evidence } from '../../consensus/finality/types.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { EthereumSummary } from '../events.ts'
import type { ValidatorRecord } from '../finality/validator-view.ts'

export type ComputeWork = {
  readonly workId: Hash
  readonly sealHash: Hash
  readonly genesisHash: Hash
  readonly shape: string
  readonly kind: number
  readonly difficulty: bigint
  readonly theta: Hash
  readonly epochSeed: Hash
  readonly jobId: Hash
  readonly rootA: Hash
  readonly rootB: Hash
  /** Unix seconds after which the work is forgotten. */
  readonly expiresAt: bigint
}

export type ProofReport = {
  readonly ok: boolean
  readonly code: string | null
  readonly condemns: 'header' | 'sender' | null
  readonly blockHash?: Hash
  readonly ticket?: Hash
  readonly theta?: Hash
  readonly macs: number
  readonly ms: number
}

export type SealerSummary = {
  readonly isMining: boolean
  /** Where the rewards of its blocks go. */
  readonly coinbase: Address
  readonly backend: 'webgpu' | 'cpu'
  readonly adapter: string
  readonly isSoftware: boolean
  readonly kernel: string
  /** As measured at start, multiply-adds a second. */
  readonly macsPerSecond: number
  readonly dutyPercent: number
  readonly blocksSealed: number
}

export interface WorkDesk {
  readonly sealer: SealerSummary | undefined
  getWork(coinbase: Address | undefined): Promise<ComputeWork>
  submitWork(
    workId: Hash,
    nonce: Hex,
    proof: Uint8Array,
  ): Promise<{
    readonly ok: boolean
    readonly code: string | null
    readonly blockHash: Hash | null
  }>
  /** Full check of any bytes against this node's chain; never throws on bad input. */
  verifyProof(headerRlp: Uint8Array, proof: Uint8Array): Promise<ProofReport>
  /** D of the block's epoch, the seed of its synthetic matrices and what commits to those. */
  epochOf(block: EthereumSummary): Promise<{
    readonly difficulty: bigint
    readonly seed: Hash
    readonly rootA: Hash
    readonly rootB: Hash
  }>
}

export type EpochCheckpoint = { readonly epoch: bigint; readonly hash: Hash }

export type FinalityStatus = {
  readonly headEpoch: bigint
  readonly justified: EpochCheckpoint
  readonly finalized: EpochCheckpoint
  /** Target of the newest certificate that the chain itself knows. */
  readonly certifiedEpoch: bigint
  /** The chain has not been told of certificates for so long that it may never be again. */
  readonly isCertifyOverdue: boolean
  /** Share of the stake, 0 to 1, whose vote for the newest target with any vote is here. */
  readonly participation: number
  /** Share of the stake, 0 to 1, that voted within the last two epochs. */
  readonly stakeReachable: number
  /** Too little of it to make anything final, and nothing was: this node may be cut off. */
  readonly isPartitionSuspected: boolean
  /** Members of the set that did not. */
  readonly missing: readonly number[]
  /** Our index, if this node votes. */
  readonly validator: number | undefined
  /** What the validator of this node does, or why it does not vote. */
  readonly voting: VotingState
  /** Was final here before damage took it: no vote before something as high is final again. */
  readonly lost: LostCheckpoint | undefined
  readonly safetyFault: SafetyFault | undefined
}

export type ValidatorSummary = ValidatorRecord & {
  /** Wei that its vote weighs in the dynasty in force; 0 for who is not in the set. */
  readonly weight: bigint
  /** The first block that can pay its stake back; undefined while it votes. */
  readonly withdrawableAt: bigint | undefined
}

export interface FinalityReader {
  status(): FinalityStatus
  /** For a target epoch, on the canonical chain. */
  certificate(epoch: bigint): Promise<Certificate | undefined>
  /** The set as the state after a block has it. */
  validators(block: EthereumSummary): Promise<{
    readonly dynasty: bigint
    readonly validators: readonly ValidatorSummary[]
  }>
  evidence(): readonly Evidence[]
}
