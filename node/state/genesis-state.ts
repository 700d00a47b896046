/** The state of block 0: what the genesis file gives each account, as changes to nothing. */
import { bytesToHex, KECCAK256_RLP } from '@ethereumjs/util'
import { assert } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { GenesisAccount } from '../../genesis/genesis-file.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { EMPTY_CODE_HASH, ZERO_WORD } from './flat/flat-codec.ts'
import { buildAccounts, buildStorage } from './trie/state-trie.ts'
import type { AccountRecord, Change, StateChanges, TrieNode } from './types.ts'

export function genesisChanges(alloc: ReadonlyMap<Address, GenesisAccount>): StateChanges {
  const accounts = new Map<Address, Change<AccountRecord | undefined>>()
  const storage = new Map<Address, ReadonlyMap<Hex, Change<Hex>>>()
  const code = new Map<Hash, Uint8Array>()
  const trieNodes: TrieNode[] = []
  for (const [address, account] of alloc) {
    const slots = slotsOf(account)
    const trie = buildStorage(slots)
    for (const node of trie.nodes) trieNodes.push(node)
    if (slots.size > 0) storage.set(address, slots)
    const hasCode = account.code.length > 0
    const codeHash = hasCode ? bytesToHex(keccak256(account.code)) : EMPTY_CODE_HASH
    if (hasCode) code.set(codeHash, account.code)
    const isEmpty = !hasCode && account.nonce === 0n && account.balance === 0n
    // EIP-161 deletes an empty account at the first touch, and storage cannot go with it.
    assert(!isEmpty || slots.size === 0, `genesis account ${address} has storage and nothing else`)
    if (isEmpty) continue
    const { nonce, balance } = account
    const after = { nonce, balance, storageRoot: trie.root, codeHash }
    accounts.set(address, { before: undefined, after })
  }
  const trie = buildAccounts(accounts)
  for (const node of trie.nodes) trieNodes.push(node)
  const parentStateRoot = bytesToHex(KECCAK256_RLP)
  return { parentStateRoot, stateRoot: trie.root, accounts, storage, code, trieNodes }
}

function slotsOf({ storage }: GenesisAccount): Map<Hex, Change<Hex>> {
  const slots = new Map<Hex, Change<Hex>>()
  for (const [slot, value] of storage) {
    const after = word(value)
    if (after !== ZERO_WORD) slots.set(word(slot), { before: ZERO_WORD, after })
  }
  return slots
}

function word(value: Hex): Hex {
  return `0x${value.slice(2).padStart(64, '0')}`
}
