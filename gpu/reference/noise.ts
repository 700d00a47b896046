/**
 * Noise of rank r for one operand: r small values for each row, and for each column of the inner
 * dimension two of the r positions, one added and one subtracted.
 * Spec: docs/spec/proof-of-compute.md, "Noise, encode, tile, ticket" (noiseRow, choice).
 */
import { compress, shortMessage, wordsOf } from './blake3.ts'

export type Choices = {
  /** p of every column: the position that is added. */
  readonly plus: Uint8Array
  /** q of every column: the position that is subtracted, never p. */
  readonly minus: Uint8Array
}

export const DOMAIN_NOISE_A = 1
export const DOMAIN_CHOICE_A = 2
export const DOMAIN_NOISE_B = 3
export const DOMAIN_CHOICE_B = 4

/** Choices of one output block: a word makes a choice. */
const CHOICES_PER_BLOCK = 16
const BLOCK_BYTES = 64

/** The r values in [-32, 31] of row `index`. */
export function noiseRow(seed: Uint8Array, domain: number, index: number, r: number): Int8Array {
  const key = wordsOf(seed)
  const message = shortMessage(domain, index)
  const block = new Int32Array(16)
  const bytes = new Uint8Array(block.buffer)
  const row = new Int8Array(r)
  for (let from = 0; from < r; from += BLOCK_BYTES) {
    compress(key, message, from / BLOCK_BYTES, block)
    const end = Math.min(BLOCK_BYTES, r - from)
    for (let j = 0; j < end; j++) row[from + j] = ((bytes[j] ?? 0) & 63) - 32
  }
  return row
}

/** The two positions of each of the k columns. */
export function choiceTable(seed: Uint8Array, domain: number, k: number, r: number): Choices {
  const key = wordsOf(seed)
  const message = shortMessage(domain, 0)
  const words = new Int32Array(CHOICES_PER_BLOCK)
  const plus = new Uint8Array(k)
  const minus = new Uint8Array(k)
  for (let l = 0; l < k; l++) {
    const slot = l % CHOICES_PER_BLOCK
    if (slot === 0) {
      message[1] = l / CHOICES_PER_BLOCK
      compress(key, message, 0, words)
    }
    const x = words[slot] ?? 0
    const p = x & (r - 1)
    // The 24-bit value times r - 1 <= 255 is below 2^32: Math.imul keeps all its bits.
    const distance = 1 + (Math.imul(x >>> 8, r - 1) >>> 24)
    plus[l] = p
    minus[l] = (p + distance) & (r - 1)
  }
  return { plus, minus }
}
