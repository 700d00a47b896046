/**
 * The state while blocks, transactions and calls execute on it: what was read and written since
 * the view it stands on, in memory, with a journal that checkpoints roll back to. Accounts,
 * storage and code are all under the journal.
 *
 * Every change of a balance is added up, so that a transaction that makes or loses coins is seen
 * at once (invariant M1).
 */

import { KECCAK256_NULL, KECCAK256_RLP } from '@ethereumjs/util'
import { bytesToHex } from '../../consensus/codec/hex.ts'
import { assert } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, wordBytes } from './flat/flat-codec.ts'
import { liveAccount } from './live-account.ts'
import { andThen, type Soon } from './soon.ts'
import type { AccountRecord, StateView } from './types.ts'

/** An account's fields as the EVM handles them. Never changed in place, only replaced. */
export type LiveAccount = {
  readonly nonce: bigint
  readonly balance: bigint
  readonly storageRoot: Uint8Array
  readonly codeHash: Uint8Array
}

export type AccountEntry = {
  readonly address: Address
  /** As the view has it. */
  readonly base: AccountRecord | undefined
  readonly baseCodeHash: Uint8Array
  current: LiveAccount | undefined
  /** Code that was loaded or put, good as long as `hash` is the current one. */
  code: { readonly hash: Uint8Array; readonly bytes: Uint8Array } | undefined
}

export type SlotEntry = {
  /** As the view has it; without leading zeros, as all values here. */
  readonly base: Uint8Array
  value: Uint8Array
  /** At the start of transaction number `transaction`: EIP-2200 asks for it. */
  original: Uint8Array
  transaction: number
}

export type StorageEntry = {
  slots: Map<Hex, SlotEntry>
  /** What the view has is void: an override replaced all of it, or the account was deleted. */
  isReplaced: boolean
}

type Undo =
  | { readonly entry: AccountEntry; readonly account: LiveAccount | undefined }
  | { readonly entry: SlotEntry; readonly value: Uint8Array }
  | { readonly entry: StorageEntry; readonly slots: Map<Hex, SlotEntry> }

const NO_BYTES = new Uint8Array(0)

export class StateOverlay {
  readonly #mayWipe: boolean
  #view: StateView
  #accounts = new Map<Address, AccountEntry>()
  #storage = new Map<Address, StorageEntry>()
  #newCode = new Map<Hash, Uint8Array>()
  readonly #journal: Undo[] = []
  readonly #checkpoints: number[] = []
  #balanceChange = 0n
  #transaction = 0

  /** `mayWipe`: accounts that are older than the block may lose their storage at once. */
  constructor(view: StateView, { mayWipe = false }: { readonly mayWipe?: boolean } = {}) {
    this.#view = view
    this.#mayWipe = mayWipe
  }

  get view(): StateView {
    return this.#view
  }

  /** All balances now less all balances of the view. */
  get balanceChange(): bigint {
    return this.#balanceChange
  }

  /** Forgets everything and stands on `view`. */
  reset(view: StateView): void {
    assert(this.#checkpoints.length === 0, 'nothing executes while an overlay is reset')
    this.#view = view
    this.#accounts = new Map()
    this.#storage = new Map()
    this.#newCode = new Map()
    this.#journal.length = 0
    this.#balanceChange = 0n
  }

  /** The entry of an account that was read before, else undefined: ask {@link loadAccount}. */
  peekAccount(address: Address): AccountEntry | undefined {
    return this.#accounts.get(address)
  }

  loadAccount(address: Address): Soon<AccountEntry> {
    const known = this.#accounts.get(address)
    if (known !== undefined) return known
    return andThen(this.#view.account(address), (base) => this.#enterAccount(address, base))
  }

  #enterAccount(address: Address, base: AccountRecord | undefined): AccountEntry {
    // Two reads of one account may be under way; the first one to come back makes the entry.
    const raced = this.#accounts.get(address)
    if (raced !== undefined) return raced
    const current = base && liveAccount(base)
    const baseCodeHash = current?.codeHash ?? KECCAK256_NULL
    const entry: AccountEntry = { address, base, baseCodeHash, current, code: undefined }
    this.#accounts.set(address, entry)
    return entry
  }

  setAccount(entry: AccountEntry, account: LiveAccount | undefined): void {
    this.#journal.push({ entry, account: entry.current })
    this.#balanceChange += (account?.balance ?? 0n) - (entry.current?.balance ?? 0n)
    entry.current = account
  }

  /** Credits `amount`, which may be negative, to an account that may not exist yet. */
  addBalance(entry: AccountEntry, amount: bigint): void {
    const account = entry.current ?? NEW_ACCOUNT
    this.setAccount(entry, { ...account, balance: account.balance + amount })
  }

  /** Deletes an account with its storage. */
  deleteAccount(entry: AccountEntry): void {
    if (entry.current !== undefined) this.setAccount(entry, undefined)
    this.clearStorage(entry)
  }

  /** The entry of a slot that was read before, else undefined: ask {@link loadSlot}. */
  peekSlot(address: Address, slot: Hex): SlotEntry | undefined {
    return this.#storage.get(address)?.slots.get(slot)
  }

  loadSlot(address: Address, slot: Hex): Soon<SlotEntry> {
    const storage = this.#storageOf(address)
    const known = storage.slots.get(slot)
    if (known !== undefined) return known
    if (storage.isReplaced) return this.#enterSlot(storage, slot, NO_BYTES)
    return andThen(this.#view.storage(address, slot), (value) =>
      this.#enterSlot(storage, slot, wordBytes(value)),
    )
  }

  #enterSlot(storage: StorageEntry, slot: Hex, base: Uint8Array): SlotEntry {
    const raced = storage.slots.get(slot)
    if (raced !== undefined) return raced
    const entry = { base, value: base, original: base, transaction: this.#transaction }
    storage.slots.set(slot, entry)
    return entry
  }

  /** `value` without leading zeros. */
  setSlot(entry: SlotEntry, value: Uint8Array): void {
    this.originalValue(entry)
    this.#journal.push({ entry, value: entry.value })
    entry.value = value
  }

  /** The slot's value at the start of the transaction. */
  originalValue(entry: SlotEntry): Uint8Array {
    if (entry.transaction !== this.#transaction) {
      entry.original = entry.value
      entry.transaction = this.#transaction
    }
    return entry.original
  }

  /**
   * Unsets every slot. Under EIP-6780 only an account made in the same transaction can lose its
   * storage, so all of it is in memory.
   */
  clearStorage({ address, base }: AccountEntry): void {
    const isBaseEmpty = base === undefined || base.storageRoot === EMPTY_TRIE_ROOT
    if (this.#mayWipe && !isBaseEmpty) {
      this.#wipe(this.#storageOf(address))
      return
    }
    assert(isBaseEmpty, 'an account with stored slots never loses them at once')
    for (const slot of this.#storage.get(address)?.slots.values() ?? []) {
      if (slot.value.length > 0) this.setSlot(slot, NO_BYTES)
    }
  }

  #wipe(entry: StorageEntry): void {
    // Nothing undoes what an override replaced, and wiping it again takes its slots away.
    if (entry.isReplaced) {
      for (const slot of entry.slots.values()) this.setSlot(slot, NO_BYTES)
      return
    }
    this.#journal.push({ entry, slots: entry.slots })
    entry.slots = new Map()
    entry.isReplaced = true
  }

  /** Makes `slots` all that there is in an account's storage. For overrides of calls alone. */
  replaceStorage(address: Address, slots: ReadonlyMap<Hex, Uint8Array>): void {
    const storage = this.#storageOf(address)
    storage.isReplaced = true
    storage.slots.clear()
    for (const [slot, value] of slots) {
      const transaction = this.#transaction
      storage.slots.set(slot, { base: NO_BYTES, value, original: value, transaction })
    }
  }

  /** The same object for the same code, so that what follows from it can be cached by identity. */
  loadCode(entry: AccountEntry): Soon<Uint8Array> {
    const codeHash = entry.current?.codeHash
    if (codeHash === undefined) return NO_BYTES
    if (entry.code?.hash === codeHash) return entry.code.bytes
    const isBase = codeHash === entry.baseCodeHash && entry.base !== undefined
    const hash = isBase ? entry.base.codeHash : bytesToHex(codeHash)
    if (hash === EMPTY_CODE_HASH) return NO_BYTES
    return andThen(this.#newCode.get(hash) ?? this.#view.code(hash), (bytes) => {
      entry.code = { hash: codeHash, bytes }
      return bytes
    })
  }

  /** Code that is at hand without a read of the view, if it is. */
  peekCode({ current, code }: AccountEntry): Uint8Array | undefined {
    if (current === undefined || current.codeHash === KECCAK256_NULL) return NO_BYTES
    return code?.hash === current.codeHash ? code.bytes : undefined
  }

  setCode(entry: AccountEntry, bytes: Uint8Array): void {
    const codeHash = bytes.length === 0 ? KECCAK256_NULL : keccak256(bytes)
    if (bytes.length > 0) this.#newCode.set(bytesToHex(codeHash), bytes)
    this.setAccount(entry, { ...(entry.current ?? NEW_ACCOUNT), codeHash })
    entry.code = { hash: codeHash, bytes }
  }

  checkpoint(): void {
    this.#checkpoints.push(this.#journal.length)
  }

  commit(): void {
    assert(this.#checkpoints.pop() !== undefined, 'a commit closes a checkpoint')
    if (this.#checkpoints.length === 0) this.#journal.length = 0
  }

  revert(): void {
    const length = this.#checkpoints.pop()
    assert(length !== undefined, 'a revert closes a checkpoint')
    while (this.#journal.length > length) {
      const undo = this.#journal.pop()
      if (undo === undefined) return
      if ('value' in undo) undo.entry.value = undo.value
      else if ('slots' in undo) {
        undo.entry.slots = undo.slots
        undo.entry.isReplaced = false
      } else {
        this.#balanceChange += (undo.account?.balance ?? 0n) - (undo.entry.current?.balance ?? 0n)
        undo.entry.current = undo.account
      }
    }
  }

  /** From here on, original values are those of now. */
  endTransaction(): void {
    this.#transaction += 1
  }

  /** Everything that was read or written, and code that was put, for what comes of it. */
  contents(): {
    readonly accounts: Iterable<AccountEntry>
    readonly storage: ReadonlyMap<Address, StorageEntry>
    readonly newCode: ReadonlyMap<Hash, Uint8Array>
  } {
    assert(this.#checkpoints.length === 0, 'no checkpoint is open when a state is taken')
    return { accounts: this.#accounts.values(), storage: this.#storage, newCode: this.#newCode }
  }

  #storageOf(address: Address): StorageEntry {
    const known = this.#storage.get(address)
    if (known !== undefined) return known
    const storage = { slots: new Map<Hex, SlotEntry>(), isReplaced: false }
    this.#storage.set(address, storage)
    return storage
  }
}

/** What an account is before anything is in it. */
export const NEW_ACCOUNT: LiveAccount = {
  nonce: 0n,
  balance: 0n,
  storageRoot: KECCAK256_RLP,
  codeHash: KECCAK256_NULL,
}
