/**
 * Work-skipping games: what a cheat could save by choosing matrices or by leaving work out. Costs
 * are counted in multiply-adds per credited multiply-add, never timed.
 */
import { describe, expect, it } from 'vitest'
import { encodeMatrix, type Side } from '../../gpu/reference/encode.ts'
import {
  choiceTable,
  DOMAIN_CHOICE_A,
  DOMAIN_CHOICE_B,
  DOMAIN_NOISE_A,
  DOMAIN_NOISE_B,
  noiseRow,
} from '../../gpu/reference/noise.ts'
import { prepareAttempt, searchTiles } from '../../gpu/reference/search.ts'
import { deriveKappa, deriveSeeds, nonceBytes, type Seeds } from '../../gpu/reference/seeds.ts'
import { SHAPES, type Shape } from '../../gpu/reference/shape.ts'
import { candidateLimit, ticketOf, wins } from '../../gpu/reference/ticket.ts'
import { tileState } from '../../gpu/reference/tile.ts'
import { Random } from '../support/random.ts'

const { T0, S0, S2 } = SHAPES
const HASH = new Uint8Array(32).fill(11)
const seedsOf = (nonce: number): Seeds =>
  deriveSeeds(deriveKappa(HASH, HASH, nonceBytes(BigInt(nonce))))

/** A prime above every entry; over the integers the rank is the same but with odds of 1 in it. */
const PRIME = 8_191

/**
 * G of one stripe: with A = B = 0 the stripe's sums are E_A G E_B^T, so the rank of this r x r
 * matrix is what a stripe costs a cheat who factors it, where an honest one pays s.
 */
function stripeNoise(seeds: Seeds, k: number, s: number, r: number, stripe: number): number[][] {
  const a = choiceTable(seeds.seedA, DOMAIN_CHOICE_A, k, r)
  const b = choiceTable(seeds.seedB, DOMAIN_CHOICE_B, k, r)
  const g = Array.from({ length: r }, () => Array.from({ length: r }, () => 0))
  for (let l = stripe * s; l < (stripe + 1) * s; l++) {
    const [plusA, minusA] = [g[a[l]! & 255]!, g[a[l]! >>> 8]!]
    const [plusB, minusB] = [b[l]! & 255, b[l]! >>> 8]
    plusA[plusB]! += 1
    plusA[minusB]! -= 1
    minusA[plusB]! -= 1
    minusA[minusB]! += 1
  }
  return g
}

/** Rank modulo {@link PRIME}, by elimination. */
function rankOf(matrix: readonly (readonly number[])[]): number {
  const rows = matrix.map((row) => row.map((entry) => (entry + PRIME) % PRIME))
  let rank = 0
  for (let column = 0; column < rows.length; column++) {
    const found = rows.findIndex((row, i) => i >= rank && row[column] !== 0)
    if (found < 0) continue
    ;[rows[rank], rows[found]] = [rows[found]!, rows[rank]!]
    const pivot = rows[rank]!
    const inverse = invert(pivot[column]!)
    for (const row of rows.slice(rank + 1)) {
      const factor = (row[column]! * inverse) % PRIME
      if (factor === 0) continue
      for (let i = column; i < row.length; i++) {
        row[i] = (row[i]! + (PRIME - factor) * pivot[i]!) % PRIME
      }
    }
    rank += 1
  }
  return rank
}

function invert(value: number): number {
  let [result, base] = [1, value]
  for (let exponent = PRIME - 2; exponent > 0; exponent >>= 1) {
    if (exponent % 2 === 1) result = (result * base) % PRIME
    base = (base * base) % PRIME
  }
  return result
}

/** Mean cost of a stripe to who factors the noise of zero matrices; 1 is honest. */
function factoringCost(s: number, r: number, seeds: number): number {
  let ranks = 0
  for (let nonce = 0; nonce < seeds; nonce++) {
    ranks += rankOf(stripeNoise(seedsOf(nonce), s, s, r, 0))
  }
  return ranks / seeds / s
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

/** Tickets of eight encoded rows of each side, as they are. */
function ticketOfRows(seeds: Seeds, a: Int8Array, b: Int8Array): string {
  const key = new Int32Array(seeds.ticketKey.slice().buffer)
  return Buffer.from(ticketOf(key, tileState(T0, a, 0, b, 0, 0, 0))).toString('hex')
}

describe('spec / proof games / work', () => {
  it('W1: the stripes of zero matrices are the noise product that a cheat would factor', () => {
    const { k, s, r, m } = T0
    const seeds = seedsOf(1)
    const zero = new Int8Array(m * k)
    const encoded = (side: Side) =>
      encodeMatrix(T0, side === 'A' ? seeds.seedA : seeds.seedB, side, zero)
    const [a, b] = [encoded('A'), encoded('B')]
    for (const [stripe, i, j] of [
      [0, 0, 0],
      [7, 3, 60],
      [15, 63, 1],
    ] as const) {
      let honest = 0
      for (let l = stripe * s; l < (stripe + 1) * s; l++) honest += a[i * k + l]! * b[j * k + l]!
      const g = stripeNoise(seeds, k, s, r, stripe)
      const noiseA = noiseRow(seeds.seedA, DOMAIN_NOISE_A, i, r)
      const noiseB = noiseRow(seeds.seedB, DOMAIN_NOISE_B, j, r)
      let factored = 0
      g.forEach((row, p) => {
        row.forEach((entry, q) => {
          factored += noiseA[p]! * entry * noiseB[q]!
        })
      })
      expect(factored).toBe(honest)
    }
  })

  it.each([
    [T0, 100, 0.92],
    [S0, 100, 0.96],
    [S2, 20, 0.96],
  ])('W1: factoring the noise of zero matrices saves next to nothing in $name', (...row) => {
    const [{ s, r }, seeds, floor] = row
    const cost = factoringCost(s, r, seeds)
    expect(cost).toBeGreaterThan(floor)
    expect(cost).toBeLessThanOrEqual(1)
  })

  it('W1, W2: noise of rank s would save a fifth, noise of less than s nearly all', () => {
    const equal = factoringCost(64, 64, 50)
    expect(equal).toBeGreaterThan(0.77)
    expect(equal).toBeLessThan(0.84)
    expect(factoringCost(128, 32, 20)).toBeLessThanOrEqual(0.25)
  })

  it('W3: pairwise equal rows fold to zero by XOR, and to 16 different words by ours', () => {
    const random = new Random(5)
    const { k } = T0
    const b = Int8Array.from({ length: 8 * k }, () => random.below(254) - 127)
    const a = Int8Array.from({ length: 8 * k }, () => random.below(254) - 127)
    for (let u = 0; u < 8; u += 2) a.copyWithin((u + 1) * k, u * k, (u + 1) * k)
    const sums = Array.from({ length: 64 }, (_, e) => {
      let sum = 0
      for (let l = 0; l < k; l++) sum += a[(e >> 3) * k + l]! * b[(e & 7) * k + l]!
      return sum
    })
    expect(sums.reduce((fold, sum) => fold ^ sum, 0)).toBe(0)
    const state = tileState(T0, a, 0, b, 0, 0, 0)
    expect(state).not.toContain(0)
    expect(new Set(state).size).toBe(16)
  })

  it('W5: another nonce is other noise in every row and every column', () => {
    const [one, two] = [seedsOf(1), seedsOf(2)]
    for (let i = 0; i < T0.m; i++) {
      const rows = [one, two].map(({ seedA }) => noiseRow(seedA, DOMAIN_NOISE_A, i, T0.r))
      expect(rows[0]).not.toEqual(rows[1])
    }
    const choices = [one, two].map(({ seedA }) => choiceTable(seedA, DOMAIN_CHOICE_A, T0.k, T0.r))
    const equal = choices[0]!.filter((choice, l) => choice === choices[1]![l]).length
    // By chance a column is the same once in 32 * 31.
    expect(equal).toBeLessThan(5)
  })

  it('W6: a tile with any part of the work left out has another ticket', () => {
    const random = new Random(6)
    const rows = () => Int8Array.from({ length: 8 * T0.k }, () => random.below(254) - 127)
    for (let trial = 0; trial < 500; trial++) {
      const seeds = seedsOf(trial)
      const [a, b] = [rows(), rows()]
      const honest = ticketOfRows(seeds, a, b)
      const lastStripe = a.slice().fill(0, T0.k - T0.s, T0.k)
      const oneEntry = a.with(random.below(a.length), 127)
      const sixBits = a.map((entry) => entry & ~1)
      for (const lazy of [lastStripe, oneEntry, sixBits]) {
        expect(ticketOfRows(seeds, lazy, b)).not.toBe(honest)
      }
    }
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
})
