/**
 * Work-skipping games with matrices of the cheat's own choosing: noise that is factored, folds that
 * cancel, products by zero. Spec: docs/spec/proof-of-compute.md, "Notation and constants", T1-T5.
 */
import { describe, expect, it } from 'vitest'
import { encodeMatrix } from '../../../gpu/reference/encode.ts'
import { prepareAttempt, searchTiles } from '../../../gpu/reference/search.ts'
import { SHAPES, type Shape, STATE_WORDS, TILE_ENTRIES } from '../../../gpu/reference/shape.ts'
import { candidateLimit, wins } from '../../../gpu/reference/ticket.ts'
import { tileState } from '../../../gpu/reference/tile.ts'
import { Random } from '../../support/random.ts'
import {
  centered,
  choiceMatrix,
  columnOf,
  encodeTile,
  factor,
  noiseOf,
  product,
  rowsOf,
  seedsOf,
  stateFrom,
  stripeNoise,
  stripeOf,
  variantOf,
  Work,
} from './counted-arithmetic.ts'
import { report } from './report.ts'

const { T0, S0, S2 } = SHAPES

/** Tile (0, 0) of zero matrices, once honestly and once by factoring the noise of each stripe. */
function playFactoring(shape: Shape, nonces: number): number {
  const work = new Work()
  for (let nonce = 0; nonce < nonces; nonce++) {
    const seeds = seedsOf(nonce)
    const zeros = rowsOf(shape)
    const { a, b } = encodeTile(shape, seeds, zeros, zeros)
    const noise = noiseOf(shape, seeds)
    const cheated = stateFrom(shape, (stripe) => {
      const g = stripeNoise(shape, noise, stripe)
      const { pivots, rows } = factor(g)
      // 8 x rank and rank x 8: a row of the product pays for them once, whatever its tiles.
      const left = noise.rowsA.map((row) =>
        pivots.map((pivot) => columnOf(g, pivot).reduce((sum, x, i) => sum + x * row[i]!, 0)),
      )
      const right = noise.rowsB.map((column) =>
        rows.map((row) => centered(row.reduce((sum, x, i) => sum + x * column[i]!, 0))),
      )
      return product(left, right, work).map(centered)
    })
    expect(cheated).toEqual(tileState(shape, a, 0, b, 0, 0, 0))
  }
  return work.macs / (nonces * shape.tileMacs)
}

/** Mean rank of the first stripe's noise over its honest cost, without playing the tile. */
function meanRank(shape: Shape, nonces: number): number {
  let ranks = 0
  for (let nonce = 0; nonce < nonces; nonce++) {
    ranks += factor(stripeNoise(shape, noiseOf(shape, seedsOf(nonce)), 0)).pivots.length
  }
  return ranks / nonces / shape.s
}

/**
 * A cheat that keeps A B of every stripe over nonces and adds what the new noise changes:
 * A'(noise of B) + (noise of A) B. Its sums are those of the reference.
 */
function playCache(shape: Shape, nonces: number): number {
  const random = new Random(4)
  const rows = () => rowsOf(shape, () => random.below(128) - 64)
  const [rowsA, rowsB] = [rows(), rows()]
  const plain = { a: joined(rowsA), b: joined(rowsB) }
  const cached = Array.from({ length: shape.stripes }, (_, stripe) =>
    product(stripeOf(shape, plain.a, stripe), stripeOf(shape, plain.b, stripe), { macs: 0 }),
  )
  const work = new Work()
  for (let nonce = 0; nonce < nonces; nonce++) {
    const seeds = seedsOf(nonce)
    const encoded = encodeTile(shape, seeds, rowsA, rowsB)
    const noise = noiseOf(shape, seeds)
    const cheated = stateFrom(shape, (stripe) => {
      const [from, to] = [stripe * shape.s, (stripe + 1) * shape.s]
      const ofA = factor(choiceMatrix(noise.choicesA, shape.r, from, to))
      const ofB = factor(choiceMatrix(noise.choicesB, shape.r, from, to))
      // Entries of the factors are 0, 1 and -1: what is made of them costs additions alone.
      const noiseA = stripeNoiseRows(noise.rowsA, noise.choicesA, ofA.pivots, from)
      const noiseB = stripeNoiseRows(noise.rowsB, noise.choicesB, ofB.pivots, from)
      const mixedB = mixed(stripeOf(shape, plain.b, stripe), ofA.rows)
      const mixedA = mixed(stripeOf(shape, encoded.a, stripe), ofB.rows)
      const first = product(noiseA, mixedB, work)
      const second = product(mixedA, noiseB, work)
      return first.map((sum, e) => cached[stripe]![e]! + sum + second[e]!)
    })
    expect(cheated).toEqual(tileState(shape, encoded.a, 0, encoded.b, 0, 0, 0))
  }
  return work.macs / (nonces * shape.tileMacs)
}

function joined(rows: readonly Int8Array[]): Int8Array {
  return Int8Array.from(rows.flatMap((row) => [...row]))
}

/** The noise at some columns: a difference of two of the r values each. */
function stripeNoiseRows(
  rows: readonly (readonly number[])[],
  choices: Uint16Array,
  columns: readonly number[],
  from: number,
): number[][] {
  return rows.map((row) =>
    columns.map((column) => {
      const choice = choices[from + column]!
      return row[choice & 255]! - row[choice >>> 8]!
    }),
  )
}

function mixed(
  rows: readonly (readonly number[])[],
  by: readonly (readonly number[])[],
): number[][] {
  for (const signs of by) expect(signs.every((sign) => Math.abs(sign) <= 1)).toBe(true)
  return rows.map((row) =>
    by.map((signs) => signs.reduce((sum, sign, i) => sum + sign * row[i]!, 0)),
  )
}

const constant = (entry: number) => () => entry
const STRUCTURED: readonly [string, (row: number, column: number) => number][] = [
  ['zero', constant(0)],
  ['constant', constant(63)],
  ['identity', (row, column) => (row === column ? 1 : 0)],
  ['permutation', (row, column) => (column === (row * 37 + 5) % T0.k ? 63 : 0)],
  ['rank one', (row, column) => ((row % 8) - 4) * ((column % 15) - 7)],
  ['circulant', (row, column) => ((column - row + T0.k) % 127) - 63],
  ['Hadamard', (row, column) => (bitsOf(row & column) % 2 === 0 ? 1 : -1)],
]

function bitsOf(value: number): number {
  let bits = 0
  for (let rest = value; rest > 0; rest >>= 1) bits += rest & 1
  return bits
}

function matrixOf({ m, k }: Shape, entry: (row: number, column: number) => number): Int8Array {
  return Int8Array.from({ length: m * k }, (_, i) => entry(Math.floor(i / k), i % k))
}

/** Share of the multiply-adds of a whole product whose factors are both not zero. */
function withoutZeros({ m, k }: Shape, a: Int8Array, b: Int8Array): number {
  let products = 0
  for (let l = 0; l < k; l++) {
    let [ofA, ofB] = [0, 0]
    for (let row = 0; row < m; row++) {
      if (a[row * k + l] !== 0) ofA += 1
      if (b[row * k + l] !== 0) ofB += 1
    }
    products += ofA * ofB
  }
  return products / (m * m * k)
}

describe('spec / games / easy matrices', () => {
  it.each([
    [T0, 40, 0.92],
    [S0, 2, 0.96],
  ])('W1: the tickets of zero matrices cost nearly all in $name', (shape, nonces, floor) => {
    const cost = playFactoring(shape, nonces)
    report('W1', `factored tickets of zero matrices, ${shape.name}, of F`, cost)
    expect(cost).toBeGreaterThan(floor)
    expect(cost).toBeLessThanOrEqual(1)
  })

  it.each([
    [T0, 100, 0.92],
    [S0, 100, 0.96],
    [S2, 20, 0.96],
  ])('W1: the noise of a stripe has nearly full rank in $name', (shape, nonces, floor) => {
    const rank = meanRank(shape, nonces)
    report('W1', `mean rank of a stripe's noise, ${shape.name}, of s`, rank)
    expect(rank).toBeGreaterThan(floor)
  })

  it('W1: with noise of rank s a fifth would be saved, with a quarter of s three quarters', () => {
    const equal = playFactoring(variantOf(S0, { s: 64, r: 64 }), 2)
    report('W1', 'the same with r = s, of F', equal)
    expect(equal).toBeGreaterThan(0.77)
    expect(equal).toBeLessThan(0.84)
    const quarter = playFactoring(variantOf(T0, { s: 64, r: 16 }), 10)
    report('W1', 'the same with s = 4r, of F', quarter)
    expect(quarter).toBeGreaterThan(0.2)
    expect(quarter).toBeLessThanOrEqual(0.25)
  })

  it('W2: were only the final sums folded, a tile would cost r / k', () => {
    // One stripe as long as the row: nothing is looked at before the end.
    const cost = playFactoring(variantOf(T0, { s: T0.k, r: T0.r }), 10)
    report('W2', 'only the final sums folded, r = 32, of F', cost)
    expect(cost).toBeLessThanOrEqual(T0.r / T0.k)
    const sixteen = playFactoring(variantOf(T0, { s: T0.k, r: 16 }), 10)
    report('W2', 'only the final sums folded, r = 16, of F', sixteen)
    expect(sixteen).toBeLessThanOrEqual(1 / 16)
  })

  it('W3: pairwise equal rows cost nothing under a fold by XOR, and all under ours', () => {
    const random = new Random(5)
    const { k } = T0
    const encoded = () => Int8Array.from({ length: 8 * k }, () => random.below(254) - 127)
    const [a, b] = [encoded(), encoded()]
    for (let u = 0; u < 8; u += 2) a.copyWithin((u + 1) * k, u * k, (u + 1) * k)
    const sums = (stripe: number) =>
      product(stripeOf(T0, a, stripe), stripeOf(T0, b, stripe), { macs: 0 })
    const byXor = stateFrom(T0, sums, (all) => all.reduce((folded, sum) => folded ^ sum, 0))
    // Known before the first multiplication.
    expect(byXor).toEqual(new Int32Array(STATE_WORDS))
    const ours = stateFrom(T0, sums)
    expect(ours).toEqual(tileState(T0, a, 0, b, 0, 0, 0))
    expect(ours).not.toContain(0)
    expect(new Set(ours).size).toBe(STATE_WORDS)
  })

  it('W4: products kept over nonces cost nearly twice what they save', () => {
    for (const [shape, nonces] of [
      [T0, 40],
      [S0, 1],
    ] as const) {
      const cost = playCache(shape, nonces)
      report('W4', `products kept over nonces, ${shape.name}, of F`, cost)
      expect(cost).toBeGreaterThan(1.9)
    }
  })

  it('W4: with noise of a quarter of s they would save a half', () => {
    const cost = playCache(variantOf(T0, { s: 64, r: 16 }), 10)
    report('W4', 'the same with s = 4r, of F', cost)
    expect(cost).toBeLessThan(0.5)
  })

  it.each(STRUCTURED)('W8: %s matrices win as often as any', (_, entry) => {
    const matrix = matrixOf(T0, entry)
    const operands = { a: matrix, bt: matrix }
    const difficulty = BigInt(T0.tileMacs) * 16n
    const limit = candidateLimit(difficulty, T0.tileMacs)
    let winners = 0
    for (let nonce = 0; nonce < 64; nonce++) {
      const attempt = prepareAttempt(T0, seedsOf(nonce), operands)
      const found = searchTiles(attempt, 0, T0.ticketCount, limit)
      winners += found.filter(({ ticket }) => wins(ticket, difficulty, T0.tileMacs)).length
    }
    // 4,096 tickets at 1/16: 256 wins, standard deviation 15.5.
    expect(Math.abs(winners - 256)).toBeLessThan(4 * 15.5)
  })

  it.each(STRUCTURED)('W8: %s matrices leave hardly a product by zero', (name, entry) => {
    const matrix = matrixOf(T0, entry)
    const seeds = seedsOf(8)
    const a = encodeMatrix(T0, seeds.seedA, 'A', matrix)
    const b = encodeMatrix(T0, seeds.seedB, 'B', matrix)
    const cost = withoutZeros(T0, a, b)
    report('W8', `products by zero left out, ${name} matrices, of F`, cost)
    expect(cost).toBeGreaterThan(0.95)
    // Without noise the same matrices are what they look like.
    expect(withoutZeros(T0, matrix, matrix)).not.toBe(cost)
  })

  it('the count of an honest tile is F', () => {
    const work = new Work()
    const seeds = seedsOf(1)
    const { a, b } = encodeTile(T0, seeds, rowsOf(T0), rowsOf(T0))
    const honest = stateFrom(T0, (t) => product(stripeOf(T0, a, t), stripeOf(T0, b, t), work))
    expect(honest).toEqual(tileState(T0, a, 0, b, 0, 0, 0))
    expect(work.macs).toBe(T0.tileMacs)
    expect(TILE_ENTRIES * T0.k).toBe(T0.tileMacs)
  })
})
