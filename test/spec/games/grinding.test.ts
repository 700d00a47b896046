/**
 * Grinding games: a witness is made first, then what it was made for is changed. Whatever changes,
 * each try is one fresh ticket. Spec: docs/spec/proof-of-compute.md, S3, S4.
 */
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeHeader } from '../../../consensus/codec/header-codec.ts'
import { randaoMixHash, workCommitment } from '../../../consensus/proof/commitments.ts'
import { verifyProofOfCompute } from '../../../consensus/proof/proof-of-compute.ts'
import { assembleProof } from '../../../consensus/proof/seal.ts'
import { matrixRoot } from '../../../gpu/reference/merkle.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import {
  contextAt,
  extraDataOf,
  FIRST_PLACE,
  type MinedBlock,
  mine,
  privateMatrices,
  TEST_PARAMS,
} from '../../support/mined-blocks.ts'
import { Random } from '../../support/random.ts'
import { report } from './report.ts'

const { m, k, tileMacs } = SHAPES.T0
const TRIALS = 640
/** F / D: the odds of a fresh ticket. */
const ODDS = tileMacs / Number(TEST_PARAMS.minDifficulty)

function expectFreshTickets(accepted: number): void {
  const deviation = Math.sqrt(TRIALS * ODDS * (1 - ODDS))
  expect(Math.abs(accepted - TRIALS * ODDS)).toBeLessThan(4 * deviation)
}

/** The block with one row of A changed that its proof does not open, proof and header in keeping. */
function withOtherRow(block: MinedBlock, random: Random): string {
  const { operands, header, context, tiles } = block
  if (operands.kind === 0) throw new Error('kind 1 was mined')
  const tile = tiles[0]!
  const row = (8 * tile.ti + 8 + random.below(m - 8)) % m
  const a = operands.a.slice()
  for (let l = 0; l < k; l++) a[row * k + l] = random.below(128) - 64
  const changed = { ...operands, a, rootA: matrixRoot(a, m, k) }
  const commitment = workCommitment(1, changed.jobId, changed.rootA, changed.rootB)
  const headerRlp = encodeHeader({ ...header, extraData: extraDataOf(1, commitment) })
  const verdict = verifyProofOfCompute(headerRlp, assembleProof('T0', tile, changed), context)
  return verdict.ok ? 'accepted' : verdict.code
}

/** The block of a guessed parent, put on the parent that came. */
function onOtherParent(block: MinedBlock, random: Random): string {
  const hash = bytesToHex(random.bytes(32))
  const context = contextAt({ ...FIRST_PLACE, parent: { ...FIRST_PLACE.parent, hash } })
  const header = { ...block.header, parentHash: hash, mixHash: randaoMixHash(hash) }
  const verdict = verifyProofOfCompute(encodeHeader(header), block.proof, context)
  return verdict.ok ? 'accepted' : verdict.code
}

function play(once: (random: Random) => string): number {
  const random = new Random(10)
  const outcomes = Array.from({ length: TRIALS }, () => once(random))
  expect(outcomes.every((outcome) => outcome === 'accepted' || outcome === 'E_WORK')).toBe(true)
  return outcomes.filter((outcome) => outcome === 'accepted').length
}

describe('spec / games / grinding', () => {
  const opened = mine(FIRST_PLACE, { matrices: privateMatrices(10) })
  const synthetic = mine(FIRST_PLACE)

  it('W10: a row that the proof does not open changes every ticket: each try is a fresh one', () => {
    const accepted = play((random) => withOtherRow(opened, random))
    report('W10', `other unopened rows that won, of ${TRIALS} at 1/64`, accepted)
    expectFreshTickets(accepted)
  })

  it('W10: the same rows under the same root win every time', () => {
    const { headerRlp, proof, context } = opened
    expect(verifyProofOfCompute(headerRlp, proof, context).ok).toBe(true)
  })

  it('W11: what was mined on a guessed parent is a fresh ticket on the one that came', () => {
    const accepted = play((random) => onOtherParent(synthetic, random))
    report('W11', `blocks of a guessed parent that won, of ${TRIALS} at 1/64`, accepted)
    expectFreshTickets(accepted)
  })

  it('W11: on the parent that nobody has the block has no verdict', () => {
    const context = contextAt(FIRST_PLACE, { parent: undefined })
    const verdict = verifyProofOfCompute(synthetic.headerRlp, synthetic.proof, context)
    expect(verdict).toMatchObject({ ok: false, code: 'E_PARENT', condemns: null })
  })

  it('W11: a parent that was guessed right is worth the work that was done on it', () => {
    const { headerRlp, proof, context } = synthetic
    expect(verifyProofOfCompute(headerRlp, proof, context).ok).toBe(true)
  })
})
