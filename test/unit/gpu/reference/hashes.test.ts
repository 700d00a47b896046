import { blake3 } from '@noble/hashes/blake3.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { describe, expect, it } from 'vitest'
import { b3, compress, shortMessage, wordsOf } from '../../../../gpu/reference/blake3.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { deriveKappa, deriveSeeds, nonceBytes } from '../../../../gpu/reference/seeds.ts'
import { Random } from '../../../support/random.ts'
import { hex } from '../operands.ts'

const random = new Random(1)

describe('gpu / reference / hashes', () => {
  it('B3 is a block of the output of keyed BLAKE3', () => {
    for (let i = 0; i < 50; i++) {
      const key = random.bytes(32)
      const message = random.bytes(64)
      const stream = blake3(message, { key, dkLen: 256 })
      for (let t = 0; t < 4; t++) {
        expect(hex(b3(key, message, t))).toBe(hex(stream.subarray(64 * t, 64 * t + 64)))
      }
    }
  })

  it('B3 takes counters and words of the whole u32 range', () => {
    const key = new Uint8Array(32).fill(255)
    const message = new Uint8Array(64).fill(255)
    const out = new Int32Array(16)
    compress(wordsOf(key), wordsOf(message), 3, out)
    const stream = blake3(message, { key, dkLen: 256 })
    expect(hex(new Uint8Array(out.buffer))).toBe(hex(stream.subarray(192)))
  })

  it('B3 reads keys and messages at any offset of their buffer', () => {
    const bytes = random.bytes(100)
    const key = bytes.subarray(1, 33)
    const message = bytes.subarray(35, 99)
    expect(hex(b3(key, message, 0))).toBe(hex(blake3(message, { key, dkLen: 64 })))
  })

  it('a short message is two little-endian words and zeros', () => {
    const bytes = new Uint8Array(shortMessage(16, 0x01020304).buffer)
    expect(hex(bytes)).toBe(`1000000004030201${'00'.repeat(56)}`)
  })

  it('keccak256 hashes its parts as one message', () => {
    for (const length of [0, 1, 135, 136, 137, 600]) {
      const bytes = random.bytes(length)
      const expected = hex(keccak_256(bytes))
      expect(hex(keccak256(bytes))).toBe(expected)
      expect(hex(keccak256(bytes.subarray(0, 7), bytes.subarray(7)))).toBe(expected)
    }
    expect(hex(keccak256())).toBe(hex(keccak_256(new Uint8Array(0))))
  })

  it('a digest stays as it is when another follows', () => {
    const first = keccak256(Uint8Array.of(1))
    const before = hex(first)
    keccak256(Uint8Array.of(2))
    expect(hex(first)).toBe(before)
  })

  it('a nonce is eight big-endian bytes', () => {
    expect(hex(nonceBytes(0x0102030405060708n))).toBe('0102030405060708')
    expect(hex(nonceBytes(2n ** 64n - 1n))).toBe('ff'.repeat(8))
  })

  it('kappa and its keys follow from genesis, header and nonce', () => {
    const genesis = new Uint8Array(32).fill(1)
    const seal = new Uint8Array(32).fill(2)
    const nonce = nonceBytes(3n)
    const tag = new TextEncoder().encode('HPOC/v1/kappa')
    const kappa = keccak_256(Uint8Array.from([...tag, ...genesis, ...seal, ...nonce]))
    expect(hex(deriveKappa(genesis, seal, nonce))).toBe(hex(kappa))
    const key = (letter: string) =>
      hex(keccak_256(Uint8Array.from([...kappa, letter.charCodeAt(0)])))
    const { seedA, seedB, ticketKey } = deriveSeeds(kappa)
    expect([seedA, seedB, ticketKey].map(hex)).toEqual([key('A'), key('B'), key('T')])
  })
})
