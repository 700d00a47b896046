/**
 * What a developer may do to a chain beside sending transactions. Undefined in `NodeApi` unless it
 * was turned on. Spec: docs/dev-rpc.md.
 */
import type { Address, Hash } from '../../consensus/types.ts'
import type { BlockSummary } from '../events.ts'
import type { SignedTransaction } from '../transaction.ts'
import type { StateEdit } from './state-writer.ts'

export type MineRequest = {
  readonly blocks: bigint
  /** Seconds from one block to the next. */
  readonly interval?: bigint | undefined
  /** Of the first block. */
  readonly timestamp?: bigint | undefined
}

/** Every method throws a `DevError` for what can't be done. */
export interface DevControls {
  /** Seconds since 1970, as the next block would have it. */
  readonly now: bigint
  /** Seconds that the chain is ahead of the machine. */
  readonly timeOffset: bigint
  readonly isAutomine: boolean
  /** Seconds between blocks; undefined where blocks do not come by the clock. */
  readonly blockInterval: bigint | undefined
  /** Seconds from the time of a block to that of the next, if they were set. */
  readonly timestampInterval: bigint | undefined
  /** Snapshots that can be gone back to, by number, with their heads. */
  readonly snapshots: ReadonlyMap<number, BlockSummary>
  readonly impersonated: ReadonlySet<Address>
  /** The next block as the header rules have it, without transactions. */
  readonly nextBaseFee: bigint
  /** Another one whenever a wish changed what the next block would be. */
  readonly revision: number

  mine(request: MineRequest): Promise<readonly BlockSummary[]>
  increaseTime(seconds: bigint): void
  setTime(timestamp: bigint): void
  setNextTimestamp(timestamp: bigint): void
  setTimestampInterval(seconds: bigint | undefined): void
  setAutomine(isOn: boolean): void
  /** 0: blocks come when asked for alone. */
  setBlockInterval(seconds: bigint): void
  setCoinbase(coinbase: Address): void
  setNextBaseFee(baseFee: bigint): void
  setGasLimit(gasLimit: bigint): void

  write(edit: StateEdit): Promise<void>
  dump(): Promise<Uint8Array>
  load(dump: Uint8Array): Promise<void>

  snapshot(): Promise<number>
  /** False: there is no such snapshot, or not any more. */
  revert(snapshot: number): Promise<boolean>
  rollback(depth: bigint): Promise<void>
  /** As many blocks anew; the lists of transactions are those of the new blocks, in order. */
  reorg(depth: bigint, transactions: readonly (readonly SignedTransaction[])[]): Promise<void>
  /** To block 0. */
  reset(): Promise<void>

  impersonate(address: Address): void
  stopImpersonating(address: Address): void
  setAutoImpersonate(isOn: boolean): void
  mayImpersonate(address: Address): boolean
  /** A transaction that nobody signed, see `impersonation.ts`. */
  submitAs(transaction: SignedTransaction): Promise<Hash>
  /** How many went; all of the pool if no hash is given. */
  drop(hash?: Hash): Promise<number>
  dropOf(sender: Address): Promise<number>
}
