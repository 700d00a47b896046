import { describe, expect, it } from 'vitest'
import { CodedError } from '../../../../consensus/errors.ts'
import type { Hash } from '../../../../consensus/types.ts'
import {
  decodeHashes,
  decodeNamedProof,
  decodeRangeRequest,
  decodeSealedBlock,
  decodeSealedHeader,
  decodeStatus,
  decodeTransactions,
  encodeHashes,
  encodeNamedProof,
  encodeRangeRequest,
  encodeSealedBlock,
  encodeSealedHeader,
  encodeStatus,
  encodeTransactions,
  type Status,
  sealedBlockBytes,
} from '../../../../node/sync/wire.ts'
import { FIRST_PLACE, mine } from '../../../support/mined-blocks.ts'
import { Random } from '../../../support/random.ts'

const hash = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`
const mined = mine(FIRST_PLACE)
const typed = Uint8Array.of(2, 0xc0)
const legacy = Uint8Array.of(0xc3, 1, 2, 3)
const block = { header: mined.header, transactions: [typed, legacy], proof: mined.proof }

const status: Status = {
  genesisHash: hash(1),
  headHash: hash(2),
  headNumber: 300n,
  totalDifficulty: 2n ** 200n,
  finalizedEpoch: 0n,
  finalizedHash: hash(1),
}

const MESSAGES: readonly [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
  ['status', encodeStatus(status), decodeStatus],
  ['sealed block', encodeSealedBlock(block), decodeSealedBlock],
  ['sealed header', encodeSealedHeader(mined.header, mined.proof), decodeSealedHeader],
  ['hashes', encodeHashes([hash(1), hash(2)]), (bytes) => decodeHashes(bytes, 16)],
  ['range', encodeRangeRequest({ first: 9n, count: 8 }), (bytes) => decodeRangeRequest(bytes, 64)],
  ['named proof', encodeNamedProof(hash(3), mined.proof), decodeNamedProof],
  ['transactions', encodeTransactions([typed, legacy]), decodeTransactions],
]

describe('node / sync / wire', () => {
  it('reads back what it wrote', () => {
    expect(decodeStatus(encodeStatus(status))).toEqual(status)
    const read = decodeSealedBlock(encodeSealedBlock(block))
    expect(sealedBlockBytes(block)).toBe(read.bytes)
    expect(read.hash).toBe(mined.hash)
    expect(read.header).toEqual(mined.header)
    expect(read.transactions).toEqual([typed, legacy])
    expect(read.proof).toEqual(mined.proof)
    const sealed = decodeSealedHeader(encodeSealedHeader(mined.header, mined.proof))
    expect([sealed.hash, sealed.proof]).toEqual([mined.hash, mined.proof])
    expect(decodeHashes(encodeHashes([hash(1), hash(2)]), 2)).toEqual([hash(1), hash(2)])
    const range = { first: 0n, count: 512 }
    expect(decodeRangeRequest(encodeRangeRequest(range), 512)).toEqual(range)
    expect(decodeTransactions(encodeTransactions([typed, legacy]))).toEqual([typed, legacy])
  })

  it('refuses more hashes or blocks than the request allows', () => {
    const hashes = encodeHashes([hash(1), hash(2), hash(3)])
    expect(() => decodeHashes(hashes, 2)).toThrow(CodedError)
    expect(() => decodeRangeRequest(encodeRangeRequest({ first: 0n, count: 65 }), 64)).toThrow()
    expect(() => decodeRangeRequest(encodeRangeRequest({ first: 0n, count: 0 }), 64)).toThrow()
  })

  it.each(MESSAGES)(
    'has one encoding of a %s: no truncation, no trailing byte',
    (_, bytes, decode) => {
      expect(() => decode(bytes)).not.toThrow()
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decode(bytes.subarray(0, length))).toThrow(CodedError)
      }
      expect(() => decode(Uint8Array.of(...bytes, 0))).toThrow(CodedError)
    },
  )

  it.each(MESSAGES)(
    'answers any damage to a %s with a coded error or a value',
    (_, bytes, decode) => {
      const random = new Random(7)
      for (let round = 0; round < 2_000; round++) {
        const damaged = bytes.slice()
        const at = random.below(damaged.length)
        damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8))
        try {
          decode(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError)
        }
      }
    },
  )
})
