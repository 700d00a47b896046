/** Every verification case of the public vectors, and every block of its chain. */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { decodeHeader, hashHeader, hashHeaderRlp } from '../../consensus/codec/header-codec.ts'
import { verifyProofOfCompute } from '../../consensus/proof/proof-of-compute.ts'
import { SyntheticRows } from '../../consensus/proof/synthetic-rows.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { contextOfVectors, inputOfCase, type ProofInput } from '../support/poc-cases.ts'
import { pocVectors } from '../support/poc-vectors.ts'

function verify({ headerRlp, proof, context }: ProofInput) {
  return verifyProofOfCompute(headerRlp, proof, context)
}

describe.skipIf(pocVectors === undefined)('spec / proof-of-compute cases', () => {
  const vectors = pocVectors!
  const synthetic = new SyntheticRows(SHAPES.T0)

  it('has all the cases that it is meant to run', () => {
    expect(vectors.cases).toHaveLength(157)
  })

  it.each(vectors?.cases ?? [])('$name', (test) => {
    const input = inputOfCase(vectors, test)
    const verdict = verify(input)
    const { ok } = verdict
    const said = ok ? { ok } : { ok, code: verdict.code, condemns: verdict.condemns }
    expect(said).toEqual(test.expect)
    const reached = ok || verdict.code === 'E_WORK'
    expect(verdict.ticket && bytesToHex(verdict.ticket)).toBe(test.ticket)
    expect(verdict.blockHash).toBe(reached ? hashHeaderRlp(input.headerRlp) : undefined)
    expect(verdict.macs).toBe(reached ? SHAPES.T0.tileMacs : 0)
    // The cache of operand rows changes no answer.
    expect(verify({ ...input, context: { ...input.context, synthetic } })).toEqual(verdict)
  })

  it.each(Object.keys(vectors?.chains ?? {}))('accepts every block of chain %s', (name) => {
    const chain = vectors.chains[name]!
    let parent = decodeHeader(hexToBytes(chain.genesisRlp))
    for (const block of chain.blocks) {
      const { number, timestamp } = parent
      const context = contextOfVectors(chain.params, {
        parent: {
          hash: hashHeader(parent),
          number: Number(number),
          timestamp: Number(timestamp),
        },
        mtp: block.mtpParent,
        difficulty: block.difficulty,
        epochSeed: block.epochSeed,
        jobs: block.jobs ?? [],
      })
      const headerRlp = hexToBytes(block.headerRlp)
      const verdict = verify({ headerRlp, proof: hexToBytes(block.proof), context })
      expect(verdict).toMatchObject({ ok: true, blockHash: block.hash })
      expect(verdict.ticket && bytesToHex(verdict.ticket)).toBe(block.ticket)
      parent = decodeHeader(headerRlp)
    }
  })
})
