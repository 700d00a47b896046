/**
 * Voting keys of validators: made at random, kept one a file as a line of 32 bytes in 0x hex.
 * Writing the files, with mode 0600, is the command line's job.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import { randomBytes } from 'node:crypto'
// In WASM, as where transactions are recovered: the first use of plain JavaScript takes 0.15 s.
import { instantiateSecp256k1 } from '@bitauth/libauth/build/lib/crypto/secp256k1.js'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { keccak256 } from './block/keccak.ts'
import { GenesisError } from './errors.ts'
import type { Address, Hex } from './types.ts'

export type ValidatorKey = { readonly address: Address; readonly privateKey: Hex }

const secp256k1 = await instantiateSecp256k1()

const KEY_BYTES = 32
const KEY_LINE = /^0x[0-9a-fA-F]{64}$/

/** `count` new keys from the system's randomness. */
export function generateValidatorKeys(count: number): readonly ValidatorKey[] {
  return Array.from({ length: count }, () => toValidatorKey(randomKey()))
}

/** The key in the text of a key file. The error names `path`, never the text. */
export function parseKeyFile(text: string, path: string): ValidatorKey {
  const line = text.trim()
  if (!KEY_LINE.test(line)) throw new GenesisError({ code: 'KEY_INVALID', path })
  const privateKey = hexToBytes(line as Hex)
  if (!secp256k1.validatePrivateKey(privateKey)) {
    throw new GenesisError({ code: 'KEY_INVALID', path })
  }
  return toValidatorKey(privateKey)
}

/** The text of a key file. */
export function formatKeyFile(key: ValidatorKey): string {
  return `${key.privateKey}\n`
}

/** The address of a key that is one. */
export function addressOfKey(privateKey: Uint8Array): Address {
  const publicKey = secp256k1.derivePublicKeyUncompressed(privateKey)
  if (typeof publicKey === 'string') throw new RangeError('the key is none of the curve')
  return bytesToHex(keccak256(publicKey.subarray(1)).subarray(12))
}

function randomKey(): Uint8Array {
  for (;;) {
    const key = new Uint8Array(randomBytes(KEY_BYTES))
    // All but one in 2^128 are.
    if (secp256k1.validatePrivateKey(key)) return key
  }
}

function toValidatorKey(privateKey: Uint8Array): ValidatorKey {
  return { address: addressOfKey(privateKey), privateKey: bytesToHex(privateKey) }
}
