/**
 * What a developer wrote into the state after a block, by hand: kept by the hash of that block, so
 * that whoever executes on it, now or after a restart, stands on the same state.
 *
 * The header of the block stays as it was sealed, and so do the flat tables; what was written
 * becomes part of the change record of each block above it. Spec: docs/dev-rpc.md, "State".
 */
import { bytesToHex } from '../../consensus/codec/hex.ts'
import type { Hash } from '../../consensus/types.ts'
import { ChangeSum } from '../state/flat/change-record.ts'
import {
  type ChangeRecord,
  decodeChangeRecord,
  encodeChangeRecord,
} from '../state/flat/flat-codec.ts'
import { bytesOfHex } from '../state/flat/integers.ts'
import type { StateChanges } from '../state/types.ts'
import { missingRecord } from '../storage/codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../storage/database.ts'
import { key, tableEnd, tableStart } from '../storage/keys.ts'

/** A block of which a state is asked: its header says what the state was when it was sealed. */
export type EditedBlock = { readonly hash: Hash; readonly header: { readonly stateRoot: Hash } }

/** `number` and `parentHash` are those of the edited block itself. */
export type EditRecord = ChangeRecord

export class StateEdits {
  readonly #store: KeyValueReader
  /** Edited blocks, with the root of the state as it is now. */
  readonly #roots: Map<Hash, Hash>
  readonly #staged = new Map<Hash, Hash | undefined>()

  private constructor(store: KeyValueReader, roots: Map<Hash, Hash>) {
    this.#store = store
    this.#roots = roots
  }

  /** Nothing is read where no developer ever wrote. */
  static async open(store: KeyValueReader): Promise<StateEdits> {
    const roots = new Map<Hash, Hash>()
    const range = { gte: tableStart('stateEdit'), lt: tableEnd('stateEdit') }
    for await (const [recordKey, record] of store.entries(range)) {
      const block = bytesToHex(recordKey.subarray(1))
      roots.set(block, decodeChangeRecord(recordKey, record).stateRoot)
    }
    return new StateEdits(store, roots)
  }

  /** Whether any state of this chain was written by hand. */
  get isAny(): boolean {
    return this.#roots.size > 0
  }

  rootAfter({ hash, header }: EditedBlock): Hash {
    if (this.#roots.size === 0) return header.stateRoot
    return this.#roots.get(hash) ?? header.stateRoot
  }

  /** undefined: the state after this block is as it was sealed. */
  async of(block: Hash): Promise<EditRecord | undefined> {
    if (!this.#roots.has(block)) return undefined
    const recordKey = editKey(block)
    const record = await this.#store.get(recordKey)
    if (record === undefined) {
      // Taken back while it was looked for.
      if (this.#staged.has(block) || !this.#roots.has(block)) return undefined
      throw missingRecord(recordKey)
    }
    return decodeChangeRecord(recordKey, record)
  }

  /** Changes to the state as it is now, as changes to that of the sealed block. */
  async compose(block: Hash, changes: StateChanges): Promise<StateChanges> {
    const record = await this.of(block)
    if (record === undefined) return changes
    const sum = new ChangeSum()
    sum.apply(record)
    sum.apply(changes)
    const { accounts, storage } = sum
    return { ...changes, parentStateRoot: record.parentStateRoot, accounts, storage }
  }

  /** In place of what was written on the block so far; undefined takes that back. */
  stage(batch: WriteBatch, block: Hash, record: EditRecord | undefined): void {
    const recordKey = editKey(block)
    if (record === undefined) batch.delete(recordKey)
    else batch.put(recordKey, encodeChangeRecord(recordKey, record))
    this.#staged.set(block, record?.stateRoot)
  }

  /** The batch is on disk. */
  committed(): void {
    for (const [block, root] of this.#staged) {
      if (root === undefined) this.#roots.delete(block)
      else this.#roots.set(block, root)
    }
    this.#staged.clear()
  }

  /** The batch was not written. */
  discarded(): void {
    this.#staged.clear()
  }
}

function editKey(block: Hash): Uint8Array {
  return key('stateEdit', bytesOfHex(block))
}
