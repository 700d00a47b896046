/** What a chain offers to operators and tests: what its forks are, and blocks built on demand. */
import type { Withdrawal } from '../../consensus/codec/ethereum-codec.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { CallLimits } from '../api.ts'
import type { EthereumSummary } from '../events.ts'
import type { BlobParams } from '../execution/rules/block-rules.ts'
import type { SealedSimulation } from '../execution/simulation.ts'
import type { SignedTransaction } from '../transaction.ts'

/** EIP-7910: what a fork is, so that operators can compare their nodes. */
export type ForkConfig = {
  /** Unix seconds. */
  readonly activationTime: bigint
  /** undefined: no transaction may carry a blob. */
  readonly blobs: BlobParams | undefined
  /** EIP-6122, 4 bytes. */
  readonly forkId: Hex
  readonly precompiles: Readonly<Record<string, Address>>
  readonly systemContracts: Readonly<Record<string, Address>>
}

export interface ForkReader {
  /** As of the head. `next` and `last` are undefined where nothing is planned. */
  config(): {
    readonly current: ForkConfig
    readonly next: ForkConfig | undefined
    readonly last: ForkConfig | undefined
  }
}

/** What a consensus layer says of the block that it wants (Engine API, version 3). */
export type PayloadAttributes = {
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly prevRandao: Hash
  readonly feeRecipient: Address
  readonly withdrawals?: readonly Withdrawal[]
  readonly parentBeaconBlockRoot?: Hash
}

export type BuiltPayload = SealedSimulation & {
  readonly transactions: readonly SignedTransaction[]
  readonly withdrawals: readonly Withdrawal[]
  /** What the fee recipient earns. */
  readonly valueWei: bigint
}

export interface BlockBuilder {
  /**
   * On `parent`, from all of `transactions`, or from the pool. Throws `InclusionError`, and what
   * bytes throw that are no transaction.
   */
  build(
    parent: EthereumSummary,
    attributes: PayloadAttributes,
    transactions: readonly Uint8Array[] | undefined,
    extraData: Hex,
    limits?: CallLimits,
  ): Promise<BuiltPayload>
}

/** EIP-4844: what stands behind the hashes of a blob transaction. */
export type BlobSidecar = {
  /** 0: a proof a blob; 1: a proof a cell (EIP-7594). */
  readonly version: 0 | 1
  readonly blobs: readonly Uint8Array[]
  readonly commitments: readonly Uint8Array[]
  readonly proofs: readonly Uint8Array[]
}
