/** Accounts of the state as execution handles them, made once for each record. */
import { KECCAK256_NULL, KECCAK256_RLP } from '@ethereumjs/util'
import { EMPTY_CODE_HASH, EMPTY_TRIE_ROOT } from './flat/flat-codec.ts'
import { bytesOfHex } from './flat/integers.ts'
import type { LiveAccount } from './overlay.ts'
import type { AccountRecord } from './types.ts'

/** Kept as long as the record is, which the cache of the flat tables hands out again and again. */
const live = new WeakMap<AccountRecord, LiveAccount>()

export function liveAccount(record: AccountRecord): LiveAccount {
  const known = live.get(record)
  if (known !== undefined) return known
  const { nonce, balance, storageRoot, codeHash } = record
  const account = {
    nonce,
    balance,
    storageRoot: storageRoot === EMPTY_TRIE_ROOT ? KECCAK256_RLP : bytesOfHex(storageRoot),
    codeHash: codeHash === EMPTY_CODE_HASH ? KECCAK256_NULL : bytesOfHex(codeHash),
  }
  live.set(record, account)
  return account
}
