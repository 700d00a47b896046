import { describe, expect, it } from 'vitest'
import { evaluateTile } from '../../../../gpu/reference/evaluate-tile.ts'
import { openRows } from '../../../../gpu/reference/merkle.ts'
import { prepareAttempt, searchTiles } from '../../../../gpu/reference/search.ts'
import { deriveSeeds } from '../../../../gpu/reference/seeds.ts'
import { ENCODED_MAX, SHAPES, type Shape, shapeById } from '../../../../gpu/reference/shape.ts'
import {
  candidateLimit,
  theta,
  ticketOf,
  ticketValue,
  wins,
} from '../../../../gpu/reference/ticket.ts'
import { tileState } from '../../../../gpu/reference/tile.ts'
import { isReferenceCorrect, NO_LIMIT } from '../../../../gpu/self-test.ts'
import { Random } from '../../../support/random.ts'
import { hex, makeOperands } from '../operands.ts'

const random = new Random(3)
const shapes = Object.values(SHAPES)

/** The text of the specification, entry by entry, with every intermediate value checked. */
function tileStateByTheBook(
  { k, s }: Shape,
  a: Int8Array,
  b: Int8Array,
  ti: number,
  tj: number,
): Int32Array {
  const sums = Array.from({ length: 64 }, () => 0)
  const state = new Int32Array(16)
  for (let t = 0; t < k / s; t++) {
    for (let u = 0; u < 8; u++) {
      for (let v = 0; v < 8; v++) {
        let stripe = 0
        for (let l = t * s; l < (t + 1) * s; l++) stripe += a[u * k + l]! * b[v * k + l]!
        expect(Math.abs(stripe)).toBeLessThan(2 ** 24)
        sums[8 * u + v]! += stripe
      }
    }
    expect(sums.every((sum) => Math.abs(sum) < 2 ** 31)).toBe(true)
    const fold = sums.reduce((f, sum) => Math.imul(f ^ sum, 0x9e3779b1), 0)
    const old = state[t % 16]!
    state[t % 16] = ((old << 13) | (old >>> 19)) ^ fold
  }
  state[0]! ^= ti
  state[1]! ^= tj
  return state
}

describe('gpu / reference / shape', () => {
  it('a shape is found by its id, and no other id is one', () => {
    for (const shape of shapes) expect(shapeById(shape.id)).toBe(shape)
    expect(shapeById(4)).toBeUndefined()
    expect(shapeById(-1)).toBeUndefined()
  })
})

describe('gpu / reference / tile', () => {
  const extremes: readonly [string, () => number][] = [
    ['random', () => random.below(254) - ENCODED_MAX],
    ['lowest', () => -ENCODED_MAX],
    ['highest', () => ENCODED_MAX - 1],
    ['of opposite sign', () => (random.chance(50) ? -ENCODED_MAX : ENCODED_MAX - 1)],
  ]

  it.each(extremes)('C3: the state of %s rows is that of the text, in every bound', (_, entry) => {
    for (const shape of shapes) {
      const rows = () => Int8Array.from({ length: 8 * shape.k }, entry)
      const [a, b] = [rows(), rows()]
      expect(tileState(shape, a, 0, b, 0, 3, 5)).toEqual(tileStateByTheBook(shape, a, b, 3, 5))
    }
  })

  it('rows are taken from their offsets', () => {
    const shape = SHAPES.T0
    const rows = Int8Array.from({ length: 24 * shape.k }, () => random.below(254) - ENCODED_MAX)
    const [a, b] = [rows.slice(8 * shape.k), rows.slice(16 * shape.k)]
    expect(tileState(shape, rows, 8 * shape.k, rows, 16 * shape.k, 1, 2)).toEqual(
      tileState(shape, a, 0, b, 0, 1, 2),
    )
  })

  it('equal tiles at different places have different states', () => {
    const rows = new Int8Array(8 * SHAPES.T0.k)
    const states = [
      tileState(SHAPES.T0, rows, 0, rows, 0, 0, 0),
      tileState(SHAPES.T0, rows, 0, rows, 0, 1, 0),
      tileState(SHAPES.T0, rows, 0, rows, 0, 0, 1),
    ]
    expect(new Set(states.map((state) => state.join())).size).toBe(3)
  })
})

describe('gpu / reference / ticket', () => {
  it.each(shapes)('the pinned tickets of $name are reproduced', ({ name }) => {
    expect(isReferenceCorrect(name)).toBe(true)
  })

  it('a tile searched with its whole product has the ticket that it has alone', () => {
    for (const shape of [SHAPES.T0, SHAPES.S0]) {
      const operands = makeOperands(shape, 'random')
      const seeds = deriveSeeds(random.bytes(32))
      const attempt = prepareAttempt(shape, seeds, operands)
      const tickets = searchTiles(attempt, 0, shape.ticketCount, NO_LIMIT)
      expect(tickets).toHaveLength(shape.ticketCount)
      for (let i = 0; i < 40; i++) {
        const { ti, tj, ticket } = random.pick(tickets)
        const rowsA = openRows(operands.a, shape.m, shape.k, ti).rows
        const rowsB = openRows(operands.bt, shape.n, shape.k, tj).rows
        expect(hex(evaluateTile(shape, seeds, rowsA, rowsB, ti, tj))).toBe(hex(ticket))
      }
    }
  })

  it('theta is floor(2^256 F / D), and only a smaller ticket wins', () => {
    for (const { tileMacs, minDifficulty } of shapes) {
      for (const difficulty of [
        minDifficulty,
        minDifficulty + 1n,
        3n * minDifficulty,
        2n ** 200n,
      ]) {
        const bound = theta(difficulty, tileMacs)
        expect(bound).toBe((2n ** 256n * BigInt(tileMacs)) / difficulty)
        expect(wins(bytesOf(bound - 1n), difficulty, tileMacs)).toBe(true)
        expect(wins(bytesOf(bound), difficulty, tileMacs)).toBe(false)
      }
    }
  })

  it('a candidate limit lets every winning ticket pass, and few others', () => {
    const { tileMacs, minDifficulty } = SHAPES.S0
    for (const difficulty of [minDifficulty, minDifficulty + 12345n, 2n ** 150n]) {
      const limit = candidateLimit(difficulty, tileMacs)
      const bound = theta(difficulty, tileMacs)
      expect(limit).toBe((bound - 1n) >> 192n)
      expect((bound + (1n << 192n)) >> 192n).toBeGreaterThan(limit)
    }
    // Easier than one ticket in one: every ticket wins, and the limit does not wrap.
    expect(candidateLimit(1n, tileMacs)).toBe(NO_LIMIT)
  })

  it('a ticket is read as a big-endian number', () => {
    const ticket = ticketOf(new Int32Array(8), new Int32Array(16))
    expect(ticketValue(ticket)).toBe(BigInt(`0x${hex(ticket)}`))
  })

  function bytesOf(value: bigint): Uint8Array {
    return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
  }
})
