/**
 * Adds the noise of an attempt to the operands: A' = A + E_A, BT' = BT + E_B, all int8.
 * Spec: docs/spec/proof-of-compute.md, "Noise, encode, tile, ticket".
 */
import { shortMessage, wordsOf } from './blake3.ts'
import {
  type Choices,
  choiceTable,
  DOMAIN_CHOICE_A,
  DOMAIN_CHOICE_B,
  DOMAIN_NOISE_A,
  DOMAIN_NOISE_B,
  fillNoiseRow,
} from './noise.ts'
import type { Shape } from './shape.ts'

export type Side = 'A' | 'B'

/** The noise of one operand; its rows are made one at a time, in `noise`. */
export type Encoder = {
  readonly k: number
  readonly choices: Choices
  readonly key: Int32Array
  readonly message: Int32Array
  readonly noise: Int8Array
}

export function createEncoder(shape: Shape, seed: Uint8Array, side: Side): Encoder {
  const choiceDomain = side === 'A' ? DOMAIN_CHOICE_A : DOMAIN_CHOICE_B
  const noiseDomain = side === 'A' ? DOMAIN_NOISE_A : DOMAIN_NOISE_B
  return {
    k: shape.k,
    choices: choiceTable(seed, choiceDomain, shape.k, shape.r),
    key: wordsOf(seed),
    message: shortMessage(noiseDomain, 0),
    noise: new Int8Array(shape.r),
  }
}

/**
 * Writes row `index` of the encoded operand to `out` at `offset`. With `row` in [-64, 63] the
 * result is in [-127, 126], so an int8 holds it.
 */
export function encodeRow(
  encoder: Encoder,
  row: Int8Array,
  index: number,
  out: Int8Array,
  offset: number,
): void {
  const { k, key, message, noise, choices } = encoder
  message[1] = index
  fillNoiseRow(key, message, noise)
  for (let l = 0; l < k; l++) {
    const choice = choices[l] ?? 0
    out[offset + l] = (row[l] ?? 0) + (noise[choice & 255] ?? 0) - (noise[choice >>> 8] ?? 0)
  }
}

/** The whole encoded operand, row after row. */
export function encodeMatrix(
  shape: Shape,
  seed: Uint8Array,
  side: Side,
  matrix: Int8Array,
): Int8Array {
  const encoder = createEncoder(shape, seed, side)
  const out = new Int8Array(matrix.length)
  for (let offset = 0; offset < matrix.length; offset += shape.k) {
    const row = matrix.subarray(offset, offset + shape.k)
    encodeRow(encoder, row, offset / shape.k, out, offset)
  }
  return out
}
