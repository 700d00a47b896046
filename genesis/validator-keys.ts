/**
 * Voting keys of validators: made at random, kept one a file as a line of 32 bytes in 0x hex.
 * Writing the files, with mode 0600, is the command line's job.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import { bytesToHex, hexToBytes, privateToAddress } from '@ethereumjs/util'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { GenesisError } from './errors.ts'
import type { Address, Hex } from './types.ts'

export type ValidatorKey = { readonly address: Address; readonly privateKey: Hex }

const KEY_LINE = /^0x[0-9a-fA-F]{64}$/

/** `count` new keys from the system's randomness. */
export function generateValidatorKeys(count: number): readonly ValidatorKey[] {
  return Array.from({ length: count }, () => toValidatorKey(secp256k1.utils.randomSecretKey()))
}

/** The key in the text of a key file. The error names `path`, never the text. */
export function parseKeyFile(text: string, path: string): ValidatorKey {
  const line = text.trim()
  if (!KEY_LINE.test(line)) throw new GenesisError({ code: 'KEY_INVALID', path })
  const privateKey = hexToBytes(line as Hex)
  if (!secp256k1.utils.isValidSecretKey(privateKey)) {
    throw new GenesisError({ code: 'KEY_INVALID', path })
  }
  return toValidatorKey(privateKey)
}

/** The text of a key file. */
export function formatKeyFile(key: ValidatorKey): string {
  return `${key.privateKey}\n`
}

function toValidatorKey(privateKey: Uint8Array): ValidatorKey {
  return {
    address: bytesToHex(privateToAddress(privateKey)),
    privateKey: bytesToHex(privateKey),
  }
}
