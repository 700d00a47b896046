/** A hundred thousand headers without work: each costs a look, and none is kept. */
import { describe, expect, it } from 'vitest'
import {
  decodeHeader,
  encodeHeader,
  hashHeaderRlp,
} from '../../../../consensus/codec/header-codec.ts'
import type { Hash, Header } from '../../../../consensus/types.ts'
import type { SealedHeader } from '../../../../node/chain/sealed-block.ts'
import { TestChain } from '../../../support/chain-factory.ts'

const HEADERS = Number(process.env['HANZO_SPAM_HEADERS'] ?? 100_000)
/** Each takes some 50 microseconds of CPU. */
const TIMEOUT_MS = 180_000 + 2 * HEADERS
const GROWTH_BYTES_MAX = 64 * 1024 * 1024

const hashOf = (index: number): Hash => `0x${index.toString(16).padStart(64, '0')}`

function sealed(header: Header, proof: Uint8Array): SealedHeader {
  const headerRlp = encodeHeader(header)
  return { hash: hashHeaderRlp(headerRlp), header: decodeHeader(headerRlp), headerRlp, proof }
}

describe('node / attacks / header spam', () => {
  it('leaves no trace in the tree, and memory within 64 MiB', { timeout: TIMEOUT_MS }, async () => {
    const test = await TestChain.open()
    const { headers, tree } = test.chain
    const { header, proof: good } = await test.seal()
    const proof = good.slice()
    // Of no tile at all: one tile in 64 wins by chance, so another one could be a good proof.
    proof[4] = 0xff
    const before = process.memoryUsage().heapUsed
    const kinds = new Set<string>()
    for (let index = 1; index <= HEADERS; index++) {
      // A proof that is none; a difficulty that is too low; a parent that nobody has.
      const spam = [
        { ...header, gasUsed: BigInt(index) },
        { ...header, difficulty: 1n, gasUsed: BigInt(index) },
        { ...header, number: 9n, parentHash: hashOf(index) },
      ][index % 3]!
      kinds.add(headers.check(sealed(spam, proof), Date.now()).kind)
      if (index % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect([...kinds].sort()).toEqual(['invalid', 'unknown-parent'])
    expect(tree.size).toBe(1)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(GROWTH_BYTES_MAX)
    const [block] = await test.extend(1)
    expect(test.chain.head.hash).toBe(block!.hash)
  })
})
