/**
 * Adds the noise of an attempt to the operands: A' = A + E_A, BT' = BT + E_B, all int8.
 * Spec: docs/spec/proof-of-compute.md, "Noise, encode, tile, ticket".
 */
import {
  type Choices,
  choiceTable,
  DOMAIN_CHOICE_A,
  DOMAIN_CHOICE_B,
  DOMAIN_NOISE_A,
  DOMAIN_NOISE_B,
  noiseRow,
} from './noise.ts'
import type { Shape } from './shape.ts'

export type Side = 'A' | 'B'

/** The noise of one operand but for its rows, which are made one at a time. */
export type Encoder = {
  readonly seed: Uint8Array
  readonly noiseDomain: number
  readonly choices: Choices
  readonly shape: Shape
}

export function createEncoder(shape: Shape, seed: Uint8Array, side: Side): Encoder {
  const choiceDomain = side === 'A' ? DOMAIN_CHOICE_A : DOMAIN_CHOICE_B
  const noiseDomain = side === 'A' ? DOMAIN_NOISE_A : DOMAIN_NOISE_B
  return { seed, noiseDomain, choices: choiceTable(seed, choiceDomain, shape.k, shape.r), shape }
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
  const { k, r } = encoder.shape
  const { plus, minus } = encoder.choices
  const noise = noiseRow(encoder.seed, encoder.noiseDomain, index, r)
  for (let l = 0; l < k; l++) {
    const added = noise[plus[l] ?? 0] ?? 0
    const subtracted = noise[minus[l] ?? 0] ?? 0
    out[offset + l] = (row[l] ?? 0) + added - subtracted
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
