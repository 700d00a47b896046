/**
 * What goes into and comes out of the executor, the same for import, building and replay.
 *
 * Spec: docs/spec/execution.md; order of a block: token-economy "Consensus-level rewards".
 */
import type { Address, EthereumHeader, Hash, Header, Hex } from '../../consensus/types.ts'
import type { Receipt } from '../receipt.ts'
import type { NodeStore } from '../state/trie/node-store.ts'
import type { StateChanges, StateView } from '../state/types.ts'
import type { SignedTransaction } from '../transaction.ts'

/** A block to stand on: its post-state, and the branch that BLOCKHASH sees from there. */
export type BlockParent = {
  readonly header: EthereumHeader
  readonly hash: Hash
  /** Hash of the ancestor with this number on the branch being executed (last 256 are asked). */
  readonly ancestorHash: (number: bigint) => Hash | undefined | Promise<Hash | undefined>
}

/** Where a block executes. */
export type ParentState = BlockParent & {
  /**
   * D of the executed block's own epoch, in MAC: what `BlockRewards.onBlock` records. undefined
   * where no compute is rewarded: under plain Ethereum's rules, and in simulated blocks.
   */
  readonly epochDifficulty: bigint | undefined
}

/** What a call executes on: the post-state of a block. */
export type CallBase = BlockParent & {
  /** In place of what is stored: of a block that is not. */
  readonly view?: StateView
  /** Where the tries of that view are, which are not stored either. */
  readonly nodes?: NodeStore
}

/** What header fields a builder fixes before execution; the results are filled in by it. */
export type BuildEnvironment = {
  readonly coinbase: Address
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly baseFeePerGas: bigint
  readonly difficulty: bigint
  readonly extraData: Hex
  readonly mixHash: Hash
}

/** The outcome of executing one block; nothing of it is on disk yet. */
export type ExecutedBlock = {
  readonly stateRoot: Hash
  readonly receiptsRoot: Hash
  /** 256 bytes. */
  readonly logsBloom: Hex
  readonly gasUsed: bigint
  readonly receipts: readonly Receipt[]
  readonly changes: StateChanges
  /** EIP-7685: of each kind that has any, its type byte and its data. */
  readonly requests?: readonly Uint8Array[]
  /** EIP-4844. */
  readonly blobGasUsed?: bigint
  /** Wei released from the mining vault to the coinbase and to the finality pot by this block. */
  readonly reward: { readonly coinbase: bigint; readonly pot: bigint }
}

/** Bounds of a building round beside gas and bytes. */
export type BuildOptions = {
  /** Asked before each transaction: true closes the block with what it holds. */
  readonly isOver?: () => boolean
}

/** A block built from the pool: the header is whole but for its nonce (8 zero bytes). */
export type BuiltBlock = {
  readonly header: Header
  readonly transactions: readonly SignedTransaction[]
  readonly executed: ExecutedBlock
  /** Transactions that turned out not to be includable, for the pool to drop, with the reason. */
  readonly refused: readonly { readonly hash: Hash; readonly reason: string }[]
}
