/**
 * EIP-7702: applies the authorization list of a transaction. An authorization that does not hold
 * is passed over; one that holds sets its authority's code to a delegation, or clears it.
 */
import type { EOACode7702AuthorizationListBytesItem } from '@ethereumjs/util'
import { bytesToHex } from '@ethereumjs/util'
import { encodeRlpList, encodeRlpString } from '../../../consensus/codec/rlp-writer.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { recoverAddress, SECP256K1_S_MAX } from '../../crypto/secp256k1.ts'
import { integerOf } from '../../state/flat/integers.ts'
import { NEW_ACCOUNT } from '../../state/overlay.ts'
import type { Lane } from '../evm/lane.ts'
import { isDelegation } from './inclusion-rules.ts'

const MAGIC = Uint8Array.of(0x05)
const DELEGATION_PREFIX = [0xef, 0x01, 0x00]
const NONCE_MAX = 2n ** 64n - 1n
/** Paid for each as if its account were new, and given back if it is not. */
const EXISTING_ACCOUNT_REFUND = 25_000n - 12_500n

/** Applies the list in order; returns the gas to be refunded. */
export async function applyAuthorizations(
  lane: Lane,
  list: readonly EOACode7702AuthorizationListBytesItem[],
  chainId: bigint,
): Promise<bigint> {
  let refund = 0n
  for (const item of list) {
    const authority = authorityOf(item, chainId)
    if (authority !== undefined && (await applyOne(lane, authority, item))) {
      refund += EXISTING_ACCOUNT_REFUND
    }
  }
  return refund
}

/** True when the authority's account was there before, for which gas comes back. */
async function applyOne(
  { evm, overlay }: Lane,
  authority: Uint8Array,
  [, target, nonce]: EOACode7702AuthorizationListBytesItem,
): Promise<boolean> {
  const address = bytesToHex(authority)
  const entry = await overlay.loadAccount(address)
  evm.journal.addAlwaysWarmAddress(address)
  const code = await overlay.loadCode(entry)
  if (code.length > 0 && !isDelegation(code)) return false
  const account = entry.current ?? NEW_ACCOUNT
  if (account.nonce !== integerOf(nonce)) return false
  const isExisting = entry.current !== undefined
  overlay.setAccount(entry, { ...account, nonce: account.nonce + 1n })
  const isCleared = target.every((byte) => byte === 0)
  overlay.setCode(
    entry,
    isCleared ? new Uint8Array(0) : Uint8Array.of(...DELEGATION_PREFIX, ...target),
  )
  return isExisting
}

/** Who signed, undefined when the authorization can't hold whatever the state. */
function authorityOf(
  [chainIdBytes, target, nonce, yParity, r, s]: EOACode7702AuthorizationListBytesItem,
  chainId: bigint,
): Uint8Array | undefined {
  const forChain = integerOf(chainIdBytes)
  if (forChain !== 0n && forChain !== chainId) return undefined
  if (integerOf(nonce) >= NONCE_MAX) return undefined
  const parity = integerOf(yParity)
  if (parity > 1n || integerOf(s) > SECP256K1_S_MAX) return undefined
  const fields = [chainIdBytes, target, nonce].map(encodeRlpString)
  const compact = new Uint8Array(64)
  compact.set(r, 32 - r.length)
  compact.set(s, 64 - s.length)
  return recoverAddress(keccak256(MAGIC, encodeRlpList(fields)), compact, parity === 1n ? 1 : 0)
}
