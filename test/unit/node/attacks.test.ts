import { describe, expect, it } from 'vitest'
import { decodeHashes, encodeSealedBlock, encodeSealedHeader } from '../../../node/sync/wire.ts'
import { TestChain } from '../../support/chain-factory.ts'
import { startRogue } from '../../support/rogue-peer.ts'
import { startTestNode, untilHead, untilPeers } from '../../support/test-node.ts'

const POLL = { interval: 20, timeout: 20_000 }

describe('node / attacks', () => {
  it('a bad proof is not relayed, its sender is banned, and the block passes with a good one', async () => {
    const victim = await startTestNode({ peers: [] })
    const bystander = await startTestNode({ peers: [victim] })
    await untilPeers(bystander, 1)
    const rogue = await startRogue(victim)
    const source = await TestChain.open()
    const block = await source.seal()
    const proof = block.proof.slice()
    // Of no tile at all: one tile in 64 wins by chance, so another one could be a good proof.
    proof[4] = 0xff
    await rogue.publish('block', encodeSealedBlock({ ...block, proof }))
    await expect.poll(() => victim.peers!.network.isBanned(rogue.peerId), POLL).toBe(true)
    await untilPeers(victim, 1)
    expect(bystander.peers!.network.isBanned(victim.peers!.network.peerId)).toBe(false)
    expect(bystander.chain.tree.size).toBe(1)
    expect(victim.chain.headers.isInvalid(block.hash)).toBe(false)
    victim.peers!.gossip.publishBlock(block)
    await untilHead(bystander, (hash) => hash === block.hash)
  })

  it('a block that lies about its state leaves nothing behind and parts no honest nodes', async () => {
    const victim = await startTestNode({ peers: [] })
    const bystander = await startTestNode({ peers: [victim] })
    await untilPeers(bystander, 1)
    const rogue = await startRogue(victim)
    const source = await TestChain.open()
    const lie = await source.sealLie({ stateRoot: `0x${'ba'.repeat(32)}` })
    await rogue.publish('block', encodeSealedBlock(lie))
    await expect.poll(() => victim.chain.headers.isInvalid(lie.hash), POLL).toBe(true)
    await expect.poll(() => bystander.chain.headers.isInvalid(lie.hash), POLL).toBe(true)
    const child = await bystander.sealer!.sealNow({ timestamp: 0n })
    await untilHead(victim, (hash) => hash === child.hash)
    expect(bystander.api.network.peers().length).toBe(1)
    expect(await victim.api.chain.header(lie.hash)).toBeUndefined()
  })

  it("a body that is not the header's is not relayed, and the right one still passes", async () => {
    const victim = await startTestNode({ peers: [] })
    const bystander = await startTestNode({ peers: [victim] })
    await untilPeers(bystander, 1)
    const rogue = await startRogue(victim)
    const source = await TestChain.open()
    const block = await source.seal()
    const refusals: string[] = []
    bystander.chain.events.on('refused', (_block, _source, { kind }) => refusals.push(kind))
    const spoiled = { ...block, transactions: [Uint8Array.of(2, 0xc0)] }
    await rogue.publish('block', encodeSealedBlock(spoiled))
    await expect.poll(() => victim.chain.tree.get(block.hash)?.status, POLL).toBe('verified')
    expect(victim.chain.isHeld(block.hash)).toBe(false)
    await rogue.publish('block', encodeSealedBlock(block))
    await untilHead(bystander, (hash) => hash === block.hash)
    expect(refusals).toEqual([])
  })

  it('a false claim of work brings no head and no trust', async () => {
    const victim = await startTestNode({ peers: [] })
    await victim.sealer!.sealNow({ timestamp: 0n })
    const { header, hash } = victim.chain.head
    const proof = (await victim.api.chain.proof(hash))!
    const asked: string[] = []
    await startRogue(victim, {
      status: { headNumber: 1_000_000n, totalDifficulty: 2n ** 200n },
      answer: (name) => {
        asked.push(name)
        return asked.length === 1 ? [encodeSealedHeader(header, proof)] : []
      },
    })
    await expect.poll(() => asked.length, POLL).toBeGreaterThanOrEqual(2)
    await expect.poll(() => victim.peers!.sync.progress(), POLL).toBeUndefined()
    expect(victim.api.chain.head().hash).toBe(hash)
    const sealed = await victim.sealer!.sealNow({ timestamp: 0n })
    expect(sealed.header.number).toBe(2n)
  })

  it('headers without work in an answer ban who sent them', async () => {
    const victim = await startTestNode({ peers: [] })
    const source = await TestChain.open()
    const [first] = await source.extend(1)
    const spoiled = first!.proof.slice()
    spoiled[6] = 0xff
    const rogue = await startRogue(victim, {
      status: { headNumber: 100n, totalDifficulty: 2n ** 100n },
      answer: (name, payload) => {
        if (name !== 'headers_by_range') return []
        // Genesis is asked for alone, to find the common ancestor.
        const isProbe = payload[1] === 0x80
        const genesis = encodeSealedHeader(victim.chain.head.header, new Uint8Array(0))
        return [isProbe ? genesis : encodeSealedHeader(first!.header, spoiled)]
      },
    })
    await expect.poll(() => victim.peers!.network.isBanned(rogue.peerId), POLL).toBe(true)
    expect(victim.chain.tree.size).toBe(1)
  })

  it('the ancestors of a gossiped block are fetched by hash, one after another', async () => {
    const victim = await startTestNode({ peers: [] })
    const source = await TestChain.open()
    const blocks = await source.extend(12)
    const asked: number[] = []
    const rogue = await startRogue(victim, {
      answer: (name, payload) => {
        if (name !== 'blocks_by_hash') return []
        const wanted = decodeHashes(payload, 16)
        asked.push(wanted.length)
        return blocks.filter(({ hash }) => wanted.includes(hash)).map(encodeSealedBlock)
      },
    })
    await rogue.publish('block', encodeSealedBlock(blocks.at(-1)!))
    await untilHead(victim, (hash) => hash === blocks.at(-1)!.hash)
    expect(asked).toEqual(Array.from({ length: 11 }, () => 1))
  })

  it('a flood of orphans stays within the bounds of their pool', async () => {
    const victim = await startTestNode({ peers: [] })
    const rogue = await startRogue(victim)
    const source = await TestChain.open()
    const blocks = await source.extend(80)
    for (const block of blocks.slice(1)) await rogue.publish('block', encodeSealedBlock(block))
    await expect.poll(() => victim.peers!.sync.orphanCount, POLL).toBeGreaterThan(0)
    expect(victim.peers!.sync.orphanCount).toBeLessThanOrEqual(64)
    expect(victim.api.chain.head().header.number).toBe(0n)
  })
})
