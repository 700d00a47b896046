/**
 * Transactions of accounts whose keys nobody here has. The signature says whose it is: `r` is the
 * address of the sender, `s` is two. Who recovers a signer from that finds somebody else, so such
 * transactions come in by the developer's call alone, and blocks on disk hold their senders.
 *
 * That a real signature reads like this takes a key whose address is the x-coordinate of a point
 * with a discrete logarithm that is known: 2^160 tries.
 */

import type { Common } from '@ethereumjs/common'
import { createTx, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import { bytesToHex } from '../../consensus/codec/hex.ts'
import type { Address } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { SignedTransaction } from '../transaction.ts'

type Claimed = {
  readonly sender: Address
  readonly tx: { readonly r?: bigint | undefined; readonly s?: bigint | undefined }
}

const S = 2n
/** EIP-155. */
const LEGACY_V_OFFSET = 35n

/** Whether nobody signed it: then its sender may be a contract (EIP-3607). */
export function isImpersonated({ sender, tx }: Claimed): boolean {
  return tx.s === S && tx.r === BigInt(sender)
}

/** The transaction of these fields as one of `sender`. Throws what the library throws. */
export function impersonate(
  fields: TypedTxData,
  common: Common,
  sender: Address,
): SignedTransaction {
  const isLegacy = fields.type === undefined || Number(fields.type) === 0
  const v = isLegacy ? common.chainId() * 2n + LEGACY_V_OFFSET : 0n
  const signed = { ...fields, v, r: BigInt(sender), s: S } as TypedTxData
  const tx: TypedTransaction = createTx(signed, { common })
  const raw = tx.serialize()
  return { tx, raw, sender, hash: bytesToHex(keccak256(raw)) }
}
