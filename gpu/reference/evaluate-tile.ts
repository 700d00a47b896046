/**
 * The one function by which verifier, prover, pool and tests turn a tile into its ticket.
 * Spec: docs/spec/proof-of-compute.md, "Verifier" (lines 8 and 9).
 */
import { assert } from '../errors.ts'
import { wordsOf } from './blake3.ts'
import { createEncoder, encodeRow, type Side } from './encode.ts'
import type { Seeds } from './seeds.ts'
import { type Shape, TILE_SIDE } from './shape.ts'
import { ticketOf } from './ticket.ts'
import { tileState } from './tile.ts'

/**
 * The ticket of tile (ti, tj) from its eight rows of A and eight rows of BT, before noise. The
 * caller has checked that every entry is in [-64, 63].
 */
export function evaluateTile(
  shape: Shape,
  seeds: Seeds,
  rowsA: readonly Int8Array[],
  rowsB: readonly Int8Array[],
  ti: number,
  tj: number,
): Uint8Array {
  const a = encodeTileRows(shape, seeds.seedA, 'A', rowsA, ti)
  const b = encodeTileRows(shape, seeds.seedB, 'B', rowsB, tj)
  return ticketOf(wordsOf(seeds.ticketKey), tileState(shape, a, 0, b, 0, ti, tj))
}

function encodeTileRows(
  shape: Shape,
  seed: Uint8Array,
  side: Side,
  rows: readonly Int8Array[],
  tile: number,
): Int8Array {
  assert(rows.length === TILE_SIDE, 'a tile has eight rows of each operand')
  const encoder = createEncoder(shape, seed, side)
  const out = new Int8Array(TILE_SIDE * shape.k)
  rows.forEach((row, i) => {
    assert(row.length === shape.k, 'a row has k entries')
    encodeRow(encoder, row, tile * TILE_SIDE + i, out, i * shape.k)
  })
  return out
}
