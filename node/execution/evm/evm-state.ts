/**
 * The overlay in the shape in which EthereumJS asks for state. Accounts go out and come in as
 * copies: the library changes the objects it holds before it decides to store them.
 */
import type { AccountFields, StateManagerInterface } from '@ethereumjs/common'
import { Account, type Address, bytesToHex, unpadBytes } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { AccountEntry, LiveAccount, StateOverlay } from '../../state/overlay.ts'

export class EvmState implements StateManagerInterface {
  readonly overlay: StateOverlay

  /** Values at the start of the transaction, for the net gas metering of EIP-2200. */
  readonly originalStorageCache = {
    get: async (address: Address, key: Uint8Array): Promise<Uint8Array> => {
      const slot = await this.overlay.loadSlot(address.toString(), bytesToHex(key))
      return this.overlay.originalValue(slot)
    },
    clear: (): void => this.overlay.endTransaction(),
  }

  constructor(overlay: StateOverlay) {
    this.overlay = overlay
  }

  async getAccount(address: Address): Promise<Account | undefined> {
    const { current } = await this.#entryOf(address)
    return (
      current && new Account(current.nonce, current.balance, current.storageRoot, current.codeHash)
    )
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    const entry = await this.#entryOf(address)
    this.overlay.setAccount(entry, account && liveAccount(account))
  }

  async deleteAccount(address: Address): Promise<void> {
    this.overlay.deleteAccount(await this.#entryOf(address))
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account()
    await this.putAccount(address, Object.assign(account, fields))
  }

  async getCode(address: Address): Promise<Uint8Array> {
    return this.overlay.loadCode(await this.#entryOf(address))
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length
  }

  async putCode(address: Address, code: Uint8Array): Promise<void> {
    this.overlay.setCode(await this.#entryOf(address), code)
  }

  async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    return (await this.overlay.loadSlot(address.toString(), bytesToHex(key))).value
  }

  async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    const slot = await this.overlay.loadSlot(address.toString(), bytesToHex(key))
    this.overlay.setSlot(slot, unpadBytes(value))
  }

  async clearStorage(address: Address): Promise<void> {
    this.overlay.clearStorage(await this.#entryOf(address))
  }

  async checkpoint(): Promise<void> {
    this.overlay.checkpoint()
  }

  async commit(): Promise<void> {
    this.overlay.commit()
  }

  async revert(): Promise<void> {
    this.overlay.revert()
  }

  clearCaches(): void {}

  /** State roots are computed once a block, from the overlay: nobody asks for one in between. */
  async getStateRoot(): Promise<Uint8Array> {
    return unsupported()
  }

  async setStateRoot(): Promise<void> {
    unsupported()
  }

  async hasStateRoot(): Promise<boolean> {
    return unsupported()
  }

  shallowCopy(): StateManagerInterface {
    return unsupported()
  }

  #entryOf(address: Address): AccountEntry | Promise<AccountEntry> {
    const hex = address.toString()
    return this.overlay.peekAccount(hex) ?? this.overlay.loadAccount(hex)
  }
}

function liveAccount({ nonce, balance, storageRoot, codeHash }: Account): LiveAccount {
  return { nonce, balance, storageRoot, codeHash }
}

function unsupported(): never {
  assert(false, 'the EVM executes on one overlay and never asks for a root')
}
