import { describe, expect, it } from 'vitest'
import { TestChain } from '../../../support/chain-factory.ts'

describe('node / chain / import-block', () => {
  it('imports a valid block and makes it head', async () => {
    const { chain, ...rest } = await TestChain.open()
    void rest
    const test = await TestChain.open()
    const block = await test.seal()
    expect(await test.import(block)).toEqual({ kind: 'imported', isHead: true })
    expect(test.chain.head.hash).toBe(block.hash)
    expect(chain.head.header.number).toBe(0n)
  })
})
