/**
 * Change records on disk, and the sum of several: how the flat tables get from one block to
 * another, back down one branch and up the next.
 */

import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import { missingRecord } from '../../storage/codec/record.ts'
import type { KeyValueReader } from '../../storage/database.ts'
import { key } from '../../storage/keys.ts'
import type { AccountRecord, Change } from '../types.ts'
import { type ChangeRecord, decodeChangeRecord } from './flat-codec.ts'
import { bytesOfHex } from './integers.ts'

/** Reads a record. Throws a `CorruptionError` when it is missing or damaged. */
export async function loadChangeRecord(store: KeyValueReader, block: Hash): Promise<ChangeRecord> {
  const recordKey = changeRecordKey(block)
  const record = await store.get(recordKey)
  if (record === undefined) throw missingRecord(recordKey)
  return decodeChangeRecord(recordKey, record)
}

export function changeRecordKey(block: Hash): Uint8Array {
  return key('stateDiff', bytesOfHex(block))
}

/** Adds up changes in the order in which they apply: first `before`, last `after`. */
export class ChangeSum {
  readonly accounts = new Map<Address, Change<AccountRecord | undefined>>()
  readonly storage = new Map<Address, Map<Hex, Change<Hex>>>()

  /** The record as its block made it. */
  apply({ accounts, storage }: Pick<ChangeRecord, 'accounts' | 'storage'>): void {
    for (const [address, change] of accounts) addChange(this.accounts, address, change)
    for (const [address, slots] of storage) {
      const sum = this.#slotsOf(address)
      for (const [slot, change] of slots) addChange(sum, slot, change)
    }
  }

  /** The record undone. */
  revert({ accounts, storage }: Pick<ChangeRecord, 'accounts' | 'storage'>): void {
    for (const [address, change] of accounts) addChange(this.accounts, address, inverse(change))
    for (const [address, slots] of storage) {
      const sum = this.#slotsOf(address)
      for (const [slot, change] of slots) addChange(sum, slot, inverse(change))
    }
  }

  #slotsOf(address: Address): Map<Hex, Change<Hex>> {
    const known = this.storage.get(address)
    if (known !== undefined) return known
    const slots = new Map<Hex, Change<Hex>>()
    this.storage.set(address, slots)
    return slots
  }
}

function addChange<Key, Value>(
  sum: Map<Key, Change<Value>>,
  changedKey: Key,
  { before, after }: Change<Value>,
): void {
  const known = sum.get(changedKey)
  sum.set(changedKey, { before: known === undefined ? before : known.before, after })
}

function inverse<Value>({ before, after }: Change<Value>): Change<Value> {
  return { before: after, after: before }
}
