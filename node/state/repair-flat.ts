/**
 * The flat tables after damage: batches behind a hole in the log were applied to tables that
 * lacked the lost ones, so what they touched is taken from the trie, which is never wrong.
 *
 * Spec: docs/spec/storage.md, "Repair".
 */
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { KeyValueReader, WriteBatch } from '../storage/database.ts'
import { CodeStore } from './code-store.ts'
import { loadChangeRecord } from './flat/change-record.ts'
import { stageFlatBlock } from './flat/flat-block.ts'
import { type FlatBlock, stageAccount, stageSlot } from './flat/flat-tables.ts'
import { TrieState } from './state-views.ts'
import { NodeStore } from './trie/node-store.ts'

export async function stageFlatRepair(
  batch: WriteBatch,
  store: KeyValueReader,
  block: FlatBlock,
  touched: readonly Hash[],
): Promise<void> {
  const codes = new CodeStore(store)
  const state = new TrieState(block.stateRoot, { nodes: new NodeStore(store), codes })
  const { accounts, slots } = await touchedKeys(store, touched)
  for (const address of accounts) stageAccount(batch, address, await state.account(address))
  for (const [address, keys] of slots) {
    for (const slot of keys) stageSlot(batch, address, slot, await state.storage(address, slot))
  }
  stageFlatBlock(batch, block)
}

async function touchedKeys(store: KeyValueReader, blocks: readonly Hash[]) {
  const accounts = new Set<Address>()
  const slots = new Map<Address, Set<Hex>>()
  for (const block of blocks) {
    const record = await loadChangeRecord(store, block)
    for (const address of record.accounts.keys()) accounts.add(address)
    for (const [address, changed] of record.storage) {
      const known = slots.get(address) ?? new Set<Hex>()
      for (const slot of changed.keys()) known.add(slot)
      slots.set(address, known)
    }
  }
  return { accounts, slots }
}
