/**
 * The root of a matrix and the opening of one tile's eight rows under it. Leaves, nodes and roots
 * have their own tags, and the root binds the dimensions.
 * Spec: docs/spec/proof-of-compute.md, "Header and binding" (matrix root), "Proof encoding".
 */
import { createHash } from 'node:crypto'
import { assert } from '../errors.ts'
import { TILE_SIDE } from './shape.ts'

export type Opening = {
  /** The eight rows of the tile, ascending. */
  readonly rows: readonly Int8Array[]
  /** The other half of every level above them, bottom up. */
  readonly siblings: readonly Uint8Array[]
}

const LEAF_TAG = Uint8Array.of(0)
const NODE_TAG = Uint8Array.of(1)
const ROOT_TAG = Uint8Array.of(2)
const ROOT_NAME = new TextEncoder().encode('HPOC/v1/mat')

export function matrixRoot(matrix: Int8Array, rows: number, k: number): Uint8Array {
  return rootOf(topOf(leavesOf(matrix, rows, k)), rows, k)
}

/** Rows 8*tile to 8*tile+7 of `matrix`, as views, with the siblings that prove them. */
export function openRows(matrix: Int8Array, rows: number, k: number, tile: number): Opening {
  const first = tile * TILE_SIDE
  const opened = Array.from({ length: TILE_SIDE }, (_, i) =>
    matrix.subarray((first + i) * k, (first + i + 1) * k),
  )
  const siblings: Uint8Array[] = []
  let level = leavesOf(matrix, rows, k)
  for (let width = TILE_SIDE; width > 1; width /= 2) level = nextLevel(level)
  for (let index = tile; level.length > 1; index >>= 1) {
    const sibling = level[index ^ 1]
    assert(sibling !== undefined, 'the tile is inside the matrix')
    siblings.push(sibling)
    level = nextLevel(level)
  }
  return { rows: opened, siblings }
}

/** The root of the matrix of `rows` x `k` that has these eight rows at `tile`. */
export function rootOfOpening(opening: Opening, tile: number, rows: number, k: number): Uint8Array {
  assert(opening.rows.length === TILE_SIDE, 'a tile has eight rows')
  assert(opening.siblings.length === Math.log2(rows) - 3, 'one sibling a level above the tile')
  let node = topOf(opening.rows.map(leafOf))
  let index = tile
  for (const sibling of opening.siblings) {
    node = index % 2 === 0 ? nodeOf(node, sibling) : nodeOf(sibling, node)
    index >>= 1
  }
  return rootOf(node, rows, k)
}

function leavesOf(matrix: Int8Array, rows: number, k: number): Uint8Array[] {
  assert(matrix.length === rows * k, 'the matrix has rows * k entries')
  return Array.from({ length: rows }, (_, i) => leafOf(matrix.subarray(i * k, (i + 1) * k)))
}

function topOf(level: Uint8Array[]): Uint8Array {
  let nodes = level
  while (nodes.length > 1) nodes = nextLevel(nodes)
  const top = nodes[0]
  assert(top !== undefined, 'a tree has leaves')
  return top
}

function nextLevel(level: readonly Uint8Array[]): Uint8Array[] {
  const next: Uint8Array[] = []
  for (let i = 0; i + 1 < level.length; i += 2) {
    const left = level[i]
    const right = level[i + 1]
    assert(left !== undefined && right !== undefined, 'a level is a power of two')
    next.push(nodeOf(left, right))
  }
  return next
}

function leafOf(row: Int8Array): Uint8Array {
  return sha256(LEAF_TAG, new Uint8Array(row.buffer, row.byteOffset, row.length))
}

function nodeOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_TAG, left, right)
}

function rootOf(top: Uint8Array, rows: number, k: number): Uint8Array {
  const dimensions = new Uint8Array(8)
  const view = new DataView(dimensions.buffer)
  view.setUint32(0, rows, true)
  view.setUint32(4, k, true)
  return sha256(ROOT_TAG, ROOT_NAME, dimensions, top)
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}
