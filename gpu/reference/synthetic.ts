/**
 * The public operands of an epoch (kind 0): full-rank int7 matrices expanded from its seed, used
 * where there is no job to work on.
 * Spec: docs/spec/proof-of-compute.md, "Header and binding" (kind 0).
 */
import { B3_BLOCK_BYTES, compress, shortMessage, wordsOf } from './blake3.ts'
import type { Side } from './encode.ts'
import { keccak256 } from './keccak.ts'
import { OPERAND_MIN } from './shape.ts'

const DOMAIN: Readonly<Record<Side, number>> = { A: 16, B: 17 }
const ascii = new TextEncoder()
const ROOT_TAG: Readonly<Record<Side, Uint8Array>> = {
  A: ascii.encode('HPOC/v1/synA'),
  B: ascii.encode('HPOC/v1/synB'),
}

/** Row `index` of A, or of BT (which is column `index` of B). */
export function syntheticRow(
  epochSeed: Uint8Array,
  side: Side,
  index: number,
  k: number,
): Int8Array {
  const row = new Int8Array(k)
  expandRow(wordsOf(epochSeed), side, index, row)
  return row
}

/** All rows of A or BT, one after another. */
export function syntheticMatrix(
  epochSeed: Uint8Array,
  side: Side,
  rows: number,
  k: number,
): Int8Array {
  const key = wordsOf(epochSeed)
  const matrix = new Int8Array(rows * k)
  for (let i = 0; i < rows; i++) expandRow(key, side, i, matrix.subarray(i * k, (i + 1) * k))
  return matrix
}

/** What stands for the matrix in the work commitment: its seed says it all. */
export function syntheticRoot(epochSeed: Uint8Array, shapeId: number, side: Side): Uint8Array {
  return keccak256(ROOT_TAG[side], epochSeed, Uint8Array.of(shapeId))
}

function expandRow(key: Int32Array, side: Side, index: number, row: Int8Array): void {
  const message = shortMessage(DOMAIN[side], index)
  const block = new Int32Array(16)
  const bytes = new Uint8Array(block.buffer)
  for (let from = 0; from < row.length; from += B3_BLOCK_BYTES) {
    compress(key, message, from / B3_BLOCK_BYTES, block)
    for (let j = 0; j < B3_BLOCK_BYTES; j++) {
      row[from + j] = ((bytes[j] ?? 0) & 127) + OPERAND_MIN
    }
  }
}
