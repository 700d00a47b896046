/**
 * The state at one root, read in the quickest way there is at the time of the read: from the flat
 * tables while they hold it, from the trie when they do not or have moved on. A view stays right
 * for as long as somebody holds it.
 */
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { CodeStore } from './code-store.ts'
import { EMPTY_TRIE_ROOT, ZERO_WORD } from './flat/flat-codec.ts'
import { ELSEWHERE, type FlatTables } from './flat/flat-tables.ts'
import { andThen, type Soon } from './soon.ts'
import type { NodeStore } from './trie/node-store.ts'
import { lookUpAccount, lookUpSlot } from './trie/state-trie.ts'
import type { AccountRecord, StateView } from './types.ts'

export type StateSources = {
  readonly flat: FlatTables
  readonly nodes: NodeStore
  readonly codes: CodeStore
}

/** Any state, through its trie: archive reads and side branches. */
export class TrieState implements StateView {
  readonly stateRoot: Hash
  readonly #nodes: NodeStore
  readonly #codes: CodeStore
  /** Who reads a slot reads more of the same account. */
  #last: { readonly address: Address; readonly storageRoot: Hash } | undefined

  constructor(stateRoot: Hash, { nodes, codes }: Pick<StateSources, 'nodes' | 'codes'>) {
    this.stateRoot = stateRoot
    this.#nodes = nodes
    this.#codes = codes
  }

  account(address: Address): Promise<AccountRecord | undefined> {
    return lookUpAccount(this.#nodes, this.stateRoot, address)
  }

  async storage(address: Address, slot: Hex): Promise<Hex> {
    const storageRoot = await this.#storageRootOf(address)
    if (storageRoot === EMPTY_TRIE_ROOT) return ZERO_WORD
    return lookUpSlot(this.#nodes, storageRoot, slot)
  }

  code(codeHash: Hash): Soon<Uint8Array> {
    return this.#codes.get(codeHash)
  }

  async #storageRootOf(address: Address): Promise<Hash> {
    if (this.#last?.address === address) return this.#last.storageRoot
    const storageRoot = (await this.account(address))?.storageRoot ?? EMPTY_TRIE_ROOT
    this.#last = { address, storageRoot }
    return storageRoot
  }
}

/** The state at the head, as long as it is the head's. */
export class HeadState implements StateView {
  readonly stateRoot: Hash
  readonly #flat: FlatTables
  readonly #trie: TrieState

  constructor(stateRoot: Hash, sources: StateSources) {
    this.stateRoot = stateRoot
    this.#flat = sources.flat
    this.#trie = new TrieState(stateRoot, sources)
  }

  account(address: Address): Soon<AccountRecord | undefined> {
    return andThen(this.#flat.account(this.stateRoot, address), (account) =>
      account === ELSEWHERE ? this.#trie.account(address) : account,
    )
  }

  storage(address: Address, slot: Hex): Soon<Hex> {
    return andThen(this.#flat.slot(this.stateRoot, address, slot), (value) =>
      value === ELSEWHERE ? this.#trie.storage(address, slot) : value,
    )
  }

  code(codeHash: Hash): Soon<Uint8Array> {
    return this.#trie.code(codeHash)
  }

  prefetch(addresses: Iterable<Address>): Promise<void> {
    return this.#flat.prefetch(this.stateRoot, addresses)
  }
}
