/**
 * Signatures that cost nothing: 65 bytes that name the digest and the key. Nobody in a run makes
 * one with a key that is not its own, which is all that a signature promises.
 */
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import type { FinalityVote, SignedVote } from '../../../consensus/finality/types.ts'
import { voteDigest } from '../../../consensus/finality/votes/vote-digest.ts'
import type { Address } from '../../../consensus/types.ts'

const SIGNATURE_BYTES = 65
const DIGEST_BYTES = 32
/** The address of a key fits here: four bytes at the end of twenty. */
const KEY_BYTES = 4
const ADDRESS_DIGITS = 40

/** Of the few keys of a run. */
const addresses: Address[] = []
const KEPT_MAX = 64

export function addressOfKey(key: number): Address {
  if (key >= KEPT_MAX) return makeAddress(key)
  addresses[key] ??= makeAddress(key)
  return addresses[key]
}

function makeAddress(key: number): Address {
  return `0x${(key + 1).toString(16).padStart(ADDRESS_DIGITS, '0')}`
}

export function signWithToken(
  vote: FinalityVote,
  validator: number,
  key: number,
  separator: Uint8Array,
): SignedVote {
  const bytes = new Uint8Array(SIGNATURE_BYTES)
  bytes.set(voteDigest(separator, vote))
  new DataView(bytes.buffer).setUint32(DIGEST_BYTES, key)
  return { vote, validator, signature: bytesToHex(bytes) }
}

export function recoverToken(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  if (signature.length !== SIGNATURE_BYTES) return undefined
  for (let i = 0; i < DIGEST_BYTES; i++) if (digest[i] !== signature[i]) return undefined
  let key = 0
  for (let i = DIGEST_BYTES; i < DIGEST_BYTES + KEY_BYTES; i++)
    key = key * 256 + (signature[i] ?? 0)
  return addressOfKey(key)
}
