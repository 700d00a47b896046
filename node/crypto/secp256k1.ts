/**
 * secp256k1 in WASM (bitcoin-core's library, as libauth ships it), instantiated once a thread:
 * a recovery costs about 0.12 ms here and ten times that in plain JavaScript.
 *
 * Imported by path: the package's main module loads a whole virtual machine with it.
 */
import { instantiateSecp256k1 } from '@bitauth/libauth/build/lib/crypto/secp256k1.js'
import { keccak256 } from '../../gpu/reference/keccak.ts'

// One instance is enough: a call begins and ends without giving way to another.
const library = await instantiateSecp256k1()

/** Half the order of the curve: EIP-2 and EIP-7702 take no signature with a larger s. */
export const SECP256K1_S_MAX = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

const PUBLIC_KEY_BYTES = 64

/** `r ‖ s` and the parity of the nonce point. */
export type RecoverableSignature = { readonly compact: Uint8Array; readonly recovery: 0 | 1 }

/** The 64-byte public key that signed `hash`, or undefined: no key makes such a signature. */
export function recoverPublicKey(
  hash: Uint8Array,
  compact: Uint8Array,
  recovery: 0 | 1,
): Uint8Array | undefined {
  const key = library.recoverPublicKeyUncompressed(compact, recovery, hash)
  return typeof key === 'string' ? undefined : key.subarray(1)
}

/** The 20-byte address that signed `hash`, or undefined as {@link recoverPublicKey}. */
export function recoverAddress(
  hash: Uint8Array,
  compact: Uint8Array,
  recovery: 0 | 1,
): Uint8Array | undefined {
  const key = recoverPublicKey(hash, compact, recovery)
  return key && addressOfPublicKey(key)
}

/** The last 20 bytes of the hash of a 64-byte public key. */
export function addressOfPublicKey(publicKey: Uint8Array): Uint8Array {
  return keccak256(publicKey.subarray(publicKey.length - PUBLIC_KEY_BYTES)).subarray(12)
}

/** Signs a hash: RFC 6979, low s. undefined if the key is zero or not below the curve's order. */
export function signHash(
  hash: Uint8Array,
  privateKey: Uint8Array,
): RecoverableSignature | undefined {
  const signed = library.signMessageHashRecoverableCompact(privateKey, hash)
  if (typeof signed === 'string') return undefined
  return { compact: signed.signature, recovery: signed.recoveryId === 1 ? 1 : 0 }
}
