/** What BLOCKHASH sees: the branch that is executed, whatever the canonical chain is. */
import { describe, expect, it } from 'vitest'
import { ancestorHashes } from '../../../../node/chain/branch.ts'
import { TestChain } from '../../../support/chain-factory.ts'

describe('node / chain / branch', () => {
  it('ancestors are those of the branch, also where it is not canonical', async () => {
    const test = await TestChain.open()
    const { chain } = test
    const parent = chain.genesis.hash
    const canonical = await test.extend(3, { parent })
    const side = await test.extend(2, { parent, coinbase: `0x${'dd'.repeat(20)}` })
    const [first, tip] = side
    expect(chain.head.hash).toBe(canonical.at(-1)?.hash)
    const ancestorOf = ancestorHashes(chain.tree, chain.blocks, tip?.hash ?? '0x')
    expect(await ancestorOf(1n)).toBe(first?.hash)
    expect(await chain.blocks.canonicalHash(1n)).toBe(canonical[0]?.hash)
    expect(await ancestorOf(0n)).toBe(parent)
    expect(await ancestorOf(2n)).toBe(tip?.hash)
  })
})
