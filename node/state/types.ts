/**
 * The state as the executor and the readers see it: a flat view at one block, and the changes
 * that one block makes. Spec: docs/spec/storage.md.
 */
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { Soon } from './soon.ts'

export type AccountRecord = {
  readonly nonce: bigint
  readonly balance: bigint
  readonly storageRoot: Hash
  readonly codeHash: Hash
}

/** Read access to the state after one block. */
export interface StateView {
  readonly stateRoot: Hash
  account(address: Address): Soon<AccountRecord | undefined>
  /** The value of a slot (32-byte hex key), 32 bytes hex; zero when unset. */
  storage(address: Address, slot: Hex): Soon<Hex>
  code(codeHash: Hash): Soon<Uint8Array>
  /** A hint that these accounts are about to be read; a view that gains nothing has none. */
  prefetch?(addresses: Iterable<Address>): Promise<void>
}

/** What one block changed: flat state before and after, new trie nodes, new code. */
export type StateChanges = {
  /** Of the state that the changes apply to. */
  readonly parentStateRoot: Hash
  readonly stateRoot: Hash
  /** undefined: the account does not exist on that side. */
  readonly accounts: ReadonlyMap<Address, Change<AccountRecord | undefined>>
  /** address -> slot -> values (32 bytes hex; zero when unset). */
  readonly storage: ReadonlyMap<Address, ReadonlyMap<Hex, Change<Hex>>>
  readonly code: ReadonlyMap<Hash, Uint8Array>
  /** Trie nodes that are new; the same node may be among them twice. */
  readonly trieNodes: readonly TrieNode[]
}

/** RLP of a node and its keccak. */
export type TrieNode = { readonly hash: Uint8Array; readonly node: Uint8Array }

export type Change<Value> = { readonly before: Value; readonly after: Value }
