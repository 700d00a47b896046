import { createHash } from 'node:crypto'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import {
  decodeProof,
  encodeProof,
  isTileOf,
  proofLength,
} from '../../../../consensus/codec/proof-codec.ts'
import { NO_JOB } from '../../../../consensus/proof/commitments.ts'
import { assembleProof } from '../../../../consensus/proof/seal.ts'
import { matrixRoot, rootOfOpening } from '../../../../gpu/reference/merkle.ts'
import { SHAPES, type ShapeName } from '../../../../gpu/reference/shape.ts'
import { codeOf } from '../../../support/assert-code.ts'
import { privateMatrices } from '../../../support/mined-blocks.ts'
import { userMatrices } from '../../../support/poc-cases.ts'
import { PINNED_MATRICES, PINNED_PRIVATE_BLOCK } from '../pinned.ts'

const shape = SHAPES.T0
const jobId = new Uint8Array(32).fill(7)
const { a, bt } = privateMatrices(1)
const rootA = matrixRoot(a, shape.m, shape.k)
const rootB = matrixRoot(bt, shape.n, shape.k)
const operands = { kind: 1, jobId, rootA, rootB, a, bt } as const
const proof = assembleProof('T0', { ti: 5, tj: 2 }, operands)

describe('consensus / codec / proof-codec', () => {
  it('E4: a proof has the length of its shape and kind', () => {
    const lengths = (name: ShapeName) =>
      ([0, 1] as const).map((kind) => proofLength(SHAPES[name], kind))
    expect(lengths('T0')).toEqual([8, 4_392])
    expect(lengths('S0')).toEqual([8, 16_808])
    expect(lengths('S1')).toEqual([8, 33_320])
    expect(lengths('S2')).toEqual([8, 66_216])
  })

  it('E1: kind 0 is eight bytes, the tile little-endian', () => {
    const bytes = assembleProof('S2', { ti: 0x1ff, tj: 0x102 }, { kind: 0 })
    expect(bytesToHex(bytes)).toBe('0x01030000ff010201')
    expect(decodeProof(bytes)).toEqual({
      shape: SHAPES.S2,
      kind: 0,
      tile: { ti: 0x1ff, tj: 0x102 },
    })
  })

  it('E2: kind 1 carries job, roots, rows and siblings', () => {
    const decoded = decodeProof(proof)
    if (decoded.kind === 0) throw new Error('kind 1 was encoded')
    const { openings } = decoded
    expect(openings).toMatchObject({ jobId, rootA, rootB })
    expect(openings.a.rows.map((row) => [...row])).toEqual(
      Array.from({ length: 8 }, (_, i) => [...a.subarray((40 + i) * 256, (41 + i) * 256)]),
    )
    expect(openings.bt.rows[7]).toEqual(bt.subarray(23 * 256, 24 * 256))
    expect(encodeProof(decoded)).toEqual(proof)
  })

  it('E3: the openings of every tile fold to the roots', () => {
    for (let tile = 0; tile < 8; tile++) {
      const bytes = assembleProof('T0', { ti: tile, tj: 7 - tile }, operands)
      const decoded = decodeProof(bytes)
      if (decoded.kind === 0) throw new Error('kind 1 was encoded')
      const { openings } = decoded
      expect(rootOfOpening(openings.a, tile, 64, 256)).toEqual(rootA)
      expect(rootOfOpening(openings.bt, 7 - tile, 64, 256)).toEqual(rootB)
    }
  })

  it('makes the published proof of a published block', () => {
    const matrices = userMatrices(shape, PINNED_MATRICES)
    const roots = {
      rootA: hexToBytes(PINNED_MATRICES.rootA),
      rootB: hexToBytes(PINNED_MATRICES.rootB),
    }
    const { tile } = PINNED_PRIVATE_BLOCK
    const bytes = assembleProof('T0', tile, { kind: 1, jobId: NO_JOB, ...roots, ...matrices })
    const digest = createHash('sha256').update(bytes).digest('hex')
    expect(`0x${digest}`).toBe(PINNED_MATRICES.proofDigest)
  })

  it('decodes a proof that is a view into a message', () => {
    const message = Buffer.concat([Buffer.from('odd'), proof, Buffer.from('after')])
    expect(encodeProof(decodeProof(message.subarray(3, 3 + proof.length)))).toEqual(proof)
  })

  it.each([
    ['no bytes', new Uint8Array(0), 'E_IDX'],
    ['another version', proof.with(0, 2), 'E_IDX'],
    ['an unknown shape', proof.with(1, 4), 'E_IDX'],
    ['kind 2', proof.with(2, 2), 'E_IDX'],
    ['a set reserved byte', proof.with(3, 1), 'E_IDX'],
    ['another kind of this length', proof.with(2, 0), 'E_LEN'],
    ['another shape of this length', proof.with(1, 1), 'E_LEN'],
    ['a byte less', proof.subarray(0, -1), 'E_LEN'],
    ['a byte more', Uint8Array.of(...proof, 0), 'E_LEN'],
    ['ti = m/8', proof.with(4, 8), 'E_IDX'],
    ['tj = 65535', proof.with(6, 255).with(7, 255), 'E_IDX'],
  ])('refuses %s', (_, bytes, code) => {
    expect(codeOf(() => decodeProof(bytes))).toBe(code)
  })

  it('knows the tiles of a shape', () => {
    expect(isTileOf(SHAPES.S2, { ti: 511, tj: 511 })).toBe(true)
    expect(isTileOf(SHAPES.S2, { ti: 512, tj: 0 })).toBe(false)
    expect(isTileOf(SHAPES.S2, { ti: 0, tj: 512 })).toBe(false)
  })
})
