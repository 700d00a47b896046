/**
 * What one fork of one chain decides about execution. The executor, the EVM and the application
 * of a transaction are the same for every chain; whatever differs between ours and plain Ethereum,
 * and between two forks of Ethereum, is asked of these objects.
 *
 * Spec: docs/spec/execution.md.
 */
import type { Common } from '@ethereumjs/common'
import type { ExecResult } from '@ethereumjs/evm'
import type { RewardSplit } from '../../../consensus/rules/reward.ts'
import type { EthereumHeader } from '../../../consensus/types.ts'
import type { Receipt } from '../../receipt.ts'
import type { BlockContext, EvmBlock } from '../evm/block-context.ts'
import type { Lane } from '../evm/lane.ts'
import type { TransferRule } from '../evm/native-transfer-precompile.ts'
import type { ParentState } from '../types.ts'
import type { GasPrices } from './gas-prices.ts'

/** What is known of a block when its rules are chosen. */
export type BlockPlace = Pick<EthereumHeader, 'number' | 'timestamp' | 'difficulty'>

export type ChainRules = {
  /** The rules of the block at this place: the same object for the same fork. */
  at(place: BlockPlace): BlockRules
}

export type BlockRules = {
  /** Of the fork, for people. */
  readonly name: string
  /** Fixed at the fork, see `freezeCommon`. */
  readonly common: Common
  /** Our interpreter knows Osaka's instructions alone; older forks run on the library's. */
  readonly interpreter: 'own' | 'library'
  /** Who may use the transfer precompile; undefined where there is none. */
  readonly transferRules: readonly TransferRule[] | undefined
  /** undefined: no transaction may carry a blob. */
  readonly blobs: BlobParams | undefined
  readonly transaction: TransactionRules
  /** Before the transactions. Throws an `ExecutionError` when the block can't begin. */
  open(
    lane: Lane,
    block: EvmBlock,
    context: BlockContext,
    parent: ParentState,
  ): Promise<RewardSplit>
  /** After the transactions: withdrawals, rewards, and the requests of EIP-7685. */
  close(lane: Lane, closing: ClosingBlock): Promise<readonly Uint8Array[]>
}

export type ClosingBlock = {
  readonly block: EvmBlock
  readonly context: BlockContext
  readonly receipts: readonly Receipt[]
}

/** EIP-4844 and EIP-7840: how many blobs a block holds, and how fast their price moves. */
export type BlobParams = {
  /** Blobs of a block. */
  readonly target: number
  readonly max: number
  readonly baseFeeUpdateFraction: bigint
}

export type TransactionRules = {
  readonly prices: GasPrices
  /** EIP-3529: this share of the gas used is the most that comes back. */
  readonly refundQuotient: bigint
  /** EIP-7825; undefined: the gas limit of the block alone. */
  readonly gasLimitMax: bigint | undefined
  /** EIP-3651. */
  readonly warmsCoinbase: boolean
  /** EIP-161: accounts that are touched and empty go, and nothing makes an empty one. */
  readonly clearsEmpty: boolean
  /** Before EIP-6780: SELFDESTRUCT deletes accounts older than the transaction, too. */
  readonly destroysAny: boolean
  /** EIP-658; before, receipts have state roots. */
  readonly hasStatus: boolean
  /** What becomes of coins that left all balances: the base fee, and what SELFDESTRUCT took. */
  settleFees(lane: Lane, fees: LostCoins): Promise<void>
}

export type LostCoins = {
  /** All balances before the transaction, less all balances now. */
  readonly missing: bigint
  readonly baseFee: bigint
  readonly execution: ExecResult | undefined
}
