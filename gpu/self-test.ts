/**
 * The pinned tickets: 64 for each shape, from fixed seeds and operands. Whatever searches must
 * reproduce them first.
 * Spec: docs/spec/proof-of-compute.md, "Prover" (kernel choice at start).
 */
import { assert } from './errors.ts'
import { BLOCK_ROWS, blockCount } from './kernels/layout.ts'
import pinned from './pinned-tickets.json' with { type: 'json' }
import type { Side } from './reference/encode.ts'
import { evaluateTile } from './reference/evaluate-tile.ts'
import type { Candidate, Operands } from './reference/search.ts'
import { deriveKappa, deriveSeeds, nonceBytes } from './reference/seeds.ts'
import { SHAPES, type Shape, type ShapeName, TILE_SIDE } from './reference/shape.ts'
import { syntheticRow } from './reference/synthetic.ts'

const ZERO_HASH = new Uint8Array(32)
const EPOCH_SEED = ZERO_HASH

/** Seeds of the pinned tickets. */
export const SELF_TEST_SEEDS = deriveSeeds(deriveKappa(ZERO_HASH, ZERO_HASH, nonceBytes(0n)))
/** Every ticket is below it. */
export const NO_LIMIT = (1n << 64n) - 1n

export type SelfTestGroup = {
  readonly group: number
  /** The blocks of A and BT that the group needs. */
  readonly blockA: number
  readonly blockB: number
}

export function selfTestGroup(shape: Shape): SelfTestGroup {
  const { group } = pinned.groups[shape.name]
  const blocks = blockCount(shape)
  return { group, blockA: Math.floor(group / blocks), blockB: group % blocks }
}

/** Operands whose pinned blocks are filled in; the others are zero, which saves the time of S2. */
export function selfTestOperands(shape: Shape): Operands {
  const { blockA, blockB } = selfTestGroup(shape)
  return { a: oneBlock(shape, 'A', blockA), bt: oneBlock(shape, 'B', blockB) }
}

/** Whether these are the 64 tickets of the group, in order of ti, then tj. */
export function arePinnedTickets(shape: Shape, found: readonly Candidate[]): boolean {
  const { blockA, blockB } = selfTestGroup(shape)
  const { tickets } = pinned.groups[shape.name]
  assert(tickets.length === TILE_SIDE ** 2, 'a group has 64 tickets')
  return (
    found.length === tickets.length &&
    found.every(
      ({ ti, tj, ticket }, i) =>
        ti === blockA * TILE_SIDE + Math.floor(i / TILE_SIDE) &&
        tj === blockB * TILE_SIDE + (i % TILE_SIDE) &&
        Buffer.from(ticket).toString('hex') === tickets[i],
    )
  )
}

/** The same test of the reference itself, tile by tile. */
export function isReferenceCorrect(name: ShapeName): boolean {
  const shape = SHAPES[name]
  const { blockA, blockB } = selfTestGroup(shape)
  const tileRows = (side: Side, tile: number) =>
    Array.from({ length: TILE_SIDE }, (_, i) =>
      syntheticRow(EPOCH_SEED, side, tile * TILE_SIDE + i, shape.k),
    )
  const found = Array.from({ length: TILE_SIDE ** 2 }, (_, i) => {
    const ti = blockA * TILE_SIDE + Math.floor(i / TILE_SIDE)
    const tj = blockB * TILE_SIDE + (i % TILE_SIDE)
    const rows = [tileRows('A', ti), tileRows('B', tj)] as const
    return { ti, tj, ticket: evaluateTile(shape, SELF_TEST_SEEDS, ...rows, ti, tj) }
  })
  return arePinnedTickets(shape, found)
}

function oneBlock(shape: Shape, side: Side, block: number): Int8Array {
  const matrix = new Int8Array(shape.m * shape.k)
  for (let i = block * BLOCK_ROWS; i < (block + 1) * BLOCK_ROWS; i++) {
    matrix.set(syntheticRow(EPOCH_SEED, side, i, shape.k), i * shape.k)
  }
  return matrix
}
