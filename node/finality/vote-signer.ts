/**
 * A validator's key, and the recovery of signers that the finality machine asks for.
 *
 * Spec: docs/spec/finality.md, "Votes".
 */
import { concatBytes } from '@ethereumjs/util'
import { bytesToHex, hexToBytes } from '../../consensus/codec/hex.ts'
import { assert } from '../../consensus/errors.ts'
import type { FinalityVote, SignedVote, VoteSignature } from '../../consensus/finality/types.ts'
import { voteDigest } from '../../consensus/finality/votes/vote-digest.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import { recoverAddress, SECP256K1_S_MAX, signHash } from '../crypto/secp256k1.ts'

const COMPACT_BYTES = 64
const SIGNATURE_BYTES = 65
/** Ethereum's v of a signature that is no transaction's. */
const V_BASE = 27

/** Signs one vote. The caller has written it to disk before. */
export function signVote(
  vote: FinalityVote,
  validator: number,
  separator: Uint8Array,
  privateKey: Hex,
): SignedVote {
  const signed = signHash(voteDigest(separator, vote), hexToBytes(privateKey))
  assert(signed !== undefined, 'the key of a validator is a key')
  const bytes = concatBytes(signed.compact, Uint8Array.of(V_BASE + signed.recovery))
  return { vote, validator, signature: bytesToHex(bytes) as VoteSignature }
}

/** Who made a signature of 65 bytes; undefined if it is malformed or its s is high. */
export function recoverSigner(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  const recovery = (signature[COMPACT_BYTES] ?? 0) - V_BASE
  if (signature.length !== SIGNATURE_BYTES || (recovery !== 0 && recovery !== 1)) return undefined
  const s = BigInt(bytesToHex(signature.subarray(32, COMPACT_BYTES)))
  if (s > SECP256K1_S_MAX) return undefined
  const address = recoverAddress(digest, signature.subarray(0, COMPACT_BYTES), recovery)
  return address && bytesToHex(address)
}
