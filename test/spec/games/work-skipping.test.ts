/**
 * Work-skipping games with any matrices: one product for many nonces, parts of a tile left out, one
 * tile a nonce, faster exact products. Spec: docs/spec/proof-of-compute.md, T1-T6.
 */
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../../gpu/reference/blake3.ts'
import type { Seeds } from '../../../gpu/reference/seeds.ts'
import { SHAPES, type Shape, TILE_ENTRIES, TILE_SIDE } from '../../../gpu/reference/shape.ts'
import { ticketOf } from '../../../gpu/reference/ticket.ts'
import { tileState } from '../../../gpu/reference/tile.ts'
import { Random } from '../../support/random.ts'
import {
  encodeTile,
  fold,
  type Matrix,
  product,
  rowsOf,
  seedsOf,
  stateFrom,
  stripeOf,
  Work,
} from './counted-arithmetic.ts'
import { report } from './report.ts'

const { T0, S0, S2 } = SHAPES
/** Scalar operations of one B3 compression: 7 rounds of 8 quarters of 14. */
const COMPRESSION_OPERATIONS = 800

function randomRows(shape: Shape, seed: number): Int8Array[] {
  const random = new Random(seed)
  return rowsOf(shape, () => random.below(128) - 64)
}

/**
 * The ticket of every nonce from the state of the first one's tile. Counted are the multiply-adds
 * of a cheat that does a tile again only where the kept state gives a wrong ticket.
 */
function playKeptState(nonces: number, seedsFor: (nonce: number) => Seeds): number {
  const [rowsA, rowsB] = [randomRows(T0, 1), randomRows(T0, 2)]
  const stateAt = (nonce: number) => {
    const { a, b } = encodeTile(T0, seedsFor(nonce), rowsA, rowsB)
    return tileState(T0, a, 0, b, 0, 0, 0)
  }
  const kept = stateAt(0)
  let tiles = 1
  for (let nonce = 1; nonce < nonces; nonce++) {
    const key = wordsOf(seedsFor(nonce).ticketKey)
    const honest = ticketOf(key, stateAt(nonce))
    if (Buffer.compare(ticketOf(key, kept), honest) !== 0) tiles += 1
  }
  return tiles / nonces
}

/** What each stripe adds to each of the 64 sums of a random tile, and the products in it. */
function contributions(seed: number) {
  const rows = (side: number) => randomRows(T0, 1_000 * side + seed)
  const { a, b } = encodeTile(T0, seedsOf(seed), rows(1), rows(2))
  const stripes = Array.from({ length: T0.stripes }, (_, t) =>
    product(stripeOf(T0, a, t), stripeOf(T0, b, t), { macs: 0 }),
  )
  const productAt = (entry: number, l: number) =>
    a[(entry >> 3) * T0.k + l]! * b[(entry & 7) * T0.k + l]!
  return { stripes, productAt }
}

type Skipped = (random: Random, made: ReturnType<typeof contributions>) => readonly number[][]

/** Leaves out products that are not zero, of one entry in one stripe. */
const leaveOut =
  (count: number): Skipped =>
  (random, { stripes, productAt }) => {
    for (;;) {
      const [t, entry] = [random.below(T0.stripes), random.below(TILE_ENTRIES)]
      let missing = 0
      for (let i = 0; i < count; i++) missing += productAt(entry, t * T0.s + random.below(T0.s))
      if (missing === 0) continue
      return stripes.map((sums, i) =>
        i === t ? sums.with(entry, sums[entry]! - missing) : [...sums],
      )
    }
  }

const SHORTCUTS: readonly [string, Skipped][] = [
  ['one multiply-add left out', leaveOut(1)],
  ['a quarter of an entry left out', leaveOut(T0.s / 4)],
  [
    'a stripe left out',
    (random, { stripes }) => {
      const out = random.below(T0.stripes)
      return stripes.map((sums, t) => sums.map((sum) => (t === out ? 0 : sum)))
    },
  ],
  [
    'sums of 12 bits',
    (_, { stripes }) => stripes.map((sums) => sums.map((sum) => (sum << 20) >> 20)),
  ],
  [
    'sums without their last bit',
    (_, { stripes }) => stripes.map((sums) => sums.map((sum) => sum & ~1)),
  ],
]

/** How many of the trials give the state that a verifier finds. */
function playShortcut(
  skipped: Skipped,
  trials: number,
  foldOf: (sums: Int32Array) => number = fold,
): number {
  const random = new Random(6)
  let valid = 0
  let made = contributions(0)
  let honest = stateFrom(T0, (t) => made.stripes[t]!, foldOf)
  for (let trial = 0; trial < trials; trial++) {
    if (trial % 500 === 0) {
      made = contributions(trial)
      honest = stateFrom(T0, (t) => made.stripes[t]!, foldOf)
    }
    const cheated = skipped(random, made)
    const state = stateFrom(T0, (t) => cheated[t]!, foldOf)
    if (state.every((word, i) => word === honest[i])) valid += 1
  }
  return valid
}

/** Scalar operations a ticket costs: multiply-adds, hashes, encoding; by how many tiles a nonce. */
function operationsPerTicket({ k, r, tileMacs }: Shape, tilesA: number, tilesB: number): number {
  const rows = TILE_SIDE * (tilesA + tilesB)
  const noise = rows * Math.ceil(r / 64) + (2 * k) / 16
  const encoding = 2 * rows * k
  const tiles = tilesA * tilesB
  const once = noise * COMPRESSION_OPERATIONS + encoding
  return tileMacs + COMPRESSION_OPERATIONS + once / tiles
}

/** Rows of A by rows of BT, `levels` deep by Strassen's seven products. */
function strassen(a: Matrix, b: Matrix, levels: number, work: Work): number[][] {
  if (levels === 0) {
    const width = b.length
    const flat = product(a, b, work)
    return a.map((_, i) => flat.slice(i * width, (i + 1) * width))
  }
  const [a11, a12, a21, a22] = quarters(a)
  // BT holds columns of B as rows: its quarters are those of B with the two others exchanged.
  const [b11, b21, b12, b22] = quarters(b)
  const add = (x: Matrix, y: Matrix, sign = 1) => combine(x, y, sign, work)
  const times = (x: Matrix, y: Matrix) => strassen(x, y, levels - 1, work)
  const m1 = times(add(a11, a22), add(b11, b22))
  const m2 = times(add(a21, a22), b11)
  const m3 = times(a11, add(b12, b22, -1))
  const m4 = times(a22, add(b21, b11, -1))
  const m5 = times(add(a11, a12), b22)
  const m6 = times(add(a21, a11, -1), add(b11, b12))
  const m7 = times(add(a12, a22, -1), add(b21, b22))
  const c11 = add(add(m1, m4), add(m7, m5, -1))
  const c22 = add(add(m1, m2, -1), add(m3, m6))
  const [c12, c21] = [add(m3, m5), add(m2, m4)]
  const top = c11.map((row, i) => [...row, ...c12[i]!])
  const low = c21.map((row, i) => [...row, ...c22[i]!])
  return [...top, ...low]
}

/** The same count by arithmetic, for products too large to play. */
function strassenOperations(m: number, n: number, s: number, levels: number): number {
  if (levels === 0) return m * n * s
  const additions = (5 * m * s + 5 * n * s + 8 * m * n) / 4
  return 7 * strassenOperations(m / 2, n / 2, s / 2, levels - 1) + additions
}

function quarters(matrix: Matrix): [Matrix, Matrix, Matrix, Matrix] {
  const [rows, columns] = [matrix.length / 2, matrix[0]!.length / 2]
  const part = (fromRow: number, fromColumn: number) =>
    matrix.slice(fromRow, fromRow + rows).map((row) => row.slice(fromColumn, fromColumn + columns))
  return [part(0, 0), part(0, columns), part(rows, 0), part(rows, columns)]
}

function combine(x: Matrix, y: Matrix, sign: number, work: Work): number[][] {
  work.additions += x.length * x[0]!.length
  return x.map((row, i) => row.map((value, j) => value + sign * y[i]![j]!))
}

describe('spec / games / work skipping', () => {
  it('W5: the state of one nonce is worth nothing at another', () => {
    expect(playKeptState(500, seedsOf)).toBe(1)
  })

  it('W5: were the noise not bound to the nonce, one product would serve all of them', () => {
    const noise = seedsOf(0)
    const cost = playKeptState(500, (nonce) => ({ ...noise, ticketKey: seedsOf(nonce).ticketKey }))
    report('W5', 'noise that ignores the nonce, 500 nonces, of F', cost)
    expect(cost).toBe(1 / 500)
  })

  it.each(SHORTCUTS)('W6: %s is never the ticket, in 20,000 trials', (_, skipped) => {
    expect(playShortcut(skipped, 20_000)).toBe(0)
  })

  it('W6: a verifier that folded half of the sums would pass half of the cheats', () => {
    const sampled = (sums: Int32Array) => fold(sums.subarray(0, TILE_ENTRIES / 2))
    const valid = playShortcut(leaveOut(1), 2_000, sampled)
    report('W6', 'multiply-adds left out that a sampling fold does not see, of 2,000', valid)
    // Standard deviation 22.
    expect(Math.abs(valid - 1_000)).toBeLessThan(4 * 22.4)
  })

  it.each([T0, S0])(
    'W7: one tile a nonce costs three times a tile of a product in $name',
    (shape) => {
      const whole = operationsPerTicket(shape, shape.m / TILE_SIDE, shape.n / TILE_SIDE)
      const alone = operationsPerTicket(shape, 1, 1)
      report('W7', `one tile a nonce, ${shape.name}, of a tile in a product`, alone / whole)
      report('W7', `hashing and encoding, ${shape.name}, of the work`, 1 - shape.tileMacs / whole)
      expect(alone / whole).toBeGreaterThan(3)
      // With noise for nothing there would be no difference, and still no gain.
      expect(shape.tileMacs).toBeLessThan(whole)
    },
  )

  it('W9: one level of Strassen within a tile is legal and saves an eighth of its products', () => {
    const { a, b } = encodeTile(T0, seedsOf(9), randomRows(T0, 1), randomRows(T0, 2))
    const work = new Work()
    const fast = stateFrom(T0, (t) =>
      strassen(stripeOf(T0, a, t), stripeOf(T0, b, t), 1, work).flat(),
    )
    expect(fast).toEqual(tileState(T0, a, 0, b, 0, 0, 0))
    const cost = work.macs / T0.tileMacs
    report('W9', 'Strassen within a tile, products, of F', cost)
    report('W9', 'the same with additions', (work.macs + work.additions) / T0.tileMacs)
    expect(cost).toBe(7 / 8)
    expect(work.macs + work.additions).toBeGreaterThan(T0.tileMacs)
  })

  it.each([1, 2, 3])(
    'W9: over a whole stripe of S0, %d levels save an eighth at most',
    (levels) => {
      const random = new Random(levels)
      const side = (rows: number) =>
        Array.from({ length: rows }, () =>
          Array.from({ length: S0.s }, () => random.below(254) - 127),
        )
      const [a, b] = [side(S0.m), side(S0.n)]
      const work = new Work()
      const fast = strassen(a, b, levels, work)
      expect(fast[5]![7]).toBe(a[5]!.reduce((sum, x, l) => sum + x * b[7]![l]!, 0))
      const macs = S0.m * S0.n * S0.s
      const spent = work.macs + work.additions
      report('W9', `Strassen over a stripe of S0, levels ${levels}, with additions`, spent / macs)
      expect(work.macs / macs).toBeCloseTo((7 / 8) ** levels)
      expect(spent).toBe(strassenOperations(S0.m, S0.n, S0.s, levels))
      expect(spent / macs).toBeGreaterThan(0.87)
    },
  )

  it('W9: over a whole stripe of S2 the best depth saves a quarter on paper', () => {
    const macs = S2.m * S2.n * S2.s
    const costs = [1, 2, 3, 4, 5].map(
      (levels) => strassenOperations(S2.m, S2.n, S2.s, levels) / macs,
    )
    report(
      'W9',
      'Strassen over a stripe of S2, levels 1 to 5',
      costs.map((c) => c.toFixed(3)).join(' '),
    )
    expect(Math.min(...costs)).toBeGreaterThan(0.74)
    expect(Math.min(...costs)).toBeLessThan(0.8)
  })
})
