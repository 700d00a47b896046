import { describe, expect, it } from 'vitest'
import { denoise } from '../../../../gpu/reference/denoise.ts'
import { encodeMatrix } from '../../../../gpu/reference/encode.ts'
import {
  choiceTable,
  DOMAIN_CHOICE_A,
  DOMAIN_NOISE_A,
  noiseRow,
} from '../../../../gpu/reference/noise.ts'
import { deriveSeeds } from '../../../../gpu/reference/seeds.ts'
import { SHAPES, type Shape } from '../../../../gpu/reference/shape.ts'
import { Random } from '../../../support/random.ts'
import { makeOperands, OPERAND_KINDS } from '../operands.ts'

const random = new Random(2)
const shapes = Object.values(SHAPES)
function span(values: Int8Array): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

describe('gpu / reference / noise', () => {
  it.each(shapes)('a noise row of $name has r values of six signed bits', ({ r }) => {
    const row = noiseRow(random.bytes(32), DOMAIN_NOISE_A, 7, r)
    const [low, high] = span(row)
    expect(row).toHaveLength(r)
    expect(low).toBeGreaterThanOrEqual(-32)
    expect(high).toBeLessThanOrEqual(31)
    expect(new Set(row).size).toBeGreaterThan(12)
  })

  it.each(shapes)('a column of $name is given two different noise positions', ({ k, r }) => {
    const choices = choiceTable(random.bytes(32), DOMAIN_CHOICE_A, k, r)
    expect(choices).toHaveLength(k)
    for (const choice of choices) {
      const [p, q] = [choice & 255, choice >>> 8]
      expect(p).toBeLessThan(r)
      expect(q).toBeLessThan(r)
      expect(p).not.toBe(q)
    }
    expect(new Set(choices.map((choice) => choice & 255)).size).toBeGreaterThan(r / 2)
  })

  it('rows, domains and seeds have noise of their own', () => {
    const seed = random.bytes(32)
    const rows = [
      noiseRow(seed, 1, 0, 64),
      noiseRow(seed, 1, 1, 64),
      noiseRow(seed, 3, 0, 64),
      noiseRow(random.bytes(32), 1, 0, 64),
    ]
    expect(new Set(rows.map((row) => row.join())).size).toBe(4)
  })
})

describe('gpu / reference / encode', () => {
  it('C3: encoded entries stay in [-127, 126], whatever the operands', () => {
    for (const kind of OPERAND_KINDS) {
      const { a } = makeOperands(SHAPES.S0, kind)
      for (let i = 0; i < 4; i++) {
        const encoded = encodeMatrix(SHAPES.S0, random.bytes(32), 'A', a)
        const noise = encoded.map((value, at) => value - a[at]!)
        expect(span(noise)[0]).toBeGreaterThanOrEqual(-63)
        expect(span(noise)[1]).toBeLessThanOrEqual(63)
        expect(span(encoded)[0]).toBeGreaterThanOrEqual(-127)
        expect(span(encoded)[1]).toBeLessThanOrEqual(126)
      }
    }
  })

  it('the two operands get different noise from one seed', () => {
    const { a } = makeOperands(SHAPES.T0, 'zero')
    const seed = random.bytes(32)
    const [one, other] = [
      encodeMatrix(SHAPES.T0, seed, 'A', a),
      encodeMatrix(SHAPES.T0, seed, 'B', a),
    ]
    expect(one).not.toEqual(other)
  })
})

describe('gpu / reference / denoise', () => {
  const multiply = ({ m, n, k }: Shape, a: Int8Array, bt: Int8Array): Int32Array => {
    const product = new Int32Array(m * n)
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let l = 0; l < k; l++) sum += a[i * k + l]! * bt[j * k + l]!
        product[i * n + j] = sum
      }
    }
    return product
  }

  it.each(OPERAND_KINDS)('C4: the noise comes out of a product of %s operands exactly', (kind) => {
    const shape = SHAPES.T0
    const { a, bt } = makeOperands(shape, kind)
    const seeds = deriveSeeds(random.bytes(32))
    const encodedB = encodeMatrix(shape, seeds.seedB, 'B', bt)
    const noisy = multiply(shape, encodeMatrix(shape, seeds.seedA, 'A', a), encodedB)
    const clean = multiply(shape, a, bt)
    expect(noisy).not.toEqual(clean)
    expect(denoise(shape, seeds, noisy, a, encodedB)).toEqual(clean)
  })

  it('C4: a product with one wrong entry stays wrong there', () => {
    const shape = SHAPES.T0
    const { a, bt } = makeOperands(shape, 'random')
    const seeds = deriveSeeds(random.bytes(32))
    const encodedB = encodeMatrix(shape, seeds.seedB, 'B', bt)
    const noisy = multiply(shape, encodeMatrix(shape, seeds.seedA, 'A', a), encodedB)
    noisy[77]! += 1
    const expected = multiply(shape, a, bt)
    expected[77]! += 1
    expect(denoise(shape, seeds, noisy, a, encodedB)).toEqual(expected)
  })
})
