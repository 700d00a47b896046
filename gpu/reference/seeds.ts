/**
 * From a sealed header and a nonce to the three keys of one attempt. Everything that could be
 * chosen after the product is bound in kappa before the noise exists.
 * Spec: docs/spec/proof-of-compute.md, "Header and binding".
 */
import { keccak256 } from './keccak.ts'

export type Seeds = {
  readonly seedA: Uint8Array
  readonly seedB: Uint8Array
  readonly ticketKey: Uint8Array
}

export const NONCE_BYTES = 8

const ascii = new TextEncoder()
const KAPPA_TAG = ascii.encode('HPOC/v1/kappa')
const TAG_A = ascii.encode('A')
const TAG_B = ascii.encode('B')
const TAG_T = ascii.encode('T')

export function deriveKappa(
  genesisHash: Uint8Array,
  sealHash: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return keccak256(KAPPA_TAG, genesisHash, sealHash, nonce)
}

export function deriveSeeds(kappa: Uint8Array): Seeds {
  return {
    seedA: keccak256(kappa, TAG_A),
    seedB: keccak256(kappa, TAG_B),
    ticketKey: keccak256(kappa, TAG_T),
  }
}

/** The 8 header bytes of a search nonce; the search counts in big-endian order. */
export function nonceBytes(nonce: bigint): Uint8Array {
  const bytes = new Uint8Array(NONCE_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, nonce)
  return bytes
}
