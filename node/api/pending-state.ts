/** The state after a block that is not stored: its changes over the state of its parent. */
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { Soon } from '../state/soon.ts'
import type { AccountRecord, StateChanges, StateView } from '../state/types.ts'

export class PendingState implements StateView {
  readonly stateRoot: Hash
  readonly #parent: StateView
  readonly #changes: StateChanges

  constructor(parent: StateView, changes: StateChanges) {
    this.stateRoot = changes.stateRoot
    this.#parent = parent
    this.#changes = changes
  }

  account(address: Address): Soon<AccountRecord | undefined> {
    const change = this.#changes.accounts.get(address)
    return change === undefined ? this.#parent.account(address) : change.after
  }

  storage(address: Address, slot: Hex): Soon<Hex> {
    const change = this.#changes.storage.get(address)?.get(slot)
    return change === undefined ? this.#parent.storage(address, slot) : change.after
  }

  code(codeHash: Hash): Soon<Uint8Array> {
    return this.#changes.code.get(codeHash) ?? this.#parent.code(codeHash)
  }
}
