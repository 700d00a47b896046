/**
 * The curves behind the precompiles: the library's, but for additions on BLS12-381. EIP-2537 asks
 * these for points on the curve alone; the library looks at the subgroup too and overlooks the
 * answer, which takes thirty times as long as the addition that 375 gas pay for.
 */
import { EVMError, NobleBLS, NobleBN254 } from '@ethereumjs/evm'
import { bls12_381 } from '@noble/curves/bls12-381.js'

const FIELD_BYTES = 64
const G1_BYTES = 2 * FIELD_BYTES
const G2_BYTES = 2 * G1_BYTES
const { Fp, Fp2 } = bls12_381.fields
const G1 = bls12_381.G1.Point
const G2 = bls12_381.G2.Point
/** Of y^2 = x^3 + b. */
const B1 = G1.CURVE().b
const B2 = G2.CURVE().b

class AddingBls extends NobleBLS {
  override addG1(input: Uint8Array): Uint8Array {
    const sum = g1At(input, 0).add(g1At(input, G1_BYTES))
    if (sum.is0()) return new Uint8Array(G1_BYTES)
    const { x, y } = sum.toAffine()
    return encode([x, y])
  }

  override addG2(input: Uint8Array): Uint8Array {
    const sum = g2At(input, 0).add(g2At(input, G2_BYTES))
    if (sum.is0()) return new Uint8Array(G2_BYTES)
    const { x, y } = sum.toAffine()
    return encode([x.c0, x.c1, y.c0, y.c1])
  }
}

/** Without a state: one for all EVMs. */
export const BLS = new AddingBls()
export const BN254 = new NobleBN254()

function g1At(input: Uint8Array, at: number) {
  const [x, y] = [fieldAt(input, at), fieldAt(input, at + FIELD_BYTES)]
  if (x === 0n && y === 0n) return G1.ZERO
  const isOnCurve = Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), B1))
  if (!isOnCurve) throw new EVMError(NOT_ON_CURVE)
  return G1.fromAffine({ x, y })
}

function g2At(input: Uint8Array, at: number) {
  const part = (index: number): bigint => fieldAt(input, at + index * FIELD_BYTES)
  const x = Fp2.create({ c0: part(0), c1: part(1) })
  const y = Fp2.create({ c0: part(2), c1: part(3) })
  if (Fp2.is0(x) && Fp2.is0(y)) return G2.ZERO
  const isOnCurve = Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), B2))
  if (!isOnCurve) throw new EVMError(NOT_ON_CURVE)
  return G2.fromAffine({ x, y })
}

/** The precompile has looked at the bytes that must be zero. */
function fieldAt(input: Uint8Array, at: number): bigint {
  const bytes = input.subarray(at, at + FIELD_BYTES)
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  if (value >= Fp.ORDER) throw new EVMError(NOT_IN_FIELD)
  return value
}

function encode(coordinates: readonly bigint[]): Uint8Array {
  const hex = coordinates.map((value) => value.toString(16).padStart(2 * FIELD_BYTES, '0'))
  return new Uint8Array(Buffer.from(hex.join(''), 'hex'))
}

const { BLS_12_381_POINT_NOT_ON_CURVE: NOT_ON_CURVE, BLS_12_381_FP_NOT_IN_FIELD: NOT_IN_FIELD } =
  EVMError.errorMessages
