/**
 * What an overlay comes to: the accounts, slots and code that differ from the view, and the state
 * root with them. Storage tries first, since their roots stand in the accounts.
 */
import { equalsBytes } from '@ethereumjs/util'
import { bytesToHex } from '../../consensus/codec/hex.ts'
import { assert } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, wordOf } from './flat/flat-codec.ts'
import type { AccountEntry, LiveAccount, SlotEntry, StateOverlay } from './overlay.ts'
import type { NodeStore } from './trie/node-store.ts'
import { updateAccounts, updateStorage } from './trie/state-trie.ts'
import type { AccountRecord, Change, StateChanges, TrieNode } from './types.ts'

export async function settleOverlay(
  overlay: StateOverlay,
  nodes: NodeStore,
): Promise<StateChanges> {
  const { accounts: entries, storage: storageEntries, newCode } = overlay.contents()
  const accounts = new Map<Address, Change<AccountRecord | undefined>>()
  const storage = new Map<Address, ReadonlyMap<Hex, Change<Hex>>>()
  const code = new Map<Hash, Uint8Array>()
  const trieNodes: TrieNode[] = []
  const replaced = new Set<Address>()
  for (const [address, { slots, isReplaced }] of storageEntries) {
    const changed = changedSlots(slots)
    if (changed.size > 0) storage.set(address, changed)
    if (isReplaced) replaced.add(address)
  }
  for (const entry of entries) {
    const { address, base, current } = entry
    const slots = storage.get(address)
    const isReplaced = replaced.has(address)
    if (slots === undefined && !isReplaced && isUnchanged(entry)) continue
    assert(current !== undefined || slots === undefined, 'slots belong to an account')
    let storageRoot = isReplaced ? EMPTY_TRIE_ROOT : (base?.storageRoot ?? EMPTY_TRIE_ROOT)
    if (slots !== undefined) {
      const trie = await updateStorage(nodes, storageRoot, slots)
      for (const node of trie.nodes) trieNodes.push(node)
      storageRoot = trie.root
    }
    const after = current && accountRecord(entry, current, storageRoot)
    accounts.set(address, { before: base, after })
    const put = after && newCode.get(after.codeHash)
    if (put !== undefined && after !== undefined) code.set(after.codeHash, put)
  }
  const parentStateRoot = overlay.view.stateRoot
  const trie = await updateAccounts(nodes, parentStateRoot, accounts)
  for (const node of trie.nodes) trieNodes.push(node)
  return { parentStateRoot, stateRoot: trie.root, accounts, storage, code, trieNodes }
}

function changedSlots(slots: ReadonlyMap<Hex, SlotEntry>): Map<Hex, Change<Hex>> {
  const changed = new Map<Hex, Change<Hex>>()
  for (const [slot, { base, value }] of slots) {
    if (value === base || equalsBytes(value, base)) continue
    changed.set(slot, { before: wordOf(base), after: wordOf(value) })
  }
  return changed
}

function isUnchanged({ base, baseCodeHash, current }: AccountEntry): boolean {
  if (base === undefined || current === undefined) return base === current
  return (
    base.nonce === current.nonce &&
    base.balance === current.balance &&
    equalsBytes(baseCodeHash, current.codeHash)
  )
}

function accountRecord(
  { base, baseCodeHash }: AccountEntry,
  { nonce, balance, codeHash }: LiveAccount,
  storageRoot: Hash,
): AccountRecord {
  const isSameCode = codeHash === baseCodeHash
  const hash = isSameCode ? (base?.codeHash ?? EMPTY_CODE_HASH) : bytesToHex(codeHash)
  return { nonce, balance, storageRoot, codeHash: hash }
}
