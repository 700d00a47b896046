/**
 * What a transaction has touched and warmed (EIP-161, EIP-2929), undone with the frame that did
 * it. The library's journal in its place and shape, but synchronous, and without a dozen
 * collections for every frame.
 */
import type { EVM } from '@ethereumjs/evm'
import { type Account, type Address, bytesToHex } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { Address as AddressHex, Hex } from '../../../consensus/types.ts'
import type { StateOverlay } from '../../state/overlay.ts'
import type { Soon } from '../../state/soon.ts'

type Undo =
  | { readonly kind: 'touched' | 'warm'; readonly address: AddressHex }
  | { readonly kind: 'slot'; readonly slots: Set<Hex>; readonly slot: Hex }

export class AccessJournal {
  readonly #overlay: StateOverlay
  readonly #evm: Pick<EVM, 'stateManager'>
  readonly #touched = new Set<AddressHex>()
  readonly #warm = new Set<AddressHex>()
  readonly #warmSlots = new Map<AddressHex, Set<Hex>>()
  readonly #undo: Undo[] = []
  readonly #checkpoints: number[] = []

  /** Addresses of precompiles, as hex: always warm. */
  readonly #precompiles: ReadonlySet<string>

  constructor(overlay: StateOverlay, evm: Pick<EVM, 'stateManager' | 'precompiles'>) {
    this.#overlay = overlay
    this.#evm = evm
    this.#precompiles = new Set(Array.from(evm.precompiles.keys(), (address) => `0x${address}`))
  }

  async putAccount(address: Address, account: Account | undefined): Promise<void> {
    this.touch(address.toString())
    await this.#evm.stateManager.putAccount(address, account)
  }

  async deleteAccount(address: Address): Promise<void> {
    this.touch(address.toString())
    await this.#evm.stateManager.deleteAccount(address)
  }

  /** An account that is empty at the end of the transaction and was touched goes. */
  touch(address: AddressHex): void {
    if (this.#touched.has(address)) return
    this.#touched.add(address)
    this.#undo.push({ kind: 'touched', address })
  }

  touchAddress(address: Address): void {
    this.touch(address.toString())
  }

  checkpoint(): void {
    this.#checkpoints.push(this.#undo.length)
    this.#overlay.checkpoint()
  }

  commit(): void {
    assert(this.#checkpoints.length > 0, 'a commit closes a checkpoint')
    this.#checkpoints.pop()
    this.#overlay.commit()
  }

  revert(): void {
    const length = this.#checkpoints.pop()
    assert(length !== undefined, 'a revert closes a checkpoint')
    while (this.#undo.length > length) {
      const undo = this.#undo.pop()
      if (undo === undefined) return
      if (undo.kind === 'slot') undo.slots.delete(undo.slot)
      else if (undo.kind === 'warm') this.#warm.delete(undo.address)
      else this.#touched.delete(undo.address)
    }
    this.#overlay.revert()
  }

  /** Ends a transaction: EIP-161's deletions, then everything is cold and untouched. */
  cleanup(): Soon<void> {
    if (this.#touched.size > 0) return this.#deleteEmpty()
    this.cleanJournal()
    return undefined
  }

  async #deleteEmpty(): Promise<void> {
    for (const address of this.#touched) {
      const entry = await this.#overlay.loadAccount(address)
      const account = entry.current
      if (account === undefined || account.nonce > 0n || account.balance > 0n) continue
      if ((await this.#overlay.loadCode(entry)).length === 0) this.#overlay.deleteAccount(entry)
    }
    this.cleanJournal()
  }

  cleanJournal(): void {
    // Clearing what is empty costs as much as clearing what is not.
    if (this.#touched.size > 0) this.#touched.clear()
    if (this.#warm.size > 0) this.#warm.clear()
    if (this.#warmSlots.size > 0) this.#warmSlots.clear()
    if (this.#undo.length > 0) this.#undo.length = 0
    if (this.#checkpoints.length > 0) this.#checkpoints.length = 0
  }

  isWarm(address: AddressHex): boolean {
    return this.#warm.has(address) || this.#precompiles.has(address)
  }

  /** Warms an address, and says whether it was cold. */
  warm(address: AddressHex): boolean {
    if (this.isWarm(address)) return false
    this.#warm.add(address)
    this.#undo.push({ kind: 'warm', address })
    return true
  }

  /** Warms a slot, and says whether it was cold. */
  warmSlot(address: AddressHex, slot: Hex): boolean {
    let slots = this.#warmSlots.get(address)
    if (slots === undefined) {
      slots = new Set()
      this.#warmSlots.set(address, slots)
    }
    if (slots.has(slot)) return false
    slots.add(slot)
    this.#undo.push({ kind: 'slot', slots, slot })
    return true
  }

  isWarmSlot(address: AddressHex, slot: Hex): boolean {
    return this.#warmSlots.get(address)?.has(slot) === true
  }

  // From here on in the words of the library; addresses come with and without 0x.

  addAlwaysWarmAddress(address: string): void {
    this.#warm.add(prefixed(address))
  }

  addAlwaysWarmSlot(address: string, slot: string): void {
    this.addAlwaysWarmAddress(address)
    const slots = this.#warmSlots.get(prefixed(address)) ?? new Set()
    slots.add(prefixed(slot))
    this.#warmSlots.set(prefixed(address), slots)
  }

  isWarmedAddress(address: Uint8Array): boolean {
    return this.isWarm(bytesToHex(address))
  }

  addWarmedAddress(address: Uint8Array): void {
    this.warm(bytesToHex(address))
  }

  isWarmedStorage(address: Uint8Array, slot: Uint8Array): boolean {
    return this.isWarmSlot(bytesToHex(address), bytesToHex(slot))
  }

  addWarmedStorage(address: Uint8Array, slot: Uint8Array): void {
    const hex = bytesToHex(address)
    this.warm(hex)
    this.warmSlot(hex, bytesToHex(slot))
  }
}

function prefixed(hex: string): Hex {
  return hex.startsWith('0x') ? (hex as Hex) : `0x${hex}`
}
