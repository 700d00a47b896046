/** Digests, encodings and the two offences. */
import { bytesToHex } from '@ethereumjs/util'
import { concat, hashTypedData, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { bitmapOf, signersOf } from '../../../../consensus/finality/codec/bitmap.ts'
import {
  CERTIFICATE_BYTES_MAX,
  decodeCertificate,
  decodeEvidence,
  decodeVote,
  EVIDENCE_BYTES_MAX,
  encodeCertificate,
  encodeEvidence,
  encodeVote,
  VOTE_BYTES_MAX,
} from '../../../../consensus/finality/codec/finality-codec.ts'
import type { FinalityVote } from '../../../../consensus/finality/types.ts'
import { maySign, offenceOf } from '../../../../consensus/finality/votes/slashing-rule.ts'
import { outputRoot, voteDigest } from '../../../../consensus/finality/votes/vote-digest.ts'
import { certificateOf, DOMAIN, SEPARATOR, signVote } from '../../../support/finality-net.ts'
import { Random } from '../../../support/random.ts'

const VOTE: FinalityVote = {
  sourceEpoch: 3n,
  sourceHash: `0x${'33'.repeat(32)}`,
  targetEpoch: 4n,
  targetHash: `0x${'44'.repeat(32)}`,
  outputRoot: `0x${'55'.repeat(32)}`,
}
const WORD = `0x${'00'.repeat(32)}` as const

describe('consensus / finality / votes', () => {
  it('a digest is that of EIP-712, with the genesis hash as salt', () => {
    const { chainId, verifyingContract, genesisHash } = DOMAIN
    const expected = hashTypedData({
      domain: {
        name: 'HanzoFinality',
        version: '1',
        chainId: Number(chainId),
        verifyingContract,
        salt: genesisHash,
      },
      primaryType: 'FinalityVote',
      types: {
        FinalityVote: [
          { name: 'sourceEpoch', type: 'uint64' },
          { name: 'sourceHash', type: 'bytes32' },
          { name: 'targetEpoch', type: 'uint64' },
          { name: 'targetHash', type: 'bytes32' },
          { name: 'outputRoot', type: 'bytes32' },
        ],
      },
      message: VOTE,
    })
    expect(bytesToHex(voteDigest(SEPARATOR, VOTE))).toBe(expected)
  })

  it('an output root binds version, state, messages and block', () => {
    const state = `0x${'11'.repeat(32)}` as const
    const target = `0x${'22'.repeat(32)}` as const
    expect(outputRoot(state, target)).toBe(keccak256(concat([WORD, state, WORD, target])))
  })

  it('votes, certificates and evidence come back from their bytes, within their limits', () => {
    const signed = signVote({ ...VOTE, targetEpoch: 2n ** 64n - 1n }, 1)
    expect(decodeVote(encodeVote(signed))).toEqual(signed)
    expect(encodeVote(signed).length).toBeLessThan(VOTE_BYTES_MAX)
    const certificate = certificateOf(VOTE, [0, 1, 3, 9])
    expect(decodeCertificate(encodeCertificate(certificate))).toEqual(certificate)
    const evidence = { first: signVote(VOTE, 2), second: signVote({ ...VOTE, sourceEpoch: 0n }, 2) }
    expect(decodeEvidence(encodeEvidence(evidence))).toEqual(evidence)
    expect(encodeEvidence(evidence).length).toBeLessThan(EVIDENCE_BYTES_MAX)
  })

  it('a certificate of 200 signers with far indices fits', () => {
    const { signature } = signVote(VOTE, 0)
    const signers = Array.from({ length: 200 }, (_, i) => 7_000 + 5 * i)
    const full = { vote: VOTE, signers, signatures: signers.map(() => signature) }
    expect(encodeCertificate(full).length).toBeLessThan(CERTIFICATE_BYTES_MAX)
    expect(decodeCertificate(encodeCertificate(full))).toEqual(full)
  })

  it('spoilt bytes are another message or none, and nothing but a coded error is thrown', () => {
    const random = new Random(12)
    const certificate = encodeCertificate(certificateOf(VOTE, [0, 2, 3]))
    let refused = 0
    for (let i = 0; i < 20_000; i++) {
      const spoilt = certificate.slice(0, random.chance(10) ? random.below(400) : undefined)
      if (spoilt.length > 0) spoilt[random.below(spoilt.length)] = random.below(256)
      try {
        const decoded = decodeCertificate(spoilt)
        expect(bytesToHex(encodeCertificate(decoded))).toBe(bytesToHex(spoilt))
      } catch (error) {
        expect(error).toMatchObject({ type: { code: 'MESSAGE_NOT_CANONICAL' } })
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1_000)
  })

  it('a bitmap has one encoding: no zero byte at its end', () => {
    expect(signersOf(bitmapOf([0, 7, 8, 30]))).toEqual([0, 7, 8, 30])
    expect(bitmapOf([])).toEqual(new Uint8Array(0))
    expect(signersOf(Uint8Array.of(1, 0))).toBeUndefined()
    expect(signersOf(new Uint8Array(1_025).fill(1))).toBeUndefined()
  })

  it('two targets of one epoch are a double vote, another output root too', () => {
    const other = { ...VOTE, targetHash: WORD }
    expect(offenceOf(VOTE, other)).toBe('double-vote')
    expect(offenceOf(VOTE, { ...VOTE, outputRoot: WORD })).toBe('double-vote')
    expect(offenceOf(VOTE, { ...VOTE, sourceEpoch: 2n })).toBe('double-vote')
    expect(offenceOf(VOTE, { ...VOTE })).toBeUndefined()
  })

  it.each([
    [2n, 5n, 'surround-vote'],
    [3n, 5n, undefined],
    [4n, 5n, undefined],
    [2n, 6n, 'surround-vote'],
  ] as const)(
    'a vote %s -> %s beside 3 -> 4 is %s, either way round',
    (source, target, offence) => {
      const other = { ...VOTE, sourceEpoch: source, targetEpoch: target }
      expect(offenceOf(VOTE, other)).toBe(offence)
      expect(offenceOf(other, VOTE)).toBe(offence)
    },
  )

  it('whatever may be signed after a history makes no offence with any of it', () => {
    const random = new Random(5)
    let pairs = 0
    for (let run = 0; run < 200; run++) {
      const history: FinalityVote[] = []
      for (let i = 0; i < 30; i++) {
        const sourceEpoch = BigInt(random.below(12))
        const targetEpoch = sourceEpoch + BigInt(random.below(4))
        const vote = { ...VOTE, sourceEpoch, targetEpoch, targetHash: bytesToHex(random.bytes(32)) }
        if (maySign(vote, history.at(-1))) history.push(vote)
      }
      for (const a of history) {
        for (const b of history) {
          if (a !== b) expect(offenceOf(a, b)).toBeUndefined()
          pairs++
        }
      }
    }
    expect(pairs).toBeGreaterThan(2_000)
  })
})
