import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RPC } from '@libp2p/gossipsub/message'
import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import { messageId, rpcBytesMax } from '../../../p2p/gossip/gossipsub-options.ts'
import {
  CONNECTIONS_PER_PEER_MAX,
  IWANT_REPLY_BYTES_MAX,
  PIECES_PER_RPC_MAX,
  REQUESTS_IN_FLIGHT_MAX,
  REQUESTS_IN_FLIGHT_PER_PEER_MAX,
  REQUESTS_PER_PEER_MAX,
  RPC_BURST_MAX,
  RPC_BYTES_BURST_MAX,
  RPC_BYTES_PER_SECOND_MAX,
  STREAM_WINDOW_BYTES_MAX,
} from '../../../p2p/limits.ts'
import type { ReplyChunk } from '../../../p2p/options.ts'
import { frameOf, prefixed, varint } from '../../support/gossip-frames.ts'
import { BLOCK_TOPIC, CHAIN, RawPeer, stopRawPeers, untilClosed } from './raw-peer.ts'
import { bytes, connectAll, stopEverything, TestNetwork, TOPICS } from './test-network.ts'

afterEach(async () => {
  await stopEverything()
  await stopRawPeers()
})

const STATUS = `${CHAIN}/req/status/1`

/** A node with an honest peer and an attacker that has a gossip stream to it. */
async function scene() {
  const [node, friend] = [await TestNetwork.start(), await TestNetwork.start()]
  await connectAll([node, friend])
  const attacker = await RawPeer.start()
  const connection = await attacker.join(node)
  const stream = await attacker.openGossip(connection)
  // By then the node has its stream to us as well.
  await attacker.happenings.until(() => attacker.rpcs.length > 0)
  const isGone = () => !node.connected.has(attacker.id)
  const untilCharged = async (reason: string) =>
    await node.happenings.until(() => node.log.some(({ fields }) => fields['reason'] === reason))
  return { node, friend, attacker, connection, stream, isGone, untilCharged }
}

const control = (part: Partial<RPC.ControlMessage>): RPC.ControlMessage => ({
  ihave: [],
  iwant: [],
  graft: [],
  prune: [],
  idontwant: [],
  ...part,
})

/** There is room for more, or nobody to send it to. */
async function untilRoom(stream: Stream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.addEventListener('drain', () => resolve(), { once: true })
  await Promise.race([promise, untilClosed(stream)])
}

/** The honest two still hear each other. */
async function expectUnhurt(node: TestNetwork, friend: TestNetwork): Promise<void> {
  await friend.network.publish('block', bytes(20, 99))
  await node.happenings.until(() => node.received.some(({ payload }) => payload[0] === 99))
}

describe('p2p / attacks / gossip', () => {
  it('cuts off a peer that subscribes and unsubscribes without end', async () => {
    const { node, friend, stream, isGone, untilCharged } = await scene()
    for (let count = 0; count < 200 && stream.status === 'open'; count++) {
      const subscriptions = Array.from({ length: 20 }, (_, index) => ({
        topic: BLOCK_TOPIC,
        subscribe: index % 2 === 0,
      }))
      stream.send(frameOf({ subscriptions }))
    }
    await untilCharged('SUBSCRIBE_FLOOD')
    await node.happenings.until(isGone)
    await expectUnhurt(node, friend)
  })

  it('does not even decode ten thousand subscriptions at once', async () => {
    const { node, friend, stream, isGone } = await scene()
    const subscriptions = Array.from({ length: 10_000 }, (_, index) => ({
      topic: `${BLOCK_TOPIC}${index}`,
      subscribe: true,
    }))
    stream.send(frameOf({ subscriptions }))
    await expectUnhurt(node, friend)
    expect(isGone()).toBe(false)
  })

  it('cuts off a peer that sends more RPCs than anybody needs', async () => {
    const { node, friend, stream, isGone, untilCharged } = await scene()
    const frame = frameOf({})
    stream.send(Buffer.concat(Array.from({ length: 2 * RPC_BURST_MAX }, () => frame)))
    await untilCharged('RPC_FLOOD')
    await node.happenings.until(isGone)
    await expectUnhurt(node, friend)
  })

  it('holds back a peer that sends more bytes than anybody needs, none of which make sense', async () => {
    const { node, friend, attacker, stream } = await scene()
    const frame = prefixed(Buffer.alloc(rpcBytesMax(TOPICS), 1))
    const frames = Math.ceil((3 * RPC_BYTES_BURST_MAX) / frame.length)
    const startMs = performance.now()
    for (let count = 0; count < frames; count++) {
      if (!stream.send(frame)) await untilRoom(stream)
    }
    await expectUnhurt(node, friend)
    stream.send(frameOf({ messages: [{ topic: BLOCK_TOPIC, data: bytes(10, 7) }] }))
    await node.happenings.until(() => node.received.some(({ peer }) => peer === attacker.id))
    const seconds = (performance.now() - startMs) / 1_000
    const aboveBurst = frames * frame.length - RPC_BYTES_BURST_MAX - STREAM_WINDOW_BYTES_MAX
    expect(seconds).toBeGreaterThan(aboveBurst / RPC_BYTES_PER_SECOND_MAX)
    expect(node.network.peers().map(({ score }) => score)).toEqual([0, 0])
  })

  it.each([
    ['leaves', (_: TestNetwork, attacker: RawPeer) => attacker.node.stop()],
    [
      'is sent away',
      (node: TestNetwork, attacker: RawPeer) => node.network.disconnect(attacker.id, 'a test'),
    ],
  ])('forgets a peer that is held back and %s', async (_what, part) => {
    const { node, friend, attacker, stream, isGone } = await scene()
    const frame = prefixed(Buffer.alloc(rpcBytesMax(TOPICS), 1))
    for (let bytesSent = 0; bytesSent < 2 * RPC_BYTES_BURST_MAX; bytesSent += frame.length) {
      if (!stream.send(frame) && bytesSent < RPC_BYTES_BURST_MAX) await untilRoom(stream)
    }
    await part(node, attacker)
    await node.happenings.until(isGone)
    // By then what was to be read on is not there any more.
    await sleep((1_000 * STREAM_WINDOW_BYTES_MAX) / RPC_BYTES_PER_SECOND_MAX)
    await expectUnhurt(node, friend)
  })

  it.each<[string, Partial<RPC.Message>, string]>([
    ['a forged author', { from: bytes(1_000) }, 'FORGED_FIELDS'],
    ['a signature', { signature: bytes(64) }, 'FORGED_FIELDS'],
    ['more bytes than its topic allows', { data: bytes(301) }, 'MESSAGE_TOO_BIG'],
  ])('drops a message with %s, unseen and not forwarded', async (_what, change, offence) => {
    const { node, friend, stream, untilCharged } = await scene()
    const message = { topic: `${CHAIN}/vote/1`, data: bytes(10), ...change }
    stream.send(frameOf({ messages: [message] }))
    await untilCharged(offence)
    await expectUnhurt(node, friend)
    expect(node.received.map(({ peer }) => peer)).toEqual([friend.id])
    expect(friend.received).toEqual([])
  })

  it.each(['ihave', 'iwant', 'idontwant'] as const)(
    'drops %s with an id that is none',
    async (kind) => {
      const { stream, untilCharged } = await scene()
      const list = [{ topicID: BLOCK_TOPIC, messageIDs: [bytes(100_000)] }]
      stream.send(frameOf({ control: control({ [kind]: list }) }))
      await untilCharged('MESSAGE_ID_MALFORMED')
    },
  )

  it('hangs up on a peer whose frame is above every limit, for gossip has gone deaf to it', async () => {
    const { node, friend, stream, isGone, untilCharged } = await scene()
    stream.send(Buffer.concat([varint(rpcBytesMax(TOPICS) + 1), bytes(100)]))
    await untilCharged('lost to gossip')
    await node.happenings.until(isGone)
    await expectUnhurt(node, friend)
  })

  it('hangs up on a peer that never joins gossip', async () => {
    const node = await TestNetwork.start()
    const mute = await RawPeer.start()
    await mute.node.unhandle('/meshsub/1.2.0')
    await mute.join(node)
    await node.happenings.until(() => !node.connected.has(mute.id))
  })

  it('ends the stream of a peer that sends an RPC in single bytes', async () => {
    const { node, friend, stream, untilCharged } = await scene()
    stream.send(varint(rpcBytesMax(TOPICS)))
    for (let count = 0; count <= PIECES_PER_RPC_MAX && stream.status === 'open'; count++) {
      stream.send(bytes(1))
    }
    await untilCharged('RPC_DRIBBLED')
    await untilClosed(stream)
    await expectUnhurt(node, friend)
  })

  it('survives garbage for an RPC', async () => {
    const { node, friend, stream } = await scene()
    for (let count = 0; count < 50; count++) stream.send(prefixed(bytes(200, count)))
    await expectUnhurt(node, friend)
  })

  it('answers a wish for many large messages in RPCs that can be received', async () => {
    const { node, attacker, stream } = await scene()
    const payloads = Array.from({ length: 6 }, (_, index) => bytes(1_048_576, index))
    for (const payload of payloads) await node.network.publish('block', payload)
    const messageIDs = payloads.map((payload) => messageId(BLOCK_TOPIC, payload))
    stream.send(frameOf({ control: control({ iwant: [{ messageIDs }] }) }))
    const blocks = () => attacker.rpcs.filter(({ messages }) => messages.length > 0)
    await attacker.happenings.until(() => blocks().length === IWANT_REPLY_BYTES_MAX / 1_048_576)
    for (const rpc of blocks()) {
      expect(RPC.encode(rpc).length).toBeLessThanOrEqual(rpcBytesMax(TOPICS))
    }
  })

  it('bans a peer that gossipsub has graylisted for its invalid blocks', async () => {
    const node = await TestNetwork.start({ onGossip: async () => 'reject' })
    const attacker = await RawPeer.start()
    const stream = await attacker.openGossip(await attacker.join(node))
    for (const fill of [1, 2, 3]) {
      stream.send(frameOf({ messages: [{ topic: BLOCK_TOPIC, data: bytes(10, fill) }] }))
    }
    await node.untilLogged('Peer is graylisted')
    await node.happenings.until(() => !node.connected.has(attacker.id))
    expect(node.network.isBanned(attacker.id)).toBe(true)
  })
})

describe('p2p / attacks / requests', () => {
  it('resets a stream whose request does not come, and charges', async () => {
    const node = await TestNetwork.start({ timing: { requestReadTimeoutMs: 200 } })
    const attacker = await RawPeer.start()
    const connection = await attacker.join(node)
    const stream = await connection.newStream(STATUS)
    stream.send(bytes(2, 0))
    await untilClosed(stream)
    expect(node.network.peers()[0]?.score).toBeCloseTo(-10, 1)
  })

  it.each([
    ['requests that never come', bytes(2, 0)],
    ['answers that never end', Uint8Array.from([0, 0, 0, 1, 7])],
  ])('answers others between %s', async (_what, start) => {
    const silent = Promise.withResolvers<void>()
    const answered: string[] = []
    const node = await TestNetwork.start({
      onRequest: async function* (_name, payload, peer) {
        answered.push(peer)
        node.happenings.tell()
        if (peer !== friend.id) await silent.promise
        yield { code: 0, payload } as ReplyChunk
      },
    })
    const friend = await TestNetwork.start()
    await connectAll([node, friend])
    const isWhole = start.length > 4
    for (let i = 0; i * REQUESTS_IN_FLIGHT_PER_PEER_MAX < REQUESTS_IN_FLIGHT_MAX; i++) {
      const attacker = await RawPeer.start()
      const connection = await attacker.join(node)
      for (let count = 1; count <= REQUESTS_IN_FLIGHT_PER_PEER_MAX; count++) {
        const stream = await connection.newStream(STATUS, { maxOutboundStreams: 1_000 })
        stream.send(start)
      }
    }
    if (isWhole) await node.happenings.until(() => answered.length === REQUESTS_IN_FLIGHT_MAX)
    expect(await friend.ask(node.id, 'status', bytes(1))).toMatchObject([{ code: 0 }])
    silent.resolve()
  })

  it('resets the streams of one request beyond their number', async () => {
    const node = await TestNetwork.start()
    const attacker = await RawPeer.start()
    const connection = await attacker.join(node)
    const surplus = 8
    const streams = await Promise.all(
      Array.from({ length: REQUESTS_PER_PEER_MAX + surplus }, () =>
        connection.newStream(STATUS, { maxOutboundStreams: 1_000 }),
      ),
    )
    let closed = 0
    const enough = Promise.withResolvers<void>()
    for (const stream of streams) {
      void untilClosed(stream).then(() => {
        closed += 1
        if (closed === surplus) enough.resolve()
      })
    }
    await enough.promise
    expect(streams.filter(({ status }) => status === 'open').length).toBe(REQUESTS_PER_PEER_MAX)
  })

  it('gives up on a peer that asks for much and does not read', async () => {
    const ended = Promise.withResolvers<void>()
    const node = await TestNetwork.start({
      timing: { chunkTimeoutMs: 300 },
      onRequest: async function* () {
        try {
          for (;;) yield { code: 0, payload: bytes(4_194_304) } as ReplyChunk
        } finally {
          ended.resolve()
        }
      },
    })
    const attacker = await RawPeer.start()
    const connection = await attacker.join(node)
    const stream = await connection.newStream(`${CHAIN}/req/blocks_by_range/1`)
    stream.addEventListener('message', () => {
      if (stream.readStatus === 'readable') stream.pause()
    })
    stream.send(Uint8Array.from([0, 0, 0, 1, 7]))
    await ended.promise
    await untilClosed(stream)
  })
})

describe('p2p / attacks / connections', () => {
  it('refuses a further connection of a peer that has two', async () => {
    const node = await TestNetwork.start()
    const attacker = await RawPeer.start()
    await attacker.join(node)
    const dial = () => attacker.node.dial(multiaddr(node.address), { force: true })
    for (let count = 1; count < CONNECTIONS_PER_PEER_MAX; count++) await dial()
    // The dialer has done its half before the door is shut: it sees a connection that ends.
    const third = await dial().catch(() => undefined)
    if (third?.status === 'open') await untilClosed(third)
    expect(node.connected.has(attacker.id)).toBe(true)
  })

  it('survives sockets that talk nonsense or nothing', async () => {
    const node = await TestNetwork.start()
    const port = Number(/\/tcp\/(\d+)/.exec(node.address)?.[1])
    const sockets = Array.from({ length: 40 }, () => connect(port, '127.0.0.1'))
    for (const [index, socket] of sockets.entries()) {
      socket.on('error', () => {})
      if (index % 2 === 0) socket.write(bytes(1_000, index))
    }
    const friend = await TestNetwork.start()
    await connectAll([node, friend])
    for (const socket of sockets) socket.destroy()
  })
})
