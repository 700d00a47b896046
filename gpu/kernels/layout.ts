/**
 * How operands lie in device memory: four int8 to a word, in blocks of 64 rows. Word
 * (block, l4, slot) is at (block * k/4 + l4) * 64 + slot; the slot says which row of the block.
 *
 * A workgroup of 8 x 8 threads computes 8 x 8 tiles, its fast axis along the tile columns. Rows of
 * A keep their order: all threads of a SIMD group read the same word. Rows of BT are interleaved,
 * row v of eight neighbouring tiles side by side: the threads read consecutive words. A software
 * adapter is several times slower when they do not.
 */
import { assert } from '../errors.ts'
import type { Side } from '../reference/encode.ts'
import { type Shape, TILE_SIDE } from '../reference/shape.ts'

/** Rows of a block, and threads of a workgroup. */
export const BLOCK_ROWS = 64
/** Tiles of a group, which is what one workgroup of the tickets kernel computes. */
export const GROUP_TILES = 64
/** int8 entries of a word. */
export const WORD_ENTRIES = 4

/** The row of a block that lies at `slot`. */
export function rowOfSlot(side: Side, slot: number): number {
  return side === 'A' ? slot : (slot % TILE_SIDE) * TILE_SIDE + Math.floor(slot / TILE_SIDE)
}

/** Blocks of each operand: A and BT have as many rows as each other. */
export function blockCount(shape: Shape): number {
  assert(shape.m === shape.n && shape.m % BLOCK_ROWS === 0, 'operands are whole blocks')
  return shape.m / BLOCK_ROWS
}

/** Groups of a product: group g is block floor(g / blocks) of A with block g mod blocks of BT. */
export function groupCount(shape: Shape): number {
  return blockCount(shape) ** 2
}

/** Words of one operand. */
export function operandWords(shape: Shape): number {
  return (shape.m * shape.k) / WORD_ENTRIES
}

/** The operand as the device holds it: its rows by words, turned so that rows lie side by side. */
export function packOperand(shape: Shape, side: Side, matrix: Int8Array): Int32Array<ArrayBuffer> {
  assert(matrix.length === shape.m * shape.k, 'an operand has m * k entries')
  const words = shape.k / WORD_ENTRIES
  // A copy: bytes that came in a message need not begin at a word.
  const rows = new Int32Array(matrix.slice().buffer)
  const packed = new Int32Array(rows.length)
  for (let block = 0; block < blockCount(shape); block++) {
    for (let slot = 0; slot < BLOCK_ROWS; slot++) {
      const from = (block * BLOCK_ROWS + rowOfSlot(side, slot)) * words
      const to = block * BLOCK_ROWS * words + slot
      for (let word = 0; word < words; word++)
        packed[to + word * BLOCK_ROWS] = rows[from + word] ?? 0
    }
  }
  return packed
}
