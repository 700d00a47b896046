/** Encoding games E1 to E11: ranges, lengths, trees and commitments bent by hand. */
import { createHash } from 'node:crypto'
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeHeader } from '../../../consensus/codec/header-codec.ts'
import {
  NO_JOB,
  syntheticCommitment,
  workCommitment,
} from '../../../consensus/proof/commitments.ts'
import {
  type ProofContext,
  verifyProofOfCompute,
} from '../../../consensus/proof/proof-of-compute.ts'
import { DIFFICULTY_MAX } from '../../../genesis/params.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import {
  contextAt,
  extraDataOf,
  FIRST_PLACE,
  jobOn,
  mine,
  privateMatrices,
  ZERO_HASH,
} from '../../support/mined-blocks.ts'

const { k, m } = SHAPES.T0
const ROWS_A = 104
const SIBLINGS_A = ROWS_A + 8 * k
const ROWS_B = SIBLINGS_A + 3 * 32
const SIBLINGS_B = ROWS_B + 8 * k

const block = mine(FIRST_PLACE)
const matrices = privateMatrices(5)
const opened = mine(FIRST_PLACE, { matrices })
const ofJob = mine(FIRST_PLACE, { matrices: { ...matrices, jobId: new Uint8Array(32).fill(9) } })
const { id, job } = jobOn(ofJob)

const sha256 = (...parts: Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

type Verdict = ReturnType<typeof verifyProofOfCompute>
const said = (verdict: Verdict) => (verdict.ok ? 'accepted' : `${verdict.code} ${verdict.condemns}`)
const verify = (proof: Uint8Array, of = opened, context: ProofContext = of.context) =>
  said(verifyProofOfCompute(of.headerRlp, proof, context))

/** The proof of `opened` with bytes written over it. */
function patched(...patches: readonly (readonly [number, Uint8Array | readonly number[]])[]) {
  const proof = opened.proof.slice()
  for (const [offset, bytes] of patches) proof.set(bytes, offset)
  return proof
}

describe('spec / proof games / encoding', () => {
  it('E1: a tile outside the product is refused', () => {
    for (const [first, second] of [
      [8, 0],
      [0xff, 0xff],
    ] as const) {
      expect(verify(block.proof.with(4, first).with(5, second), block)).toBe('E_IDX sender')
      expect(verify(block.proof.with(6, first).with(7, second), block)).toBe('E_IDX sender')
      expect(verify(patched([4, [first, second]]))).toBe('E_IDX sender')
    }
  })

  it('E2: an opened entry outside [-64, 63] is refused, wherever it stands', () => {
    for (const offset of [ROWS_A, SIBLINGS_A - 1, ROWS_B, SIBLINGS_B - 1]) {
      for (const entry of [64, 127, 0xbf, 0x80]) {
        expect(verify(patched([offset, [entry]]))).toBe('E_RANGE sender')
      }
      const inRange = (opened.proof[offset]! ^ 1) & 0xff
      expect(verify(patched([offset, [inRange]]))).toBe('E_MERKLE sender')
    }
  })

  it('E3: a leaf does not pass as a node, nor a node as a leaf', () => {
    const row = (index: number) =>
      opened.proof.subarray(ROWS_A + index * k, ROWS_A + (index + 1) * k)
    const leaves = Array.from({ length: 8 }, (_, i) => sha256(Uint8Array.of(0), row(i)))
    const node = sha256(Uint8Array.of(1), leaves[0]!, leaves[1]!)
    // Rows that spell the children of the two lowest nodes, and siblings that are leaves.
    const spelled = new Uint8Array(k)
    spelled.set([...leaves[0]!, ...leaves[1]!].map((byte) => byte & 0x3f))
    expect(verify(patched([ROWS_A, spelled]))).toBe('E_MERKLE sender')
    expect(verify(patched([SIBLINGS_A, leaves[0]!]))).toBe('E_MERKLE sender')
    expect(verify(patched([SIBLINGS_A, node]))).toBe('E_MERKLE sender')
    // With equal tags a node's 64 bytes could be a row; the tags make their hashes differ.
    expect(sha256(Uint8Array.of(0), leaves[0]!, leaves[1]!)).not.toEqual(node)
  })

  it('E4: a root with other dimensions over the same tree is another root', () => {
    const { a } = matrices
    let level = Array.from({ length: m }, (_, i) =>
      sha256(Uint8Array.of(0), new Uint8Array(a.buffer, a.byteOffset + i * k, k)),
    )
    while (level.length > 1) {
      level = level
        .filter((_, i) => i % 2 === 0)
        .map((left, i) => sha256(Uint8Array.of(1), left, level[2 * i + 1]!))
    }
    const rootFor = (rows: number, columns: number) => {
      const dimensions = Buffer.alloc(8)
      dimensions.writeUInt32LE(rows, 0)
      dimensions.writeUInt32LE(columns, 4)
      return sha256(Uint8Array.of(2), Buffer.from('HPOC/v1/mat'), dimensions, level[0]!)
    }
    const { operands } = opened
    if (operands.kind === 0) throw new Error('kind 1 was mined')
    expect(rootFor(m, k)).toEqual(Buffer.from(operands.rootA))
    for (const [rows, columns] of [
      [2 * m, k],
      [m, 2 * k],
      [k, m],
      [m / 2, 2 * k],
    ] as const) {
      const rootA = rootFor(rows, columns)
      const extraData = extraDataOf(1, workCommitment(1, NO_JOB, rootA, operands.rootB))
      const headerRlp = encodeHeader({ ...opened.header, extraData })
      const verdict = verifyProofOfCompute(headerRlp, patched([40, rootA]), opened.context)
      expect(said(verdict)).toBe('E_MERKLE sender')
    }
  })

  it('E5: siblings in another order, or twice, are refused', () => {
    const sibling = (base: number, index: number) =>
      opened.proof.slice(base + index * 32, base + (index + 1) * 32)
    for (const base of [SIBLINGS_A, SIBLINGS_B]) {
      for (const [i, j] of [
        [0, 1],
        [1, 2],
        [0, 2],
      ] as const) {
        const [first, second] = [sibling(base, i), sibling(base, j)]
        const swapped = patched([base + i * 32, second], [base + j * 32, first])
        expect(verify(swapped)).toBe('E_MERKLE sender')
        expect(verify(patched([base + j * 32, first]))).toBe('E_MERKLE sender')
      }
    }
    const [ofA, ofB] = [opened.proof.slice(SIBLINGS_A, ROWS_B), opened.proof.slice(SIBLINGS_B)]
    expect(verify(patched([SIBLINGS_A, ofB], [SIBLINGS_B, ofA]))).toBe('E_MERKLE sender')
  })

  it('E6: another version, shape, kind or reserved byte in the proof is refused', () => {
    for (const of of [block, opened]) {
      const proofs = [
        of.proof.with(0, 2),
        of.proof.with(1, 1),
        of.proof.with(2, 2),
        of.proof.with(3, 1),
      ]
      for (const proof of proofs) expect(verify(proof, of)).toBe('E_IDX sender')
    }
  })

  it('E7: a difficulty out of range condemns the header', () => {
    const { minDifficulty } = block.context.params
    const difficulties = [0n, 1n, minDifficulty - 1n, DIFFICULTY_MAX + 1n, 2n ** 256n - 1n]
    for (const difficulty of difficulties) {
      const headerRlp = encodeHeader({ ...block.header, difficulty })
      const context = contextAt({ ...FIRST_PLACE, epochDifficulty: difficulty })
      expect(said(verifyProofOfCompute(headerRlp, block.proof, context))).toBe('E_DIFF header')
    }
  })

  it('E8: a proof of another length is refused by its length', () => {
    const { length } = opened.proof
    for (const bytes of [0, 1, 8, length - 1, length + 1, 10_000_000]) {
      expect(verify(new Uint8Array(bytes))).toBe('E_LEN sender')
      if (bytes !== 8) expect(verify(new Uint8Array(bytes), block)).toBe('E_LEN sender')
    }
  })

  it('E10: a job that is unknown, of another, on other matrices or settled condemns the header', () => {
    const withJob = (found: typeof job | undefined, checkJob = true): ProofContext => ({
      ...ofJob.context,
      checkJob,
      jobView: (asked) => (asked === id ? found : undefined),
    })
    const played = (found: typeof job | undefined) => verify(ofJob.proof, ofJob, withJob(found))
    expect(played(job)).toBe('accepted')
    expect(played(undefined)).toBe('E_JOB header')
    expect(played({ ...job, claimant: `0x${'99'.repeat(20)}` })).toBe('E_JOB header')
    expect(played({ ...job, rootA: job.rootB })).toBe('E_JOB header')
    expect(played({ ...job, rootB: job.rootA })).toBe('E_JOB header')
    expect(played({ ...job, isSettled: true })).toBe('E_JOB header')
    // L11: without state the check is left to execution.
    expect(verify(ofJob.proof, ofJob, withJob(undefined, false))).toBe('accepted')
    // Private work needs no job.
    expect(verify(opened.proof, opened, withJob(undefined))).toBe('accepted')
  })

  it('E11: commitment, kind, job and roots belong together', () => {
    const seed = FIRST_PLACE.epochSeed
    const { operands } = opened
    if (operands.kind === 0) throw new Error('kind 1 was mined')
    const { rootA, rootB } = operands
    const withCommitment = (of: typeof block, commitment: `0x${string}`, proof = of.proof) => {
      const kind = of === block ? 0 : 1
      const extraData = extraDataOf(kind, commitment)
      const headerRlp = encodeHeader({ ...of.header, extraData })
      return said(verifyProofOfCompute(headerRlp, proof, of.context))
    }
    // The same proof, another commitment; or that of the other kind.
    expect(withCommitment(block, ZERO_HASH)).toBe('E_DIGEST header')
    expect(withCommitment(opened, ZERO_HASH)).toBe('E_DIGEST sender')
    expect(withCommitment(block, workCommitment(1, NO_JOB, rootA, rootB))).toBe('E_DIGEST header')
    expect(withCommitment(opened, syntheticCommitment(seed, SHAPES.T0.id))).toBe('E_DIGEST sender')
    expect(withCommitment(opened, workCommitment(0, NO_JOB, rootA, rootB))).toBe('E_DIGEST sender')
    // Another job or other roots in the proof alone.
    const otherJob = new Uint8Array(32).fill(1)
    expect(verify(patched([8, otherJob]))).toBe('E_DIGEST sender')
    expect(verify(patched([40, rootB]))).toBe('E_DIGEST sender')
    expect(verify(patched([72, rootA]))).toBe('E_DIGEST sender')
    // Commitment and proof changed together.
    const follow = workCommitment(1, otherJob, rootA, rootB)
    expect(withCommitment(opened, follow, patched([8, otherJob]))).toBe('E_JOB header')
    const swapped = workCommitment(1, NO_JOB, rootB, rootA)
    const proof = patched([40, rootB], [72, rootA])
    expect(withCommitment(opened, swapped, proof)).toBe('E_MERKLE sender')
    // mixHash is checked before the commitment.
    const bad = { ...opened.header, mixHash: ZERO_HASH, extraData: extraDataOf(1, ZERO_HASH) }
    const verdict = verifyProofOfCompute(encodeHeader(bad), opened.proof, opened.context)
    expect(said(verdict)).toBe('E_DIGEST header')
  })

  it('a root in the wrong place does not open: A and BT are not exchangeable', () => {
    const rowsOfB = opened.proof.slice(ROWS_B)
    const rowsOfA = opened.proof.slice(ROWS_A, ROWS_B)
    expect(bytesToHex(rowsOfA)).not.toBe(bytesToHex(rowsOfB))
    expect(verify(patched([ROWS_A, rowsOfB], [ROWS_B, rowsOfA]))).toBe('E_MERKLE sender')
  })
})
