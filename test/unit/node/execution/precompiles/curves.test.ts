/** Additions on BLS12-381 against those of the library, which check more than they have to. */
import { NobleBLS } from '@ethereumjs/evm'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { describe, expect, it } from 'vitest'
import { BLS } from '../../../../../node/execution/precompiles/curves.ts'
import { bytesOf, join } from '../../../../support/hostile-calls.ts'

const LIBRARY = new NobleBLS()
const { G1, G2, fields } = bls12_381
const { Fp, Fp2 } = fields

/** On the curve, with any luck in no subgroup. */
function strayG1(): Uint8Array {
  for (let x = 1n; ; x++) {
    const square = Fp.add(Fp.mul(Fp.sqr(x), x), G1.Point.CURVE().b)
    if (Fp.eql(Fp.pow(square, (Fp.ORDER - 1n) / 2n), Fp.ONE)) {
      return join(bytesOf(x, 64), bytesOf(Fp.sqrt(square), 64))
    }
  }
}

function strayG2(): Uint8Array {
  for (let c0 = 1n; ; c0++) {
    const x = Fp2.create({ c0, c1: 1n })
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.Point.CURVE().b))
      return encodeG2({ x, y })
    } catch {
      // No point has this x.
    }
  }
}

type PointOnG2 = ReturnType<typeof G2.Point.BASE.toAffine>

function encodeG2({ x, y }: PointOnG2): Uint8Array {
  return join(...[x.c0, x.c1, y.c0, y.c1].map((part) => bytesOf(part, 64)))
}

const g1 = (n: bigint): Uint8Array => {
  const { x, y } = G1.Point.BASE.multiply(n).toAffine()
  return join(bytesOf(x, 64), bytesOf(y, 64))
}
const g2 = (n: bigint): Uint8Array => encodeG2(G2.Point.BASE.multiply(n).toAffine())

/** What comes out: a sum, or that there is none. */
function outcome(add: () => Uint8Array): string {
  try {
    return Buffer.from(add()).toString('hex')
  } catch {
    return 'refused'
  }
}

describe('node / execution / precompiles / curves', () => {
  const order = fields.Fr.ORDER
  const cases = [
    ['G1', 'addG1', [g1(2n), g1(7n), g1(order - 7n), strayG1()], 128],
    ['G2', 'addG2', [g2(2n), g2(7n), g2(order - 7n), strayG2()], 256],
  ] as const
  for (const [group, name, points, bytes] of cases) {
    it(`adds on ${group} as the library does, doubles, inverses and strays as well`, () => {
      const zero = new Uint8Array(bytes)
      const sums = new Set<string>()
      for (const a of [...points, zero]) {
        for (const b of [...points, zero]) {
          const input = join(a, b)
          const sum = outcome(() => BLS[name](input))
          expect(sum).toBe(outcome(() => LIBRARY[name](input)))
          sums.add(sum)
        }
      }
      expect(sums.has(Buffer.from(zero).toString('hex'))).toBe(true)
      expect(sums.has('refused')).toBe(false)
    })

    it(`refuses on ${group} what is no point, as the library does`, () => {
      const [good] = points
      const off = good.map((byte, index) => (index === bytes - 1 ? byte ^ 1 : byte))
      const large = join(bytesOf(Fp.ORDER, 64), good.slice(64))
      for (const bad of [off, large]) {
        for (const input of [join(bad, good), join(good, bad)]) {
          expect(outcome(() => BLS[name](input))).toBe('refused')
          expect(outcome(() => LIBRARY[name](input))).toBe('refused')
        }
      }
    })
  }
})
