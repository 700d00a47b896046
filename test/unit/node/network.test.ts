import { describe, expect, it } from 'vitest'
import type { Node } from '../../../node/node.ts'
import { startTestNode, untilHead, untilPeers } from '../../support/test-node.ts'

/** As early as the parent allows: blocks come faster than seconds pass. */
const PAST = { timestamp: 0n }

async function startThree(): Promise<[Node, Node, Node]> {
  const a = await startTestNode({ peers: [] })
  const b = await startTestNode({ peers: [a] })
  const c = await startTestNode({ peers: [a, b] })
  await Promise.all([a, b, c].map((node) => untilPeers(node, 2)))
  return [a, b, c]
}

describe('node / network', () => {
  it('three nodes gossip blocks and converge on one head', async () => {
    const nodes = await startThree()
    for (let round = 0; round < 6; round++) {
      const sealed = await nodes[round % 3]!.sealer!.sealNow(PAST)
      await Promise.all(nodes.map((node) => untilHead(node, (hash) => hash === sealed.hash)))
    }
    for (const { api } of nodes) expect(api.chain.head().header.number).toBe(6n)
  })

  it('a late joiner fetches the whole chain from its peers', async () => {
    const a = await startTestNode({ peers: [] })
    for (let i = 0; i < 40; i++) await a.sealer!.sealNow(PAST)
    const head = a.api.chain.head().hash
    const late = await startTestNode({ peers: [a] })
    await untilHead(late, (hash) => hash === head)
    expect(await late.api.chain.proof(head)).toEqual(await a.api.chain.proof(head))
  })

  it('a partition heals to the heavier side, without a new block', async () => {
    const [a, b, c] = await startThree()
    await Promise.all([
      a.api.network.setPartition([]),
      b.api.network.setPartition([c.api.network.peerId!]),
      c.api.network.setPartition([b.api.network.peerId!]),
    ])
    await untilPeers(a, 0)
    for (let i = 0; i < 3; i++) await a.sealer!.sealNow(PAST)
    for (let i = 0; i < 5; i++) await b.sealer!.sealNow(PAST)
    const heavier = b.api.chain.head().hash
    await untilHead(c, (hash) => hash === heavier)
    expect(a.api.chain.head().header.number).toBe(3n)
    await Promise.all([a, b, c].map((node) => node.api.network.setPartition(undefined)))
    await untilHead(a, (hash) => hash === heavier)
  })
})
