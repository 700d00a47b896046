/**
 * The state on disk: flat tables at one block, trie nodes of all blocks, and for each recent
 * block what it changed, by which the flat tables move from one branch to another.
 *
 * One block import adds everything to one {@link WriteBatch}: `stage` what the block changed,
 * `stageSwitch` when the head moves, write, then `committed` (or `discarded`). One batch at a time.
 * Spec: docs/spec/storage.md.
 */

import { assert, CodedError } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { GenesisAccount } from '../../genesis/genesis-file.ts'
import type { AccountProof } from '../api.ts'
import { type EditedBlock, StateEdits } from '../dev/state-edits.ts'
import type { BlockSummary } from '../events.ts'
import type { KeyValueStore, WriteBatch } from '../storage/database.ts'
import { key } from '../storage/keys.ts'
import { CodeStore } from './code-store.ts'
import { ChangeSum, changeRecordKey, loadChangeRecord } from './flat/change-record.ts'
import { loadFlatBlock, stageFlatBlock } from './flat/flat-block.ts'
import { type ChangeRecord, encodeChangeRecord } from './flat/flat-codec.ts'
import { type FlatBlock, FlatTables } from './flat/flat-tables.ts'
import { bytesOfHex } from './flat/integers.ts'
import { genesisChanges } from './genesis-state.ts'
import { proveAccount } from './prove.ts'
import { stageFlatRepair } from './repair-flat.ts'
import { HeadState, TrieState } from './state-views.ts'
import { NodeStore } from './trie/node-store.ts'
import type { StateChanges, StateView } from './types.ts'

/** Blocks whose change records are kept: the deepest reorg, and the window of the block tree. */
export const UNDO_BLOCKS_MAX = 16_384

/** What is kept of a block beside what it changed. */
export type StagedBlock = {
  readonly hash: Hash
  readonly header: Pick<BlockSummary['header'], 'number' | 'parentHash' | 'stateRoot'>
}

export type { FlatBlock } from './flat/flat-tables.ts'

export class StateStore {
  readonly #store: KeyValueStore
  readonly #flat: FlatTables
  readonly #nodes: NodeStore
  readonly #codes: CodeStore
  /** What a developer wrote into states by hand. */
  readonly edits: StateEdits
  /** Blocks staged in the batch at hand. */
  readonly #staged = new Map<Hash, { record: ChangeRecord; changes: StateChanges }>()

  private constructor(store: KeyValueStore, block: FlatBlock | undefined, edits: StateEdits) {
    this.#store = store
    this.edits = edits
    this.#flat = new FlatTables(store, block)
    this.#nodes = new NodeStore(store)
    this.#codes = new CodeStore(store)
  }

  /** Opens what is there; `flatBlock` is undefined until genesis is staged and committed. */
  static async open({ store }: { readonly store: KeyValueStore }): Promise<StateStore> {
    return new StateStore(store, await loadFlatBlock(store), await StateEdits.open(store))
  }

  /**
   * Sets the flat tables to `block` in a store that no StateStore has open: every account and slot
   * in the change records of `touched` is written anew, as the trie of `block` has it.
   */
  static stageRepair(
    batch: WriteBatch,
    store: KeyValueStore,
    block: FlatBlock,
    touched: readonly Hash[],
  ): Promise<void> {
    return stageFlatRepair(batch, store, block, touched)
  }

  get flatBlock(): FlatBlock | undefined {
    return this.#flat.block
  }

  /**
   * The state after block 0, to be written with it; the flat tables stand at it when committed.
   * Throws a {@link StateError} when the accounts do not make the header's state root.
   */
  stageGenesis(
    batch: WriteBatch,
    block: BlockSummary,
    alloc: ReadonlyMap<Address, GenesisAccount>,
  ): void {
    assert(this.flatBlock === undefined, 'genesis is staged into an empty store')
    const changes = genesisChanges(alloc)
    const expected = block.header.stateRoot
    if (changes.stateRoot !== expected) {
      throw new StateError({ code: 'GENESIS_MISMATCH', expected, actual: changes.stateRoot })
    }
    this.stage(batch, block, changes)
    this.#stageMove(batch, flatBlockOf(block.hash, 0n, changes.stateRoot), changes)
  }

  /** Adds what `block` changed: trie nodes, code and the change record. The head stays. */
  stage(batch: WriteBatch, { hash, header }: StagedBlock, changes: StateChanges): void {
    const { accounts, storage, parentStateRoot, stateRoot } = changes
    const { number, parentHash } = header
    const record = { number, parentHash, parentStateRoot, stateRoot, accounts, storage }
    this.#staged.set(hash, { record, changes })
    for (const { hash: nodeHash, node } of changes.trieNodes) {
      batch.put(key('trieNode', nodeHash), node)
    }
    for (const [codeHash, code] of changes.code) batch.put(key('code', bytesOfHex(codeHash)), code)
    const recordKey = changeRecordKey(hash)
    batch.put(recordKey, encodeChangeRecord(recordKey, record))
  }

  /**
   * Moves the flat tables: `removed` newest first, `added` oldest first, as in a HeadChange.
   * Blocks staged in the same batch count as stored. Throws a {@link StateError} when the blocks
   * do not lead from where the tables stand, a CorruptionError when a record is not there.
   */
  async stageSwitch(
    batch: WriteBatch,
    removed: readonly Hash[],
    added: readonly Hash[],
  ): Promise<void> {
    let at = this.#flat.block
    const sum = new ChangeSum()
    for (const hash of removed) {
      const record = await this.#recordOf(hash)
      if (at?.hash !== hash) throw new StateError({ code: 'NOT_AT_BLOCK', expected: hash, at })
      sum.revert(record)
      at = flatBlockOf(record.parentHash, record.number - 1n, record.parentStateRoot)
    }
    for (const hash of added) {
      const record = await this.#recordOf(hash)
      const expected = record.parentHash
      if (at?.hash !== expected) throw new StateError({ code: 'NOT_AT_BLOCK', expected, at })
      sum.apply(record)
      at = flatBlockOf(hash, record.number, record.stateRoot)
    }
    if (at !== undefined && at.hash !== this.#flat.block?.hash) this.#stageMove(batch, at, sum)
  }

  /** Drops the change records of blocks that left the window of {@link UNDO_BLOCKS_MAX}. */
  stagePrune(batch: WriteBatch, blocks: readonly Hash[]): void {
    for (const block of blocks) batch.delete(changeRecordKey(block))
  }

  /** The batch is on disk: caches take over what was staged. */
  committed(): void {
    for (const { changes } of this.#staged.values()) {
      this.#nodes.remember(changes.trieNodes)
      this.#codes.remember(changes.code)
    }
    this.#staged.clear()
    this.#flat.committed()
    this.edits.committed()
  }

  /** The batch was not written: what was staged is forgotten. */
  discarded(): void {
    this.#staged.clear()
    this.#flat.discarded()
    this.edits.discarded()
  }

  /** The state with this root: flat where the tables stand at it, else through the trie. */
  view(stateRoot: Hash): StateView {
    const sources = { flat: this.#flat, nodes: this.#nodes, codes: this.#codes }
    return stateRoot === this.flatBlock?.stateRoot
      ? new HeadState(stateRoot, sources)
      : new TrieState(stateRoot, sources)
  }

  /** The state after a block as it is now, with what was written into it by hand. */
  viewAfter(block: EditedBlock): StateView {
    return this.view(this.edits.rootAfter(block))
  }

  /** Where the tries of a new state are computed from those of its parent. */
  get nodes(): NodeStore {
    return this.#nodes
  }

  /** Merkle proofs of an account and of slots of it. */
  prove(stateRoot: Hash, address: Address, slots: readonly Hex[]): Promise<AccountProof> {
    return proveAccount(this.#nodes, stateRoot, address, slots)
  }

  async #recordOf(block: Hash): Promise<ChangeRecord> {
    return this.#staged.get(block)?.record ?? loadChangeRecord(this.#store, block)
  }

  #stageMove(
    batch: WriteBatch,
    to: FlatBlock,
    changes: Pick<StateChanges, 'accounts' | 'storage'>,
  ) {
    this.#flat.stage(batch, to, changes)
    stageFlatBlock(batch, to)
  }
}

function flatBlockOf(hash: Hash, number: bigint, stateRoot: Hash): FlatBlock {
  return { hash, number, stateRoot }
}

export type StateErrorType =
  | { readonly code: 'GENESIS_MISMATCH'; readonly expected: Hash; readonly actual: Hash }
  /** The flat tables stand at another block than the one that a move begins with. */
  | { readonly code: 'NOT_AT_BLOCK'; readonly expected: Hash; readonly at: FlatBlock | undefined }

export class StateError extends CodedError<StateErrorType> {}
