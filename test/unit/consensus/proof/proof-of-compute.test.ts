import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeHeader } from '../../../../consensus/codec/header-codec.ts'
import { NO_JOB } from '../../../../consensus/proof/commitments.ts'
import { verifyHeaderForProof } from '../../../../consensus/proof/header-lines.ts'
import {
  type ProofContext,
  proofBytesMax,
  verifyProofOfCompute,
} from '../../../../consensus/proof/proof-of-compute.ts'
import { assembleProof } from '../../../../consensus/proof/seal.ts'
import { SyntheticRows } from '../../../../consensus/proof/synthetic-rows.ts'
import { SHAPES } from '../../../../gpu/reference/shape.ts'
import { theta } from '../../../../gpu/reference/ticket.ts'
import { FIRST_PLACE, mine } from '../../../support/mined-blocks.ts'
import { userMatrices } from '../../../support/poc-cases.ts'
import {
  PINNED_BLOCK,
  PINNED_GENESIS_HASH,
  PINNED_MATRICES,
  PINNED_PARAMS,
  PINNED_PRIVATE_BLOCK,
} from '../pinned.ts'

/** The context of a pinned block. */
function pinnedContext(block: typeof PINNED_BLOCK | typeof PINNED_PRIVATE_BLOCK): ProofContext {
  return {
    params: PINNED_PARAMS,
    genesisHash: hexToBytes(PINNED_GENESIS_HASH),
    parent: block.parent,
    epochDifficulty: block.difficulty,
    epochSeed: hexToBytes(block.epochSeed),
    jobView: () => undefined,
    checkJob: true,
  }
}

describe('consensus / proof / proof-of-compute', () => {
  it('L9: accepts a published block of kind 0, with its published ticket', () => {
    const headerRlp = hexToBytes(PINNED_BLOCK.headerRlp)
    const proof = assembleProof('T0', PINNED_BLOCK.tile, { kind: 0 })
    const verdict = verifyProofOfCompute(headerRlp, proof, pinnedContext(PINNED_BLOCK))
    expect(verdict).toMatchObject({
      ok: true,
      blockHash: PINNED_BLOCK.hash,
      tile: PINNED_BLOCK.tile,
      theta: theta(PINNED_BLOCK.difficulty, SHAPES.T0.tileMacs),
      macs: 16_384,
    })
    expect(verdict.ticket && bytesToHex(verdict.ticket)).toBe(PINNED_BLOCK.ticket)
  })

  it('L9: accepts a published block of kind 1, with its published ticket', () => {
    const { tile, hash, ticket } = PINNED_PRIVATE_BLOCK
    const proof = assembleProof('T0', tile, {
      kind: 1,
      jobId: NO_JOB,
      rootA: hexToBytes(PINNED_MATRICES.rootA),
      rootB: hexToBytes(PINNED_MATRICES.rootB),
      ...userMatrices(SHAPES.T0, PINNED_MATRICES),
    })
    const headerRlp = hexToBytes(PINNED_PRIVATE_BLOCK.headerRlp)
    const verdict = verifyProofOfCompute(headerRlp, proof, pinnedContext(PINNED_PRIVATE_BLOCK))
    expect(verdict).toMatchObject({ ok: true, blockHash: hash })
    expect(verdict.ticket && bytesToHex(verdict.ticket)).toBe(ticket)
  })

  it('L9: says the ticket of a tile that loses', () => {
    const proof = assembleProof('T0', { ti: 1, tj: 3 }, { kind: 0 })
    const headerRlp = hexToBytes(PINNED_BLOCK.headerRlp)
    const verdict = verifyProofOfCompute(headerRlp, proof, pinnedContext(PINNED_BLOCK))
    expect(verdict).toMatchObject({
      ok: false,
      code: 'E_WORK',
      condemns: 'sender',
      blockHash: PINNED_BLOCK.hash,
      macs: 16_384,
    })
    // The ticket of the public vectors for this tile.
    expect(verdict.ticket && bytesToHex(verdict.ticket)).toBe(
      '0x44717957d1a1a2ad96655207d3fdd4e8d2141def4a43b54fff7bda99eecbdf5b',
    )
  })

  it('L4 to L6 spend no multiply-adds', () => {
    const { headerRlp, context } = mine(FIRST_PLACE)
    const verdict = verifyProofOfCompute(headerRlp, new Uint8Array(9), context)
    expect(verdict).toEqual({ ok: false, code: 'E_LEN', condemns: 'sender', macs: 0 })
  })

  it('L1 to L3 can be asked without a proof', () => {
    const block = mine(FIRST_PLACE)
    const { header, headerRlp, context } = block
    expect(verifyHeaderForProof(headerRlp, context)).toMatchObject({ ok: true, header })
    const orphan = { ...context, parent: undefined }
    expect(verifyHeaderForProof(headerRlp, orphan)).toEqual({
      ok: false,
      code: 'E_PARENT',
      condemns: null,
    })
    const early = encodeHeader({ ...header, timestamp: context.parent!.timestamp })
    expect(verifyHeaderForProof(early, context)).toEqual({
      ok: false,
      code: 'E_TIME',
      condemns: 'header',
    })
  })

  it('names E_PARAM before E_DIFF, E_PARENT before E_DIFF of the epoch, E_DIFF before E_TIME', () => {
    const { header, context } = mine(FIRST_PLACE)
    const codeOf = (changes: Partial<typeof header>) => {
      const verdict = verifyHeaderForProof(encodeHeader({ ...header, ...changes }), context)
      return verdict.ok ? 'none' : verdict.code
    }
    const extraData = `0x02${header.extraData.slice(4)}` as const
    expect(codeOf({ extraData, difficulty: 1n, number: 9n, timestamp: 0n })).toBe('E_PARAM')
    expect(codeOf({ difficulty: 1n, number: 9n, timestamp: 0n })).toBe('E_DIFF')
    expect(codeOf({ difficulty: 2n ** 21n, number: 9n, timestamp: 0n })).toBe('E_PARENT')
    expect(codeOf({ difficulty: 2n ** 21n, timestamp: 0n })).toBe('E_DIFF')
    expect(codeOf({ timestamp: 0n })).toBe('E_TIME')
  })

  it('says how long the longest proof is', () => {
    expect(proofBytesMax('T0')).toBe(4_392)
    expect(proofBytesMax('S2')).toBe(66_216)
  })
})

describe('consensus / proof / synthetic-rows', () => {
  const shape = SHAPES.T0
  const seed = (value: number) => new Uint8Array(32).fill(value)

  it('changes no verdict', () => {
    const { headerRlp, proof, context } = mine(FIRST_PLACE)
    const synthetic = new SyntheticRows(shape)
    const plain = verifyProofOfCompute(headerRlp, proof, context)
    for (let i = 0; i < 3; i++) {
      expect(verifyProofOfCompute(headerRlp, proof, { ...context, synthetic })).toEqual(plain)
    }
    expect(synthetic.bytes).toBe(16 * shape.k)
  })

  it('expands a row once', () => {
    const rows = new SyntheticRows(shape)
    const first = rows.tileRows(seed(1), 'A', 3)
    const again = rows.tileRows(seed(1), 'A', 3)
    expect(again.every((row, i) => row === first[i])).toBe(true)
    expect(rows.bytes).toBe(8 * shape.k)
    expect(rows.tileRows(seed(1), 'B', 3)).not.toEqual(first)
  })

  it('lets the epoch go that was used least recently, and keeps to its bytes', () => {
    const epochBytes = 8 * shape.k
    const rows = new SyntheticRows(shape, 2 * epochBytes)
    const [one] = rows.tileRows(seed(1), 'A', 0)
    rows.tileRows(seed(2), 'A', 0)
    expect(rows.tileRows(seed(1), 'A', 0)[0]).toBe(one)
    rows.tileRows(seed(3), 'A', 0)
    expect(rows.bytes).toBe(2 * epochBytes)
    expect(rows.tileRows(seed(1), 'A', 0)[0]).toBe(one)
    expect(rows.bytes).toBe(2 * epochBytes)
  })

  it('keeps the one epoch that it is asked for, however large', () => {
    const rows = new SyntheticRows(shape, 1)
    rows.tileRows(seed(1), 'A', 0)
    rows.tileRows(seed(1), 'B', 0)
    expect(rows.bytes).toBe(16 * shape.k)
    rows.tileRows(seed(2), 'A', 0)
    expect(rows.bytes).toBe(8 * shape.k)
  })
})
