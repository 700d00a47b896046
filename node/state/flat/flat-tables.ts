/**
 * Accounts and storage as they are after one block, by address and slot: what execution on the
 * head reads, one look-up a value where the trie takes one a level.
 *
 * The tables move as a whole when a batch is on disk. Between staging and then, a read may find the
 * disk on either side of the move: what moves is answered from the staged switch, everything else
 * is the same on both sides, and a read that the move overtook is made again.
 */

import { assert } from '../../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import type { KeyValueStore, WriteBatch } from '../../storage/database.ts'
import { key } from '../../storage/keys.ts'
import { GenerationCache } from '../generation-cache.ts'
import type { Soon } from '../soon.ts'
import type { AccountRecord, StateChanges } from '../types.ts'
import { decodeAccount, decodeSlot, encodeAccount, encodeSlot, ZERO_WORD } from './flat-codec.ts'
import { bytesOfHex } from './integers.ts'

/** The block whose post-state the tables hold. */
export type FlatBlock = { readonly hash: Hash; readonly number: bigint; readonly stateRoot: Hash }

/** What a view of another root is told: the tables do not hold that state (any more). */
export const ELSEWHERE = Symbol('elsewhere')

/** About 300 bytes each; twice as many are held at most, as of slots. */
const CACHED_ACCOUNTS_MAX = 65_536
const CACHED_SLOTS_MAX = 65_536

type Changes = Pick<StateChanges, 'accounts' | 'storage'>
type Side = 'before' | 'after'
type SlotKey = `${Address}${Hex}`

/** A move of the tables that is in a batch, not yet known to be on disk. */
type Switch = { readonly to: FlatBlock; readonly changes: Changes }

export class FlatTables {
  readonly #store: KeyValueStore
  readonly #accounts = new GenerationCache<Address, AccountRecord | 'absent'>(CACHED_ACCOUNTS_MAX)
  readonly #slots = new GenerationCache<SlotKey, Hex>(CACHED_SLOTS_MAX)
  #block: FlatBlock | undefined
  #staged: Switch | undefined
  /** Counts stagings and their ends; a read that spans one may have seen either side. */
  #moves = 0

  constructor(store: KeyValueStore, block: FlatBlock | undefined) {
    this.#store = store
    this.#block = block
  }

  get block(): FlatBlock | undefined {
    return this.#block
  }

  account(root: Hash, address: Address): Soon<AccountRecord | undefined | typeof ELSEWHERE> {
    const side = this.#sideOf(root)
    if (side === undefined) return ELSEWHERE
    const moved = this.#staged?.changes.accounts.get(address)
    if (moved !== undefined) return moved[side]
    const cached = this.#accounts.get(address)
    if (cached !== undefined) return cached === 'absent' ? undefined : cached
    return this.#readAccount(root, address)
  }

  slot(root: Hash, address: Address, slot: Hex): Soon<Hex | typeof ELSEWHERE> {
    const side = this.#sideOf(root)
    if (side === undefined) return ELSEWHERE
    const moved = this.#staged?.changes.storage.get(address)?.get(slot)
    if (moved !== undefined) return moved[side]
    return this.#slots.get(`${address}${slot}`) ?? this.#readSlot(root, address, slot)
  }

  /** Brings accounts into the cache with one read of the disk. */
  async prefetch(root: Hash, addresses: Iterable<Address>): Promise<void> {
    if (this.#sideOf(root) === undefined) return
    const missing = [...new Set(addresses)].filter((address) => !this.#accounts.get(address))
    if (missing.length === 0) return
    const moves = this.#moves
    const keys = missing.map(accountKey)
    const found = await this.#store.getMany(keys)
    if (moves !== this.#moves) return
    for (const [index, address] of missing.entries()) {
      const recordKey = keys[index]
      assert(recordKey !== undefined, 'each address has a key')
      this.#accounts.set(address, readAccount(recordKey, found[index]) ?? 'absent')
    }
  }

  /** Adds the move to the batch; the tables stand where they stood until {@link committed}. */
  stage(batch: WriteBatch, to: FlatBlock, changes: Changes): void {
    assert(this.#staged === undefined, 'one move of the flat tables a batch')
    this.#staged = { to, changes }
    this.#moves += 1
    for (const [address, { before, after }] of changes.accounts) {
      if (!isSameAccount(before, after)) stageAccount(batch, address, after)
    }
    for (const [address, slots] of changes.storage) {
      for (const [slot, { before, after }] of slots) {
        if (before !== after) stageSlot(batch, address, slot, after)
      }
    }
  }

  /** The batch with the staged move is on disk. */
  committed(): void {
    if (this.#staged === undefined) return
    const { to, changes } = this.#staged
    for (const [address, { after }] of changes.accounts) {
      this.#accounts.set(address, after ?? 'absent')
    }
    for (const [address, slots] of changes.storage) {
      for (const [slot, { after }] of slots) this.#slots.set(`${address}${slot}`, after)
    }
    this.#block = to
    this.#staged = undefined
    this.#moves += 1
  }

  /** The batch with the staged move was not written. */
  discarded(): void {
    if (this.#staged === undefined) return
    this.#staged = undefined
    this.#moves += 1
  }

  async #readAccount(
    root: Hash,
    address: Address,
  ): Promise<AccountRecord | undefined | typeof ELSEWHERE> {
    const moves = this.#moves
    const recordKey = accountKey(address)
    const account = readAccount(recordKey, await this.#store.get(recordKey))
    if (moves !== this.#moves) return this.account(root, address)
    this.#accounts.set(address, account ?? 'absent')
    return account
  }

  async #readSlot(root: Hash, address: Address, slot: Hex): Promise<Hex | typeof ELSEWHERE> {
    const moves = this.#moves
    const recordKey = slotKey(address, slot)
    const value = readSlot(recordKey, await this.#store.get(recordKey))
    if (moves !== this.#moves) return this.slot(root, address, slot)
    this.#slots.set(`${address}${slot}`, value)
    return value
  }

  #sideOf(root: Hash): Side | undefined {
    if (root === this.#block?.stateRoot) return 'before'
    return root === this.#staged?.to.stateRoot ? 'after' : undefined
  }
}

/** Writes an account as it is at the block that the tables are to stand at. */
export function stageAccount(
  batch: WriteBatch,
  address: Address,
  account: AccountRecord | undefined,
): void {
  const recordKey = accountKey(address)
  if (account === undefined) batch.delete(recordKey)
  else batch.put(recordKey, encodeAccount(recordKey, account))
}

/** Writes a slot as {@link stageAccount} an account. */
export function stageSlot(batch: WriteBatch, address: Address, slot: Hex, value: Hex): void {
  const recordKey = slotKey(address, slot)
  if (value === ZERO_WORD) batch.delete(recordKey)
  else batch.put(recordKey, encodeSlot(recordKey, value))
}

function readAccount(
  recordKey: Uint8Array,
  record: Uint8Array | undefined,
): AccountRecord | undefined {
  return record && decodeAccount(recordKey, record)
}

function readSlot(recordKey: Uint8Array, record: Uint8Array | undefined): Hex {
  return record ? decodeSlot(recordKey, record) : ZERO_WORD
}

function isSameAccount(a: AccountRecord | undefined, b: AccountRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    a.nonce === b.nonce &&
    a.balance === b.balance &&
    a.storageRoot === b.storageRoot &&
    a.codeHash === b.codeHash
  )
}

function accountKey(address: Address): Uint8Array {
  return key('account', bytesOfHex(address))
}

function slotKey(address: Address, slot: Hex): Uint8Array {
  return key('storage', bytesOfHex(address), bytesOfHex(slot))
}
