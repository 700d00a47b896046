import { describe, expect, it } from 'vitest'
import type { Chain } from '../../../../node/chain/chain.ts'
import { NodeEvents } from '../../../../node/events.ts'
import { systemClock } from '../../../../node/ports.ts'
import { RequestHandlers } from '../../../../node/request-handlers.ts'
import { BEHIND_MS_MAX } from '../../../../node/sync/behind-watch.ts'
import { localStatus } from '../../../../node/sync/local-status.ts'
import type { SyncNetwork } from '../../../../node/sync/requests.ts'
import { Sync } from '../../../../node/sync/sync.ts'
import { SILENT, TestChain } from '../../../support/chain-factory.ts'

/** Peers that answer from chains in this process, and what they were charged. */
function networkOf(peers: Readonly<Record<string, Chain>>) {
  const charges: string[] = []
  const asked: string[] = []
  const network: SyncNetwork = {
    request(peerId, name, payload) {
      const chain = peers[peerId]
      if (chain === undefined) throw new Error(`nobody is ${peerId}`)
      asked.push(name)
      const modules = { chain, pool: { pending: () => [] }, sync: { onStatus: () => undefined } }
      return new RequestHandlers(modules).answer(name, payload, 'us')
    },
    report: (peerId, penalty, reason) => charges.push(`${peerId} ${penalty} ${reason}`),
    ban: (peerId, reason) => charges.push(`${peerId} banned ${reason}`),
    disconnect: async () => undefined,
  }
  return { network, charges, asked }
}

describe('node / sync / sync', () => {
  it('takes what is due of a chain that runs ahead of our clock, and charges nobody', async () => {
    const source = await TestChain.open()
    const nowMs = Date.now()
    const due = await source.extend(3)
    const early = await source.seal({ timestamp: BigInt(Math.floor(nowMs / 1000) + 30) })
    await source.chain.importBlock(early, 'sealer')
    const late = await TestChain.open()
    const { network, charges } = networkOf({ a: source.chain })
    const sync = new Sync({
      chain: late.chain,
      network,
      events: new NodeEvents(),
      clock: systemClock,
      log: SILENT,
    })
    sync.onPeerConnected('a')
    await expect.poll(() => late.chain.head.hash, { timeout: 10_000 }).toBe(due.at(-1)!.hash)
    sync.stop()
    expect(charges).toEqual([])
  })

  it('asks a peer for one status at a time', async () => {
    const source = await TestChain.open()
    const { network, asked } = networkOf({ a: source.chain })
    const blocks = await source.extend(34)
    const test = await TestChain.open()
    const modules = { chain: test.chain, network, events: new NodeEvents(), log: SILENT }
    const sync = new Sync({ ...modules, clock: systemClock })
    for (let i = 0; i < 50; i++) sync.onOrphan(blocks.at(-1)!, 'a')
    expect(asked).toEqual(['status'])
    sync.stop()
  })

  it('seals again when nobody brings the bodies of heavier headers', async () => {
    let nowMs = Date.now()
    const clock = { ...systemClock, now: () => nowMs }
    const source = await TestChain.open()
    const blocks = await source.extend(17)
    const test = await TestChain.open()
    const { network } = networkOf({ a: source.chain })
    const modules = { chain: test.chain, network, events: new NodeEvents(), log: SILENT }
    const sync = new Sync({ ...modules, clock })
    expect(sync.isBehind).toBe(false)
    for (const block of blocks) test.chain.headers.check(block, undefined)
    expect(sync.isBehind).toBe(true)
    nowMs += BEHIND_MS_MAX
    expect(sync.isBehind).toBe(false)
    for (const block of blocks) await test.chain.importBlock(block, 'sync')
    expect(localStatus(test.chain)).toEqual(localStatus(source.chain))
    expect(sync.isBehind).toBe(false)
    sync.stop()
  })
})
