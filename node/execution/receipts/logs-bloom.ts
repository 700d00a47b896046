/** The 2048-bit filter over the addresses and topics of logs (Yellow Paper, 4.3.1). */
import { keccak256 } from '../../../gpu/reference/keccak.ts'

export const BLOOM_BYTES = 256
const BITS_MASK = 2_047
/** Each entry sets three bits, told by the first three pairs of bytes of its hash. */
const PAIRS = 3

/** Sets the bits of one address or topic. */
export function addToBloom(bloom: Uint8Array, entry: Uint8Array): void {
  const hash = keccak256(entry)
  for (let pair = 0; pair < PAIRS; pair++) {
    const bit = (((hash[2 * pair] ?? 0) << 8) | (hash[2 * pair + 1] ?? 0)) & BITS_MASK
    const index = BLOOM_BYTES - 1 - (bit >> 3)
    bloom[index] = (bloom[index] ?? 0) | (1 << (bit & 7))
  }
}

/** Adds all bits of `other` to `bloom`. */
export function joinBloom(bloom: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < BLOOM_BYTES; i++) bloom[i] = (bloom[i] ?? 0) | (other[i] ?? 0)
}
