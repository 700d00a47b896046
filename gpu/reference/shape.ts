/**
 * The four shapes of the product that is mined, and the numbers that follow from them.
 * Spec: docs/spec/proof-of-compute.md, "Notation and constants".
 */
import { assert } from '../errors.ts'

export type ShapeName = 'T0' | 'S0' | 'S1' | 'S2'

export type Shape = {
  readonly name: ShapeName
  /** The number of the shape in headers and proofs (u8). */
  readonly id: number
  /** Rows of A. */
  readonly m: number
  /** Rows of BT, which are the columns of B. */
  readonly n: number
  /** Inner dimension: the length of every row. */
  readonly k: number
  /** Stripe: after every `s` multiply-adds of each entry the accumulators are folded. */
  readonly s: number
  /** Rank of the noise, 2s. */
  readonly r: number
  /** L = k / s. */
  readonly stripes: number
  /** F: multiply-adds behind one ticket. */
  readonly tileMacs: number
  /** Tickets of one product, which are its 8x8 tiles. */
  readonly ticketCount: number
  /** Multiply-adds of one product. */
  readonly productMacs: number
  /** MIN_D of a network with this shape. */
  readonly minDifficulty: bigint
  /** Exact proof length by kind: 0 (synthetic operands), 1 (opened operands). */
  readonly proofBytes: readonly [number, number]
}

/** Rows and columns of a tile: one GPU thread computes one tile, which is one ticket. */
export const TILE_SIDE = 8
/** Entries of a tile. */
export const TILE_ENTRIES = 64
/** Words of a tile's folded state, the message of its ticket. */
export const STATE_WORDS = 16
/** Smallest and largest operand entry: 7 signed bits leave room for the noise in an int8. */
export const OPERAND_MIN = -64
export const OPERAND_MAX = 63
/** Largest magnitude of an encoded entry: |operand| + 32 + 31. */
export const ENCODED_MAX = 127

export const SHAPES: Readonly<Record<ShapeName, Shape>> = {
  T0: defineShape({ name: 'T0', id: 0, m: 64, k: 256, s: 16, minDifficultyTiles: 64n }),
  S0: defineShape({ name: 'S0', id: 1, m: 256, k: 1024, s: 64, minDifficultyTiles: 4096n }),
  S1: defineShape({ name: 'S1', id: 2, m: 1024, k: 2048, s: 64, minDifficultyTiles: 4096n }),
  S2: defineShape({ name: 'S2', id: 3, m: 4096, k: 4096, s: 128, minDifficultyTiles: 4096n }),
}

const BY_ID: readonly Shape[] = Object.values(SHAPES)

export function shapeById(id: number): Shape | undefined {
  return BY_ID.find((shape) => shape.id === id)
}

type ShapeNumbers = Pick<Shape, 'name' | 'id' | 'm' | 'k' | 's'> & {
  readonly minDifficultyTiles: bigint
}

function defineShape({ name, id, m, k, s, minDifficultyTiles }: ShapeNumbers): Shape {
  const n = m
  const r = 2 * s
  const tileMacs = TILE_ENTRIES * k
  assert([m, n, k, r].every(isPowerOfTwo), `${name}: dimensions and rank are powers of two`)
  assert(r >= 32 && r <= 256, `${name}: choice() is defined for ranks of 32 to 256`)
  assert(k % s === 0 && k / s >= STATE_WORDS, `${name}: every state word is folded at least once`)
  assert(k * ENCODED_MAX ** 2 < 2 ** 31, `${name}: an accumulator stays in an int32`)
  assert(s * ENCODED_MAX ** 2 < 2 ** 24, `${name}: a stripe's sum is exact in an f32`)
  assert(m / TILE_SIDE <= 2 ** 16, `${name}: a tile index is a u16`)
  const siblings = Math.log2(m) - Math.log2(TILE_SIDE)
  return {
    name,
    id,
    m,
    n,
    k,
    s,
    r,
    stripes: k / s,
    tileMacs,
    ticketCount: (m / TILE_SIDE) * (n / TILE_SIDE),
    productMacs: m * n * k,
    minDifficulty: minDifficultyTiles * BigInt(tileMacs),
    proofBytes: [8, 104 + 2 * (TILE_SIDE * k + 32 * siblings)],
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && Math.log2(value) % 1 === 0
}
