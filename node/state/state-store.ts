/**
 * The state on disk: flat tables at one block, trie nodes of all blocks, and for each recent
 * block what it changed, by which the flat tables move from one branch to another.
 *
 * One block import adds everything to one {@link WriteBatch}: `stage` what the block changed,
 * `stageSwitch` when the head moves, write, then `committed` (or `discarded`).
 * Spec: docs/spec/storage.md.
 */

import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { GenesisAccount } from '../../genesis/genesis-file.ts'
import type { AccountProof } from '../api.ts'
import type { BlockSummary } from '../events.ts'
import type { KeyValueStore, WriteBatch } from '../storage/database.ts'
import type { StateChanges, StateView } from './types.ts'

/** Blocks whose change records are kept: the deepest reorg, and the window of the block tree. */
export const UNDO_BLOCKS_MAX = 16_384

/** The block whose post-state the flat tables hold. */
export type FlatBlock = { readonly hash: Hash; readonly number: bigint; readonly stateRoot: Hash }

export class StateStore {
  /** Opens what is there; `flatBlock` is undefined until genesis is staged and committed. */
  static async open(_options: { readonly store: KeyValueStore }): Promise<StateStore> {
    throw new Error('in work')
  }

  get flatBlock(): FlatBlock | undefined {
    throw new Error('in work')
  }

  /** The state after block 0, to be written with it; the flat tables stand at it when committed. */
  stageGenesis(
    _batch: WriteBatch,
    _block: BlockSummary,
    _alloc: ReadonlyMap<Address, GenesisAccount>,
  ): void {
    throw new Error('in work')
  }

  /** Adds what `block` changed: trie nodes, code and the change record. The head stays. */
  stage(_batch: WriteBatch, _block: BlockSummary, _changes: StateChanges): void {
    throw new Error('in work')
  }

  /**
   * Moves the flat tables: `removed` newest first, `added` oldest first, as in a HeadChange.
   * Blocks staged in the same batch count as stored.
   */
  async stageSwitch(
    _batch: WriteBatch,
    _removed: readonly Hash[],
    _added: readonly Hash[],
  ): Promise<void> {
    throw new Error('in work')
  }

  /** Drops the change records of blocks that left the window of {@link UNDO_BLOCKS_MAX}. */
  stagePrune(_batch: WriteBatch, _blocks: readonly Hash[]): void {
    throw new Error('in work')
  }

  /** The batch is on disk: caches take over what was staged. */
  committed(): void {
    throw new Error('in work')
  }

  /** The batch was not written: what was staged is forgotten. */
  discarded(): void {
    throw new Error('in work')
  }

  /** The state with this root: flat where the tables stand at it, else through the trie. */
  view(_stateRoot: Hash): StateView {
    throw new Error('in work')
  }

  /** Merkle proofs of an account and of slots of it. */
  async prove(_stateRoot: Hash, _address: Address, _slots: readonly Hex[]): Promise<AccountProof> {
    throw new Error('in work')
  }
}
