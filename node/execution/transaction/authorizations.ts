/**
 * EIP-7702: applies the authorization list of a transaction. An authorization that does not hold
 * is passed over; one that holds sets its authority's code to a delegation, or clears it.
 */
import type { EOACode7702AuthorizationListBytesItem } from '@ethereumjs/util'
import { bytesToHex } from '@ethereumjs/util'
import { encodeRlpList, encodeRlpString } from '../../../consensus/codec/rlp-writer.ts'
import type { Address } from '../../../consensus/types.ts'
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

/**
 * Applies the list in order; returns the gas to be refunded. Gives way between signatures, which
 * take longer than most code does for the same gas. Throws an `InterruptError`.
 */
export async function applyAuthorizations(
  lane: Lane,
  list: readonly EOACode7702AuthorizationListBytesItem[],
  chainId: bigint,
): Promise<bigint> {
  let refund = 0n
  for (const item of list) {
    await lane.pace.check()
    const authority = isFor(item, chainId) ? signerOf(item) : undefined
    if (authority !== undefined && (await applyOne(lane, authority, item))) {
      refund += EXISTING_ACCOUNT_REFUND
    }
  }
  return refund
}

/**
 * Who signed, each once, whatever else holds of what they signed. Gives way and throws as
 * {@link applyAuthorizations} does.
 */
export async function authoritiesOf(
  { pace }: Lane,
  list: readonly EOACode7702AuthorizationListBytesItem[],
): Promise<readonly Address[]> {
  const authorities = new Set<Address>()
  for (const item of list) {
    await pace.check()
    const signer = signerOf(item)
    if (signer !== undefined) authorities.add(bytesToHex(signer))
  }
  return [...authorities]
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

/** Whether the authorization may hold here; its nonce is compared when it is applied. */
export function isFor(
  [chainIdBytes, , nonce]: EOACode7702AuthorizationListBytesItem,
  chainId: bigint,
): boolean {
  const forChain = integerOf(chainIdBytes)
  return (forChain === 0n || forChain === chainId) && integerOf(nonce) < NONCE_MAX
}

/** undefined: nobody signs so, or not with an `s` that EIP-7702 takes. */
function signerOf([chainId, target, nonce, yParity, r, s]: EOACode7702AuthorizationListBytesItem):
  | Uint8Array
  | undefined {
  const parity = integerOf(yParity)
  if (parity > 1n || integerOf(s) > SECP256K1_S_MAX) return undefined
  const fields = [chainId, target, nonce].map(encodeRlpString)
  const compact = new Uint8Array(64)
  compact.set(r, 32 - r.length)
  compact.set(s, 64 - s.length)
  return recoverAddress(keccak256(MAGIC, encodeRlpList(fields)), compact, parity === 1n ? 1 : 0)
}
