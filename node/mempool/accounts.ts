/** Accounts at the head, as the pool needs them. */
import type { Address } from '../../consensus/types.ts'
import { EMPTY_CODE_HASH } from '../state/flat/flat-codec.ts'
import type { AccountRecord } from '../state/types.ts'
import type { PoolAccount } from './lane.ts'

/** The state after the head's block: a `StateView`, as long as it follows the head. */
export interface HeadAccounts {
  account(address: Address): Promise<AccountRecord | undefined>
}

const NO_ACCOUNT: PoolAccount = { nonce: 0n, balance: 0n, hasCode: false }

export async function readAccount(accounts: HeadAccounts, address: Address): Promise<PoolAccount> {
  const record = await accounts.account(address)
  if (record === undefined) return NO_ACCOUNT
  const { nonce, balance, codeHash } = record
  return { nonce, balance, hasCode: codeHash !== EMPTY_CODE_HASH }
}
