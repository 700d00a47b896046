import { describe, expect, it } from 'vitest'
import { startTestNode } from '../../support/test-node.ts'

describe('node / node', () => {
  it('boots from genesis, seals blocks and serves its api', async () => {
    const node = await startTestNode()
    const { api } = node
    expect(api.chain.head().hash).toBe(api.genesis.hash)
    const sealed = await node.sealer!.sealNow()
    expect(sealed.header.number).toBe(1n)
    expect(api.chain.head().hash).toBe(sealed.hash)
    const proof = await api.chain.proof(sealed.hash)
    expect(proof).toHaveLength(8)
  })
})
