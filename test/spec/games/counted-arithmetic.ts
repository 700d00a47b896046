/**
 * A cheat's own way to the sums of a tile, with every multiply-add counted. Nothing is timed: a
 * game compares counts, and the tickets that come out with those of the reference.
 *
 * Counts favour the cheat: a multiply-add modulo a prime, or of wide integers, costs as much as one
 * of bytes, and what a whole product shares among its tiles is counted apart.
 */
import { createEncoder, encodeRow } from '../../../gpu/reference/encode.ts'
import {
  type Choices,
  choiceTable,
  DOMAIN_CHOICE_A,
  DOMAIN_CHOICE_B,
  DOMAIN_NOISE_A,
  DOMAIN_NOISE_B,
  noiseRow,
} from '../../../gpu/reference/noise.ts'
import { deriveKappa, deriveSeeds, nonceBytes, type Seeds } from '../../../gpu/reference/seeds.ts'
import { type Shape, STATE_WORDS, TILE_ENTRIES, TILE_SIDE } from '../../../gpu/reference/shape.ts'

/** Above twice every sum of a stripe that the games make: sums are told from their residues. */
const PRIME = 1_048_573
const FOLD_FACTOR = 0x9e3779b1

export type Matrix = readonly (readonly number[])[]

/** What was spent. `macs` grows with every tile; `shared` is spent once a product. */
export class Work {
  macs = 0
  shared = 0
  additions = 0
}

const HASH = new Uint8Array(32).fill(11)
export const seedsOf = (nonce: number): Seeds =>
  deriveSeeds(deriveKappa(HASH, HASH, nonceBytes(BigInt(nonce))))

/** A shape of the same family that no network has, to show what its numbers are for. */
export function variantOf(shape: Shape, { s, r }: Pick<Shape, 's' | 'r'>): Shape {
  return { ...shape, s, r, stripes: shape.k / s }
}

/** Rows of zeros, or of what `entry` says: eight rows of an operand of tile 0. */
export function rowsOf(
  { k }: Shape,
  entry: (row: number, column: number) => number = () => 0,
): Int8Array[] {
  return Array.from({ length: TILE_SIDE }, (_, row) =>
    Int8Array.from({ length: k }, (_, column) => entry(row, column)),
  )
}

/** Eight rows of each operand, encoded, one row after another. */
export type EncodedTile = { readonly a: Int8Array; readonly b: Int8Array }

export function encodeTile(
  shape: Shape,
  seeds: Seeds,
  rowsA: readonly Int8Array[],
  rowsB: readonly Int8Array[],
): EncodedTile {
  const encode = (side: 'A' | 'B', rows: readonly Int8Array[]) => {
    const encoder = createEncoder(shape, side === 'A' ? seeds.seedA : seeds.seedB, side)
    const out = new Int8Array(TILE_SIDE * shape.k)
    for (const [i, row] of rows.entries()) encodeRow(encoder, row, i, out, i * shape.k)
    return out
  }
  return { a: encode('A', rowsA), b: encode('B', rowsB) }
}

/** The state of tile (0, 0) from what each stripe adds to its 64 sums. */
export function stateFrom(
  { stripes }: Shape,
  stripeSums: (stripe: number) => ArrayLike<number>,
  foldOf: (sums: Int32Array) => number = fold,
): Int32Array {
  const sums = new Int32Array(TILE_ENTRIES)
  const state = new Int32Array(STATE_WORDS)
  for (let t = 0; t < stripes; t++) {
    const added = stripeSums(t)
    for (let e = 0; e < TILE_ENTRIES; e++) sums[e]! += added[e]!
    const word = state[t % STATE_WORDS]!
    state[t % STATE_WORDS] = ((word << 13) | (word >>> 19)) ^ foldOf(sums)
  }
  return state
}

export function fold(sums: Int32Array): number {
  let folded = 0
  for (const sum of sums) folded = Math.imul(folded ^ sum, FOLD_FACTOR)
  return folded
}

/** Row by column of two tables of numbers, counted; `b` is given by columns. */
export function product(a: Matrix, columns: Matrix, work: { macs: number }): number[] {
  return a.flatMap((row) =>
    columns.map((column) => {
      let sum = 0
      for (let i = 0; i < row.length; i++) {
        sum += row[i]! * column[i]!
        work.macs += 1
      }
      return sum
    }),
  )
}

/** Columns `stripe * s` and following of eight encoded or plain rows. */
export function stripeOf({ k, s }: Shape, rows: Int8Array, stripe: number): number[][] {
  const from = stripe * s
  return Array.from({ length: TILE_SIDE }, (_, u) => [
    ...rows.subarray(u * k + from, u * k + from + s),
  ])
}

/** The r x s matrix of a stripe's choices: in each column one +1 and one -1. */
export function choiceMatrix(choices: Choices, r: number, from: number, to: number): number[][] {
  const matrix = Array.from({ length: r }, () => Array.from({ length: to - from }, () => 0))
  for (let l = from; l < to; l++) {
    matrix[choices[l]! & 255]![l - from]! += 1
    matrix[choices[l]! >>> 8]![l - from]! -= 1
  }
  return matrix
}

export type Noise = {
  readonly choicesA: Choices
  readonly choicesB: Choices
  /** Eight rows of r values. */
  readonly rowsA: Matrix
  readonly rowsB: Matrix
}

export function noiseOf({ k, r }: Shape, { seedA, seedB }: Seeds): Noise {
  const rows = (seed: Uint8Array, domain: number) =>
    Array.from({ length: TILE_SIDE }, (_, i) => [...noiseRow(seed, domain, i, r)])
  return {
    choicesA: choiceTable(seedA, DOMAIN_CHOICE_A, k, r),
    choicesB: choiceTable(seedB, DOMAIN_CHOICE_B, k, r),
    rowsA: rows(seedA, DOMAIN_NOISE_A),
    rowsB: rows(seedB, DOMAIN_NOISE_B),
  }
}

/** G of a stripe: with A = B = 0 the stripe adds E_A G E_B^T. */
export function stripeNoise({ s, r }: Shape, noise: Noise, stripe: number): number[][] {
  const [from, to] = [stripe * s, (stripe + 1) * s]
  const g = Array.from({ length: r }, () => Array.from({ length: r }, () => 0))
  for (let l = from; l < to; l++) {
    const [a, b] = [noise.choicesA[l]!, noise.choicesB[l]!]
    const [plus, minus] = [g[a & 255]!, g[a >>> 8]!]
    plus[b & 255]! += 1
    plus[b >>> 8]! -= 1
    minus[b & 255]! -= 1
    minus[b >>> 8]! += 1
  }
  return g
}

/** matrix = (its columns `pivots`) x `rows`, modulo {@link PRIME}. As many rows as its rank. */
export type Factors = { readonly pivots: readonly number[]; readonly rows: Matrix }

export function factor(matrix: Matrix): Factors {
  const rows = matrix.map((row) => row.map((entry) => (entry + PRIME) % PRIME))
  const pivots: number[] = []
  const width = rows[0]?.length ?? 0
  for (let column = 0; column < width && pivots.length < rows.length; column++) {
    const rank = pivots.length
    const found = rows.findIndex((row, i) => i >= rank && row[column] !== 0)
    if (found < 0) continue
    ;[rows[rank], rows[found]] = [rows[found]!, rows[rank]!]
    pivots.push(column)
    eliminate(rows, rank, column)
  }
  return { pivots, rows: rows.slice(0, pivots.length).map((row) => row.map(centered)) }
}

function eliminate(rows: number[][], rank: number, column: number): void {
  const pivot = rows[rank]!
  const inverse = invert(pivot[column]!)
  for (let i = column; i < pivot.length; i++) pivot[i] = (pivot[i]! * inverse) % PRIME
  for (const [index, row] of rows.entries()) {
    const factorOf = PRIME - row[column]!
    if (index === rank || factorOf === PRIME) continue
    for (let i = column; i < row.length; i++) {
      if (pivot[i] !== 0) row[i] = (row[i]! + factorOf * pivot[i]!) % PRIME
    }
  }
}

function invert(value: number): number {
  let [result, base] = [1, value]
  for (let exponent = PRIME - 2; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) result = (result * base) % PRIME
    base = (base * base) % PRIME
  }
  return result
}

/** The residue of the smallest magnitude. */
export function centered(value: number): number {
  const rest = ((value % PRIME) + PRIME) % PRIME
  return rest > PRIME / 2 ? rest - PRIME : rest
}

export const columnOf = (matrix: Matrix, column: number): number[] =>
  matrix.map((row) => row[column]!)
