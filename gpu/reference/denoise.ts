/**
 * Takes the noise out of a product: C = C' - (A F_L) F_R - E_L (E_R B'), exactly, in integers. This
 * is how the provider of a job gets the client's A B from the product that was mined.
 * Spec: docs/spec/proof-of-compute.md, "Prover" (pass 4).
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
import type { Seeds } from './seeds.ts'
import type { Shape } from './shape.ts'

/** `noisy` is C' (m x n), `a` the operand A before noise, `encodedB` the operand BT' with noise. */
export function denoise(
  shape: Shape,
  seeds: Seeds,
  noisy: Int32Array,
  a: Int8Array,
  encodedB: Int8Array,
): Int32Array {
  const { m, n, k, r } = shape
  const choicesA = choiceTable(seeds.seedA, DOMAIN_CHOICE_A, k, r)
  const choicesB = choiceTable(seeds.seedB, DOMAIN_CHOICE_B, k, r)
  const noiseA = noiseRows(seeds.seedA, DOMAIN_NOISE_A, m, r)
  const noiseB = noiseRows(seeds.seedB, DOMAIN_NOISE_B, n, r)
  // B' = B + F, so A' B' = A B + A F + E B', where A F and E B' have rank r.
  const projectedA = projectRows(a, choicesB, m, k, r)
  const projectedB = projectRows(encodedB, choicesA, n, k, r)
  const clean = new Int32Array(m * n)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let noise = 0
      for (let p = 0; p < r; p++) {
        const fromB = Math.imul(projectedA[i * r + p] ?? 0, noiseB[j * r + p] ?? 0)
        const fromA = Math.imul(noiseA[i * r + p] ?? 0, projectedB[j * r + p] ?? 0)
        noise = (noise + fromB + fromA) | 0
      }
      clean[i * n + j] = (noisy[i * n + j] ?? 0) - noise
    }
  }
  return clean
}

/** Every row times the k x r choice matrix, whose row l is +1 at p and -1 at q. */
function projectRows(
  matrix: Int8Array,
  choices: Choices,
  rows: number,
  k: number,
  r: number,
): Int32Array {
  const out = new Int32Array(rows * r)
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < k; l++) {
      const value = matrix[i * k + l] ?? 0
      const choice = choices[l] ?? 0
      const plus = i * r + (choice & 255)
      const minus = i * r + (choice >>> 8)
      out[plus] = (out[plus] ?? 0) + value
      out[minus] = (out[minus] ?? 0) - value
    }
  }
  return out
}

function noiseRows(seed: Uint8Array, domain: number, rows: number, r: number): Int8Array {
  const out = new Int8Array(rows * r)
  for (let i = 0; i < rows; i++) out.set(noiseRow(seed, domain, i, r), i * r)
  return out
}
