import { createMPT } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../../../../consensus/codec/ordered-trie-root.ts'
import { Random } from '../../../support/random.ts'

/** The same root by the trie of EthereumJS, a key at a time. */
async function oracleRoot(values: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT()
  for (const [index, value] of values.entries()) await trie.put(RLP.encode(index), value)
  return bytesToHex(trie.root())
}

describe('consensus / codec / ordered-trie-root', () => {
  it('of nothing is the root of the empty trie', async () => {
    expect(orderedTrieRoot([])).toBe(EMPTY_TRIE_ROOT)
    expect(EMPTY_TRIE_ROOT).toBe(await oracleRoot([]))
  })

  it('equals the root of @ethereumjs/mpt where the keys change their length', async () => {
    const random = new Random(1)
    for (const count of [1, 2, 3, 15, 16, 17, 127, 128, 129, 130, 255, 256, 257, 400]) {
      const values = Array.from({ length: count }, () => random.bytes(1 + random.below(120)))
      expect(orderedTrieRoot(values)).toBe(await oracleRoot(values))
    }
  })

  it('equals it for values so short that nodes stand in their parents', async () => {
    const random = new Random(2)
    for (const count of [1, 2, 5, 20, 128, 140, 300]) {
      const values = Array.from({ length: count }, () => Uint8Array.of(1 + random.below(255)))
      expect(orderedTrieRoot(values)).toBe(await oracleRoot(values))
    }
  })

  it('depends on the order', () => {
    const [a, b] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]
    expect(orderedTrieRoot([a, b])).not.toBe(orderedTrieRoot([b, a]))
  })

  it('asserts that no value is empty, which the trie could not tell from none', () => {
    expect(() => orderedTrieRoot([new Uint8Array(0)])).toThrow('value')
  })
})
