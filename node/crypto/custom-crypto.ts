/**
 * The primitives that EthereumJS takes from outside: WASM keccak and secp256k1, native SHA-256,
 * and point evaluation, of which it has none. Its own are plain JavaScript, ten times slower, and
 * serve as the oracle in tests.
 */
import { createHash } from 'node:crypto'
import type { CustomCrypto } from '@ethereumjs/common'
import { calculateSigRecovery, concatBytes, setLengthLeft } from '@ethereumjs/util'
import { CodedError } from '../../consensus/errors.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { kzg } from './point-evaluation.ts'
import { recoverPublicKey, signHash } from './secp256k1.ts'

export const customCrypto = {
  keccak256: (message: Uint8Array) => keccak256(message),
  sha256: (message: Uint8Array) => new Uint8Array(createHash('sha256').update(message).digest()),
  ecrecover(hash, v, r, s, chainId) {
    const recovery = calculateSigRecovery(v, chainId)
    if (recovery !== 0n && recovery !== 1n) throw new SignatureError({ code: 'RECOVERY_INVALID' })
    const compact = concatBytes(setLengthLeft(r, 32), setLengthLeft(s, 32))
    const key = recoverPublicKey(hash, compact, recovery === 1n ? 1 : 0)
    if (key === undefined) throw new SignatureError({ code: 'SIGNATURE_INVALID' })
    return key
  },
  /** In noble's format "recovered": parity, r, s. */
  ecsign(hash: Uint8Array, privateKey: Uint8Array) {
    const signed = signHash(hash, privateKey)
    if (signed === undefined) throw new SignatureError({ code: 'KEY_INVALID' })
    return concatBytes(Uint8Array.of(signed.recovery), signed.compact)
  },
  kzg,
} as const satisfies CustomCrypto

export type SignatureErrorType =
  | { readonly code: 'RECOVERY_INVALID' }
  | { readonly code: 'SIGNATURE_INVALID' }
  /** Zero, or not below the curve's order. */
  | { readonly code: 'KEY_INVALID' }

/** EthereumJS catches what recovery throws: it is an answer of the ecrecover precompile. */
export class SignatureError extends CodedError<SignatureErrorType> {}
