/**
 * Noise of rank r for one operand: r small values for each row, and for each column of the inner
 * dimension two of the r positions, one added and one subtracted.
 * Spec: docs/spec/proof-of-compute.md, "Noise, encode, tile, ticket" (noiseRow, choice).
 */
import { compress, shortMessage, wordsOf } from './blake3.ts'

/**
 * For every column l the position that is added (low byte) and the one that is subtracted (high
 * byte), never the same: one load a column where two tables would take two.
 */
export type Choices = Uint16Array

export const DOMAIN_NOISE_A = 1
export const DOMAIN_CHOICE_A = 2
export const DOMAIN_NOISE_B = 3
export const DOMAIN_CHOICE_B = 4

/** Choices of one output block: a word makes a choice. */
const CHOICES_PER_BLOCK = 16
const BLOCK_BYTES = 64
/** The output block in hand: every call here begins and ends without giving way to another. */
const BLOCK = new Int32Array(16)
const BLOCK_AS_BYTES = new Uint8Array(BLOCK.buffer)

/** The r values in [-32, 31] of row `index`. */
export function noiseRow(seed: Uint8Array, domain: number, index: number, r: number): Int8Array {
  const row = new Int8Array(r)
  fillNoiseRow(wordsOf(seed), shortMessage(domain, index), row)
  return row
}

/** The same with the seed as words and the message made by the caller, for row after row. */
export function fillNoiseRow(key: Int32Array, message: Int32Array, row: Int8Array): void {
  for (let from = 0; from < row.length; from += BLOCK_BYTES) {
    compress(key, message, from / BLOCK_BYTES, BLOCK)
    const end = Math.min(BLOCK_BYTES, row.length - from)
    for (let j = 0; j < end; j++) row[from + j] = ((BLOCK_AS_BYTES[j] ?? 0) & 63) - 32
  }
}

/** The two positions of each of the k columns. */
export function choiceTable(seed: Uint8Array, domain: number, k: number, r: number): Choices {
  const key = wordsOf(seed)
  const message = shortMessage(domain, 0)
  const choices = new Uint16Array(k)
  for (let from = 0; from < k; from += CHOICES_PER_BLOCK) {
    message[1] = from / CHOICES_PER_BLOCK
    compress(key, message, 0, BLOCK)
    for (let slot = 0; slot < CHOICES_PER_BLOCK; slot++) {
      const x = BLOCK[slot] ?? 0
      const p = x & (r - 1)
      // The 24-bit value times r - 1 <= 255 is below 2^32: Math.imul keeps all its bits.
      const distance = 1 + (Math.imul(x >>> 8, r - 1) >>> 24)
      const q = (p + distance) & (r - 1)
      choices[from + slot] = p | (q << 8)
    }
  }
  return choices
}
