/**
 * Senders as the state at the head has them, remembered until the next head: most transactions
 * come from accounts that have just sent another one.
 */
import { KECCAK256_NULL_S } from '@ethereumjs/util'
import type { Address } from '../../../consensus/types.ts'
import { isDelegation } from '../../execution/transaction/inclusion-rules.ts'
import type { StateView } from '../../state/types.ts'
import { ACCOUNTS_REMEMBERED_MAX } from '../options.ts'
import type { SenderAccount } from '../pool/account-queue.ts'

export type AccountSource = Pick<StateView, 'account' | 'code' | 'prefetch'>

const NO_ACCOUNT: SenderAccount = {
  nonce: 0n,
  balance: 0n,
  isContract: false,
  isDelegated: false,
}

export class HeadAccounts {
  readonly #known = new Map<Address, SenderAccount>()
  #state: AccountSource

  constructor(state: AccountSource) {
    this.#state = state
  }

  /** The head moved. */
  reset(state: AccountSource): void {
    this.#state = state
    this.#known.clear()
  }

  /** After a {@link load} of the address. */
  get(address: Address): SenderAccount {
    return this.#known.get(address) ?? NO_ACCOUNT
  }

  async load(addresses: Iterable<Address>): Promise<void> {
    if (this.#known.size > ACCOUNTS_REMEMBERED_MAX) this.#known.clear()
    const missing = [...new Set(addresses)].filter((address) => !this.#known.has(address))
    if (missing.length === 0) return
    await this.#state.prefetch?.(missing)
    for (const address of missing) this.#known.set(address, await this.#read(address))
  }

  async #read(address: Address): Promise<SenderAccount> {
    const account = await this.#state.account(address)
    if (account === undefined) return NO_ACCOUNT
    const { nonce, balance, codeHash } = account
    if (codeHash === KECCAK256_NULL_S) {
      return { nonce, balance, isContract: false, isDelegated: false }
    }
    const isDelegated = isDelegation(await this.#state.code(codeHash))
    return { nonce, balance, isContract: !isDelegated, isDelegated }
  }
}
