import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { RawPeer, stopRawPeers } from './raw-peer.ts'
import {
  bytes,
  connectAll,
  stopEverything,
  TestNetwork,
  temporaryDirectory,
  untilMeshed,
} from './test-network.ts'

afterEach(async () => {
  await stopEverything()
  await stopRawPeers()
})

const portOf = ({ address }: TestNetwork) => Number(/\/tcp\/(\d+)/.exec(address)?.[1])

describe('p2p / peers', () => {
  it('tells each side of a connection of the other, once it is known to be of the chain', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    await a.network.dial(b.address)
    await Promise.all([a.untilConnected(b), b.untilConnected(a)])
    const [seenByA] = a.network.peers()
    expect(seenByA).toMatchObject({
      id: b.id,
      address: b.address,
      direction: 'outbound',
      isStatic: false,
      score: 0,
      agent: 'hanzo/1',
    })
    expect(b.network.peers()[0]).toMatchObject({ id: a.id, direction: 'inbound' })
  })

  it('keeps its identity over restarts, in a file for its owner alone', async () => {
    const directory = await temporaryDirectory()
    const first = await TestNetwork.create({ directory })
    const { mode } = await stat(join(directory, 'identity'))
    expect(mode & 0o777).toBe(0o600)
    expect((await TestNetwork.create({ directory })).id).toBe(first.id)
  })

  it.each([
    ['empty', ''],
    ['not base64', 'not a key at all!'],
    ['base64 of no key', 'AAAA'],
    ['a key of another kind', Buffer.from([8, 2, 18, 32, ...bytes(32)]).toString('base64')],
  ])('refuses an identity file that is %s, and leaves it', async (_what, text) => {
    const directory = await temporaryDirectory()
    const path = join(directory, 'identity')
    await writeFile(path, text)
    await expect(TestNetwork.create({ directory })).rejects.toMatchObject({
      type: { code: 'IDENTITY_FILE_BAD', path },
      message: expect.stringContaining(path),
    })
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('does not keep a peer of another genesis, and lets no message through', async () => {
    const a = await TestNetwork.start()
    const stranger = await TestNetwork.start({ genesis4: 'ffffffff', bootnodes: [a.address] })
    await stranger.untilLogged('Peer is on another chain')
    const friend = await TestNetwork.start({ bootnodes: [a.address] })
    await untilMeshed([a, friend])
    await stranger.network.publish('block', bytes(10))
    await a.network.publish('block', bytes(10, 8))
    await friend.untilReceived(1)
    expect(a.connected).toEqual(new Set([friend.id]))
    expect(stranger.connected.size).toBe(0)
    expect([...a.received, ...stranger.received]).toEqual([])
  })

  it('cuts off a connection that does not say who it is', async () => {
    const a = await TestNetwork.start({ timing: { identifyTimeoutMs: 300 } })
    const mute = await RawPeer.start([])
    await mute.node.unhandle('/ipfs/id/1.0.0')
    const connection = await mute.dial(a)
    const closed = Promise.withResolvers<void>()
    connection.addEventListener('close', () => closed.resolve())
    await closed.promise
    expect(a.connected.size).toBe(0)
  })

  it('dials its static peers for as long as they are away', async () => {
    const directory = await temporaryDirectory()
    const first = await TestNetwork.start({ directory })
    const listenPort = portOf(first)
    const a = await TestNetwork.start({ bootnodes: [first.address] })
    await a.untilConnected(first)
    expect(a.network.peers()[0]?.isStatic).toBe(true)
    await first.stop()
    await a.untilDisconnected(first)
    const second = await TestNetwork.start({ directory, listenPort })
    await a.untilConnected(second)
    await untilMeshed([a, second])
  })

  it('finds again a peer that it only remembers', async () => {
    const directory = await temporaryDirectory()
    const first = await TestNetwork.start({ directory })
    const other = await TestNetwork.start()
    await first.network.dial(other.address)
    await first.untilConnected(other)
    await first.stop()
    const second = await TestNetwork.start({ directory })
    await second.untilConnected(other)
  })

  it('skips itself among the bootnodes and refuses one without a peer id', async () => {
    const directory = await temporaryDirectory()
    const first = await TestNetwork.start({ directory })
    const { address } = first
    await first.stop()
    await TestNetwork.create({ directory, bootnodes: [address] })
    const nameless = TestNetwork.create({ bootnodes: ['/ip4/127.0.0.1/tcp/1'] })
    await expect(nameless).rejects.toMatchObject({ type: { code: 'OPTIONS_BAD' } })
  })

  it('says which address it cannot listen on', async () => {
    const a = await TestNetwork.start()
    const taken = TestNetwork.start({ listenPort: portOf(a) })
    await expect(taken).rejects.toMatchObject({ type: { code: 'LISTEN_FAILED', port: portOf(a) } })
  })

  it('disconnects at -20 and bans at -50', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    await connectAll([a, b])
    a.network.report(b.id, 19, 'bad manners')
    expect(a.connected.has(b.id)).toBe(true)
    a.network.report(b.id, 2, 'bad manners')
    await a.untilDisconnected(b)
    expect(a.network.isBanned(b.id)).toBe(false)
    a.network.report(b.id, 30, 'bad manners')
    expect(a.network.isBanned(b.id)).toBe(true)
  })

  it('keeps a static peer whatever it is charged, until it is banned', async () => {
    const b = await TestNetwork.start()
    const a = await TestNetwork.start({ bootnodes: [b.address] })
    await a.untilConnected(b)
    a.network.report(b.id, 90, 'slow')
    expect(a.network.peers()[0]?.score).toBeCloseTo(-90, 1)
    expect(a.network.isBanned(b.id)).toBe(false)
    a.network.ban(b.id, 'E_WORK')
    await a.untilDisconnected(b)
    expect(a.network.isBanned(b.id)).toBe(true)
  })

  it('holds a ban over a restart: neither side gets through', async () => {
    const directory = await temporaryDirectory()
    const b = await TestNetwork.start()
    const first = await TestNetwork.start({ directory })
    await connectAll([first, b])
    first.network.ban(b.id, 'E_WORK')
    await first.untilDisconnected(b)
    await first.stop()
    const second = await TestNetwork.start({ directory, bootnodes: [b.address] })
    expect(second.network.isBanned(b.id)).toBe(true)
    await expect(second.network.dial(b.address)).rejects.toMatchObject({
      type: { code: 'DIAL_FAILED' },
    })
    const friend = await TestNetwork.start()
    await connectAll([second, friend])
    // The remote end of a refused dial may see the connection for a moment, never as a peer.
    await b.network.dial(second.address).catch(() => {})
    expect(second.connected).toEqual(new Set([friend.id]))
  })

  it('disconnects without blame', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    await connectAll([a, b])
    await a.network.disconnect(b.id, 'shutting down')
    await Promise.all([a.untilDisconnected(b), b.untilDisconnected(a)])
    expect(a.network.isBanned(b.id)).toBe(false)
    await connectAll([a, b])
  })

  it('cuts a network in two and heals it', async () => {
    const nodes = await Promise.all([1, 2, 3, 4].map(() => TestNetwork.start()))
    const addresses = nodes.map(({ address }) => address)
    const restarted = await Promise.all(
      nodes.map(async (node) => {
        await node.stop()
        const { directory } = node
        return await TestNetwork.start({
          directory,
          listenPort: portAt(addresses, node),
          bootnodes: addresses,
        })
      }),
    )
    await untilMeshed(restarted)
    const [a, b, c, d] = restarted as [TestNetwork, TestNetwork, TestNetwork, TestNetwork]
    for (const side of [
      [a, b],
      [c, d],
    ]) {
      for (const node of side) node.network.setPartition(new Set(side.map(({ id }) => id)))
    }
    for (const [node, ...others] of [
      [a, c, d],
      [b, c, d],
      [c, a, b],
      [d, a, b],
    ] as const) {
      await node.untilDisconnected(...others)
    }
    await a.network.publish('block', bytes(10))
    await b.untilReceived(1)
    await expect(a.network.dial(c.address)).rejects.toMatchObject({ type: { code: 'DIAL_FAILED' } })
    for (const node of restarted) node.network.setPartition(undefined)
    await untilMeshed(restarted)
    await c.network.publish('block', bytes(10, 8))
    for (const node of [a, b, d]) {
      await node.happenings.until(() => node.received.some(({ payload }) => payload[0] === 8))
    }
    expect([c, d].flatMap(({ received }) => received).some(({ payload }) => payload[0] === 7)).toBe(
      false,
    )
  })

  function portAt(addresses: readonly string[], { id }: TestNetwork): number {
    return Number(/\/tcp\/(\d+)/.exec(addresses.find((address) => address.endsWith(id)) ?? '')?.[1])
  }
})
