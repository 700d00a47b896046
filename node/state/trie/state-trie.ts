/**
 * The two kinds of trie that make a state (Yellow Paper, 4.1): accounts by hashed address, and for
 * each account its storage by hashed slot.
 */
import { bytesToHex, writeHex } from '../../../consensus/codec/hex.ts'
import { readRlpItems, readRlpWhole } from '../../../consensus/codec/rlp-reader.ts'
import { encodeRlpString } from '../../../consensus/codec/rlp-writer.ts'
import { shortBytes } from '../../../consensus/codec/short-bytes.ts'
import { assert } from '../../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { wordBytes, wordOf, ZERO_WORD } from '../flat/flat-codec.ts'
import { bytesOfHex, integerBytes, integerOf } from '../flat/integers.ts'
import { GenerationCache } from '../generation-cache.ts'
import type { AccountRecord, Change, TrieNode } from '../types.ts'
import type { NodeStore } from './node-store.ts'
import { lookUp, type NodeVisitor } from './trie-lookup.ts'
import { buildTrie, updateTrie } from './trie-update.ts'
import type { TrieWrite } from './writes.ts'

export type TrieResult = { readonly root: Hash; readonly nodes: readonly TrieNode[] }

export async function lookUpAccount(
  nodes: NodeStore,
  stateRoot: Hash,
  address: Address,
  visit?: NodeVisitor,
): Promise<AccountRecord | undefined> {
  const hashed = trieKey(address)
  const value = await lookUp(nodes, bytesOfHex(stateRoot), hashed, visit)
  return value && decodeTrieAccount(value)
}

/** The word in a slot, zero when it is not set. */
export async function lookUpSlot(
  nodes: NodeStore,
  storageRoot: Hash,
  slot: Hex,
  visit?: NodeVisitor,
): Promise<Hex> {
  const hashed = trieKey(slot)
  const value = await lookUp(nodes, bytesOfHex(storageRoot), hashed, visit)
  return value === undefined ? ZERO_WORD : wordOf(stringOf(value))
}

type AccountChanges = ReadonlyMap<Address, Change<AccountRecord | undefined>>
type SlotChanges = ReadonlyMap<Hex, Change<Hex>>

/** The account trie after `accounts` changed. */
export async function updateAccounts(
  nodes: NodeStore,
  stateRoot: Hash,
  accounts: AccountChanges,
): Promise<TrieResult> {
  return resultOf(await updateTrie(nodes, bytesOfHex(stateRoot), accountWrites(accounts)))
}

/** One account's storage trie after `slots` changed. */
export async function updateStorage(
  nodes: NodeStore,
  storageRoot: Hash,
  slots: SlotChanges,
): Promise<TrieResult> {
  return resultOf(await updateTrie(nodes, bytesOfHex(storageRoot), slotWrites(slots)))
}

/** The first account trie of a chain. */
export function buildAccounts(accounts: AccountChanges): TrieResult {
  return resultOf(buildTrie(accountWrites(accounts)))
}

/** A first storage trie. */
export function buildStorage(slots: SlotChanges): TrieResult {
  return resultOf(buildTrie(slotWrites(slots)))
}

/** Of both kinds of trie together: the accounts and slots that every block touches. */
const TRIE_KEYS_MAX = 4_096
const trieKeys = new GenerationCache<Hex, Uint8Array>(TRIE_KEYS_MAX)

/** Where an address or a slot stands in its trie; not to be written to. */
function trieKey(hex: Hex): Uint8Array {
  const known = trieKeys.get(hex)
  if (known !== undefined) return known
  const key = keccak256(bytesOfHex(hex))
  trieKeys.set(hex, key)
  return key
}

function accountWrites(accounts: AccountChanges): TrieWrite[] {
  return Array.from(accounts, ([address, { after }]) => ({
    key: trieKey(address),
    value: after && encodeTrieAccount(after),
  }))
}

function slotWrites(slots: SlotChanges): TrieWrite[] {
  return Array.from(slots, ([slot, { after }]) => ({
    key: trieKey(slot),
    value: after === ZERO_WORD ? undefined : encodeRlpString(wordBytes(after)),
  }))
}

/** RLP [nonce, balance, storageRoot, codeHash]. */
export function encodeTrieAccount(account: AccountRecord): Uint8Array {
  const nonce = encodeRlpString(integerBytes(account.nonce))
  const balance = encodeRlpString(integerBytes(account.balance))
  const length = nonce.length + balance.length + 66
  // Two hashes alone are over 55 bytes, and all four items are under 256: a prefix of two bytes.
  const encoded = shortBytes(2 + length)
  encoded[0] = 0xf8
  encoded[1] = length
  encoded.set(nonce, 2)
  encoded.set(balance, 2 + nonce.length)
  const hashesAt = 2 + nonce.length + balance.length
  encoded[hashesAt] = 0xa0
  writeHex(account.storageRoot, encoded, hashesAt + 1)
  encoded[hashesAt + 33] = 0xa0
  writeHex(account.codeHash, encoded, hashesAt + 34)
  return encoded
}

function decodeTrieAccount(value: Uint8Array): AccountRecord {
  const list = readRlpWhole(value)
  const [nonce, balance, root, code] = (list && readRlpItems(value, list, 4)) ?? []
  assert(nonce && balance && root && code, 'an account in the trie has four fields')
  return {
    nonce: integerOf(value.subarray(nonce.start, nonce.end)),
    balance: integerOf(value.subarray(balance.start, balance.end)),
    storageRoot: bytesToHex(value.subarray(root.start, root.end)),
    codeHash: bytesToHex(value.subarray(code.start, code.end)),
  }
}

function stringOf(value: Uint8Array): Uint8Array {
  const item = readRlpWhole(value)
  assert(item !== undefined, 'a slot in the trie is one RLP string')
  return value.subarray(item.start, item.end)
}

function resultOf({ root, nodes }: { root: Uint8Array; nodes: readonly TrieNode[] }): TrieResult {
  return { root: bytesToHex(root), nodes }
}
