/**
 * What a chain is opened with, and what it tells its listeners.
 */
import type { Logger } from 'pino'
import type { FinalityEffect } from '../../consensus/finality/finality-state.ts'
import type { RecoverSigner } from '../../consensus/finality/types.ts'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { Recovery } from '../crypto/sender-recovery.ts'
import type { HeadChange } from '../events.ts'
import type { BlockExecutor, ExecutorOptions } from '../execution/executor.ts'
import type { Clock } from '../ports.ts'
import type { KeyValueStore } from '../storage/database.ts'
import type { ProofVerifier } from './header/check-header.ts'
import type { ImportOutcome } from './import/import-outcome.ts'
import type { BlockSource, SealedBlock } from './sealed-block.ts'

export type ChainOptions = {
  readonly genesis: Genesis
  /** Named in the sentences of errors. */
  readonly path: string
  /** Blocks that are never followed, valid or not. */
  readonly exclude?: readonly Hash[]
  /** A certified checkpoint to follow after a safety fault. */
  readonly joinFork?: Hash | undefined
}

export type ExecutorOpener = (
  options: Pick<ExecutorOptions, 'rules' | 'state'>,
) => Promise<BlockExecutor>

export type ChainModules = {
  readonly store: KeyValueStore
  /** Makes the store writable again after a failed write; throws as long as it can't be. */
  readonly recoverStore: () => Promise<void>
  readonly recovery: Recovery
  readonly clock: Clock
  readonly log: Logger
  /** The EVM if not given. */
  readonly openExecutor?: ExecutorOpener | undefined
  /** The verifier of the specification if not given. */
  readonly verifyProof?: ProofVerifier | undefined
  /** Of votes; the curve's if not given. */
  readonly recoverSigner?: RecoverSigner | undefined
}

export type ChainEventMap = {
  /** Before `imported` of the block that caused it. Listeners must not wait, nor throw. */
  head: [change: HeadChange]
  imported: [block: SealedBlock, source: BlockSource, milliseconds: number]
  /** What finality asks for, in order. Listeners must not wait, nor throw. */
  finality: [effects: readonly FinalityEffect[]]
  /** The road of a block ended elsewhere. */
  refused: [block: SealedBlock, source: BlockSource, outcome: ImportOutcome]
}
