/**
 * What `eth_simulateV1` asks for and what comes of it: blocks that never were, in order, each with
 * what its caller wants to be otherwise and the messages in it.
 */
import type { Withdrawal } from '../../../consensus/codec/ethereum-codec.ts'
import type { Address, EthereumHeader, Hash } from '../../../consensus/types.ts'
import type { Log } from '../../receipt.ts'
import type { AccountOverride, BlockOverrides, CallOutcome, CallRequest } from '../call-types.ts'
import type { UnsignedTransaction } from './unsigned-transaction.ts'

export type SimulatedCall = CallRequest & {
  readonly nonce?: bigint
  readonly chainId?: bigint
  readonly maxFeePerBlobGas?: bigint
  readonly blobVersionedHashes?: readonly Hash[]
}

export type SimulatedBlockOverrides = BlockOverrides & {
  readonly beaconRoot?: Hash
  readonly withdrawals?: readonly Withdrawal[]
}

export type BlockRequest = {
  readonly block: SimulatedBlockOverrides
  readonly accounts: ReadonlyMap<Address, AccountOverride>
  readonly calls: readonly SimulatedCall[]
}

export type SimulationRequest = {
  readonly blocks: readonly BlockRequest[]
  /** Everything is asked that is asked of a signed transaction, but for who may send it. */
  readonly isValidated: boolean
  /** Coins that move are told as ERC-20 transfers of a token at 0xeeee…, see ERC-7528. */
  readonly tracesTransfers: boolean
}

export type SimulatedBlockResult = {
  readonly hash: Hash
  readonly header: EthereumHeader
  readonly transactions: readonly UnsignedTransaction[]
  readonly withdrawals: readonly Withdrawal[]
  /** Bytes of the block's RLP. */
  readonly sizeBytes: number
  readonly calls: readonly SimulatedCallResult[]
}

export type SimulatedCallResult = {
  readonly outcome: CallOutcome
  /** The most that was in use at once: before refunds, and never below the floor of EIP-7623. */
  readonly maxUsedGas: bigint
  /** None where the call failed. */
  readonly logs: readonly SimulatedLog[]
}

export type SimulatedLog = {
  readonly log: Log
  /** In the block. */
  readonly index: number
}
