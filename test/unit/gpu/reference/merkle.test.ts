import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { matrixRoot, openRows, rootOfOpening } from '../../../../gpu/reference/merkle.ts'
import { Random } from '../../../support/random.ts'
import { hex } from '../operands.ts'

const ROWS = 64
const K = 256
const random = new Random(4)
const matrix = Int8Array.from({ length: ROWS * K }, () => random.below(128) - 64)
const root = hex(matrixRoot(matrix, ROWS, K))
const sha256 = (...parts: Uint8Array[]) =>
  new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest())

/** The definition, over node indexes. */
function nodeByTheBook(from: number, count: number): Uint8Array {
  if (count === 1) {
    return sha256(Uint8Array.of(0), Uint8Array.from(matrix.subarray(from * K, (from + 1) * K)))
  }
  const half = count / 2
  return sha256(Uint8Array.of(1), nodeByTheBook(from, half), nodeByTheBook(from + half, half))
}

describe('gpu / reference / merkle', () => {
  it('a root is the tagged tree of the rows with their dimensions', () => {
    const dimensions = Uint8Array.from([ROWS, 0, 0, 0, K & 255, K >> 8, 0, 0])
    const name = new TextEncoder().encode('HPOC/v1/mat')
    expect(root).toBe(hex(sha256(Uint8Array.of(2), name, dimensions, nodeByTheBook(0, ROWS))))
  })

  it('every tile opens to the root, with one sibling a level above it', () => {
    for (let tile = 0; tile < ROWS / 8; tile++) {
      const opening = openRows(matrix, ROWS, K, tile)
      expect(opening.rows).toHaveLength(8)
      expect(opening.siblings).toHaveLength(3)
      expect(hex(rootOfOpening(opening, tile, ROWS, K))).toBe(root)
    }
  })

  it('another entry, sibling, order, tile or dimension gives another root', () => {
    const opening = openRows(matrix, ROWS, K, 2)
    const { rows, siblings } = opening
    const changed = rows.map((row, i) => (i === 3 ? row.with(5, row[5]! ^ 1) : row))
    const sibling = siblings.map((node, i) => (i === 1 ? node.with(0, node[0]! ^ 1) : node))
    const roots = [
      rootOfOpening({ rows: changed, siblings }, 2, ROWS, K),
      rootOfOpening({ rows, siblings: sibling }, 2, ROWS, K),
      rootOfOpening({ rows, siblings: siblings.toReversed() }, 2, ROWS, K),
      rootOfOpening({ rows: rows.toReversed(), siblings }, 2, ROWS, K),
      rootOfOpening(opening, 3, ROWS, K),
      rootOfOpening(opening, 2, ROWS, 2 * K),
    ]
    expect(new Set([root, ...roots.map(hex)]).size).toBe(7)
  })
})
