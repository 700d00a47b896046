/**
 * The check behind EIP-4844's point evaluation precompile (0x0a): that a committed polynomial
 * has the value y at z. EthereumJS takes it from outside, and throws where it is missing, so a
 * transaction that calls 0x0a needs it although blobs themselves are refused here.
 *
 * e(C - [y]1, [1]2) = e(proof, [tau - z]2); of the trusted setup only [tau]2 takes part.
 */
import type { CustomCrypto } from '@ethereumjs/common'
import { hexToBytes } from '@ethereumjs/util'
import { bls12_381 } from '@noble/curves/bls12-381.js'

type Kzg = NonNullable<CustomCrypto['kzg']>

/** [tau]2 of Ethereum's ceremony: `g2_monomial[1]` of the consensus specification's setup. */
const TAU_G2 =
  'b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72' +
  '185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2'

const { G1, G2, fields } = bls12_381
const { Fr, Fp12 } = fields

type Hex = `0x${string}`

/** Throws for points off the curve or outside the subgroup and for scalars not below r. */
export function verifyPointEvaluation(commitment: Hex, z: Hex, y: Hex, proof: Hex): boolean {
  const c = g1(commitment)
  const pi = g1(proof)
  const value = multiple(G1.Point.BASE, scalar(y))
  const tauMinusZ = G2.Point.fromHex(TAU_G2).subtract(multiple(G2.Point.BASE, scalar(z)))
  const pairs = [
    { g1: c.subtract(value), g2: G2.Point.BASE.negate() },
    { g1: pi, g2: tauMinusZ },
  ]
  // The point at infinity pairs to one, and the library wants it left out.
  const finite = pairs.filter((pair) => !pair.g1.is0() && !pair.g2.is0())
  return Fp12.eql(bls12_381.pairingBatch(finite), Fp12.ONE)
}

/** In the shape of EthereumJS; what concerns blobs never runs, as blob transactions are refused. */
export const kzg: Kzg = {
  verifyProof: (commitment, z, y, proof) =>
    verifyPointEvaluation(commitment as Hex, z as Hex, y as Hex, proof as Hex),
  blobToKzgCommitment: refuse,
  computeBlobProof: refuse,
  verifyBlobProofBatch: refuse,
  computeCells: refuse,
  computeCellsAndProofs: refuse,
  recoverCellsAndProofs: refuse,
  verifyCellKzgProofBatch: refuse,
}

function refuse(): never {
  throw new TypeError('this chain has no blobs')
}

function g1(hex: Hex) {
  const point = G1.Point.fromBytes(hexToBytes(hex))
  point.assertValidity()
  return point
}

function scalar(hex: Hex): bigint {
  const value = BigInt(hex)
  if (value >= Fr.ORDER) throw new RangeError('the scalar is not below the order of the group')
  return value
}

function multiple<Point extends { multiply(n: bigint): Point; subtract(p: Point): Point }>(
  base: Point,
  n: bigint,
): Point {
  return n === 0n ? base.subtract(base) : base.multiply(n)
}
