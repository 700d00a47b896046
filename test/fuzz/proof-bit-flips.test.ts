/**
 * E9: random bit flips of valid proofs and headers. None is accepted, but a proof of kind 0 whose
 * flips lead to another tile that wins by the reference; and nothing is ever thrown.
 */
import { describe, expect, it } from 'vitest'
import { hashHeaderRlp } from '../../consensus/codec/header-codec.ts'
import { verifyProofOfCompute } from '../../consensus/proof/proof-of-compute.ts'
import { SyntheticRows } from '../../consensus/proof/synthetic-rows.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { FIRST_PLACE, mine, privateMatrices } from '../support/mined-blocks.ts'
import { Random } from '../support/random.ts'

const FLIPS = 100_000

const synthetic = new SyntheticRows(SHAPES.T0)
const kind0 = mine(FIRST_PLACE, { tilesMin: 3, context: { synthetic } })
const kind1 = mine(FIRST_PLACE, { matrices: privateMatrices(11) })

/** Flips 1 to 4 bits somewhere in a copy. */
function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice()
  for (let i = random.below(4); i >= 0; i--) out[random.below(out.length)]! ^= 1 << random.below(8)
  return out
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

describe('fuzz / proof bit flips', () => {
  it(`E9: of ${FLIPS} flipped proofs of kind 0 only winning tiles of the same block pass`, () => {
    const random = new Random(0)
    const winners = new Set(kind0.tiles.map(({ ti, tj }) => `${ti},${tj}`))
    const isWinner = (proof: Uint8Array) =>
      isSame(proof.subarray(0, 4), kind0.proof.subarray(0, 4)) &&
      winners.has(`${proof[4]! + 256 * proof[5]!},${proof[6]! + 256 * proof[7]!}`)
    let accepted = 0
    const codes = new Set<string>()
    for (let i = 0; i < FLIPS; i++) {
      const proof = flipped(kind0.proof, random)
      const verdict = verifyProofOfCompute(kind0.headerRlp, proof, kind0.context)
      if (verdict.ok !== isWinner(proof)) expect.fail(`proof ${Buffer.from(proof).toString('hex')}`)
      if (verdict.ok) accepted++
      else codes.add(`${verdict.code} ${verdict.condemns}`)
      if (verdict.ok) expect(verdict.blockHash).toBe(kind0.hash)
    }
    expect([...codes].sort()).toEqual(['E_IDX sender', 'E_WORK sender'])
    expect(accepted).toBeGreaterThan(0)
  })

  it(`E9: of ${FLIPS} flipped proofs of kind 1 none passes`, () => {
    const random = new Random(1)
    const codes = new Map<string, number>()
    for (let i = 0; i < FLIPS; i++) {
      const proof = flipped(kind1.proof, random)
      const verdict = verifyProofOfCompute(kind1.headerRlp, proof, kind1.context)
      // An even number of flips of one bit is the proof itself.
      if (verdict.ok) expect(isSame(proof, kind1.proof)).toBe(true)
      const said = verdict.ok ? 'unchanged' : `${verdict.code} ${verdict.condemns}`
      codes.set(said, (codes.get(said) ?? 0) + 1)
    }
    expect([...codes.keys()].sort()).toEqual(
      ['E_DIGEST sender', 'E_IDX sender', 'E_MERKLE sender', 'E_RANGE sender'].concat(
        codes.has('unchanged') ? ['unchanged'] : [],
      ),
    )
  })

  it('E9: a flipped header is refused, or is another block on the same terms', () => {
    const random = new Random(2)
    for (const block of [kind0, kind1]) {
      let accepted = 0
      for (let i = 0; i < 10_000; i++) {
        const headerRlp = flipped(block.headerRlp, random)
        if (isSame(headerRlp, block.headerRlp)) continue
        const verdict = verifyProofOfCompute(headerRlp, block.proof, block.context)
        if (!verdict.ok) continue
        accepted++
        expect(verdict.blockHash).toBe(hashHeaderRlp(headerRlp))
        expect(verdict.blockHash).not.toBe(block.hash)
      }
      // As rare as a ticket: what is not caught by a rule is a fresh draw of 1 in 64.
      expect(accepted).toBeLessThan(10_000 / 32)
    }
  })

  it('bytes of any kind and length have a verdict', () => {
    const random = new Random(3)
    for (let i = 0; i < 20_000; i++) {
      const headerRlp = random.chance(50) ? kind1.headerRlp : random.bytes(random.below(900))
      const proof = random.bytes(random.chance(30) ? random.below(5_000) : random.below(16))
      const verdict = verifyProofOfCompute(headerRlp, proof, kind1.context)
      expect(verdict.ok).toBe(false)
    }
  })
})
