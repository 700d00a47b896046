/** Decoders against bytes that peers may send: coded errors only, and one encoding a value. */
import { RLP } from '@ethereumjs/rlp'
import { describe, expect, it } from 'vitest'
import { decodeBlock, encodeBlock } from '../../consensus/codec/block-codec.ts'
import { decodeHeader, encodeHeader } from '../../consensus/codec/header-codec.ts'
import { decodeProof, encodeProof } from '../../consensus/codec/proof-codec.ts'
import { readRlpItems, readRlpWhole } from '../../consensus/codec/rlp-reader.ts'
import { CodedError } from '../../consensus/errors.ts'
import { FIRST_PLACE, makeChild, mine, privateMatrices } from '../support/mined-blocks.ts'
import { mutated } from '../support/mutations.ts'
import { Random } from '../support/random.ts'

const ROUNDS = 50_000

/** The value, or undefined for a coded error; anything else is thrown on and fails the test. */
function decoded<Value>(
  decode: (bytes: Uint8Array) => Value,
  bytes: Uint8Array,
): Value | undefined {
  try {
    return decode(bytes)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** What decodes encodes to the very bytes that it came from. Returns how often it decoded. */
function play<Value>(
  seed: number,
  sample: Uint8Array,
  decode: (bytes: Uint8Array) => Value,
  encode: (value: Value) => Uint8Array,
): number {
  const random = new Random(seed)
  let count = 0
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = mutated(sample, random)
    const value = decoded(decode, bytes)
    if (value === undefined) continue
    count++
    if (Buffer.compare(encode(value), bytes) !== 0) {
      expect.fail(`two encodings of one value: ${Buffer.from(bytes).toString('hex')}`)
    }
  }
  return count
}

const header = makeChild(FIRST_PLACE)
const transactions = [
  Uint8Array.of(0xc2, 1, 2),
  Uint8Array.of(2, 0xc1, 5),
  Uint8Array.of(4, 9, 9, 9),
]

describe('fuzz / proof decoding', () => {
  it('a header that decodes has one encoding', () => {
    const count = play(1, encodeHeader(header), decodeHeader, encodeHeader)
    expect(count).toBeGreaterThan(ROUNDS / 20)
  })

  it('a block that decodes has one encoding', () => {
    const count = play(2, encodeBlock({ header, transactions }), decodeBlock, encodeBlock)
    expect(count).toBeGreaterThan(ROUNDS / 20)
  })

  it('a proof that decodes has one encoding', () => {
    const random = new Random(3)
    const kind0 = mine(FIRST_PLACE).proof
    const kind1 = mine(FIRST_PLACE, { matrices: privateMatrices(2) }).proof
    expect(play(4, kind0, decodeProof, encodeProof)).toBeGreaterThan(ROUNDS / 50)
    for (let i = 0; i < 2_000; i++) {
      const proof = kind1.slice()
      proof[random.below(proof.length)]! ^= 1 << random.below(8)
      const value = decoded(decodeProof, proof)
      if (value !== undefined) expect(Buffer.compare(encodeProof(value), proof)).toBe(0)
    }
  })

  it('the strict reader takes the same flat lists as @ethereumjs/rlp', () => {
    const random = new Random(5)
    const sample = RLP.encode([
      random.bytes(3),
      random.bytes(60),
      Uint8Array.of(5),
      random.bytes(300),
    ])
    let taken = 0
    for (let i = 0; i < ROUNDS; i++) {
      const bytes = mutated(sample, random)
      const isOurs = isFlatForUs(bytes)
      if (isOurs !== isFlatForThem(bytes)) expect.fail(Buffer.from(bytes).toString('hex'))
      if (isOurs) taken++
    }
    expect(taken).toBeGreaterThan(ROUNDS / 20)
  })
})

function isFlatForUs(bytes: Uint8Array): boolean {
  const whole = readRlpWhole(bytes)
  const items = whole?.isList ? readRlpItems(bytes, whole, bytes.length) : undefined
  return items?.every((item) => !item.isList) ?? false
}

function isFlatForThem(bytes: Uint8Array): boolean {
  try {
    const value = RLP.decode(bytes)
    return Array.isArray(value) && value.every((item) => !Array.isArray(item))
  } catch {
    return false
  }
}
