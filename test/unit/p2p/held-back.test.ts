/** Gossip above its ration of bytes, on streams of yamux between two connected ends. */
import { setImmediate } from 'node:timers/promises'
import type { PeerId, Stream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GossipInternals } from '../../../p2p/gossip/internals.ts'
import { RpcGuard } from '../../../p2p/gossip/rpc-guard.ts'
import '../../../p2p/window-updates.ts'
import { RPC_BYTES_BURST_MAX, RPC_BYTES_PER_SECOND_MAX } from '../../../p2p/limits.ts'
import { untilClosed } from './raw-peer.ts'
import { Happenings } from './test-network.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** yamux's first, and here its last. */
const WINDOW_BYTES = 262_144
/** Comes in one piece. */
const CHUNK_BYTES = 16_384

const PEER = { toString: () => 'peer' } as PeerId

/** What the guard needs of gossipsub. */
function guardedGossip(now: () => number): GossipInternals {
  const pubsub = {
    handleReceivedRpc: async () => undefined,
    sendRpc: () => true,
    createInboundStream: () => undefined,
  } as unknown as GossipInternals
  const guard = new RpcGuard({
    bytesMax: new Map(),
    onOffence: () => undefined,
    now,
  })
  guard.install(pubsub)
  return pubsub
}

/** Makes streams of one connection, with both of their ends. */
function connection(): () => Promise<{ sender: Stream; receiver: Stream }> {
  const [left, right] = multiaddrConnectionPair()
  const streamOptions = { maxStreamWindowSize: WINDOW_BYTES }
  const muxerOf = yamux({ enableKeepAlive: false, streamOptions })()
  const [near, far] = [muxerOf.createStreamMuxer(left), muxerOf.createStreamMuxer(right)]
  return async () => {
    const incoming = Promise.withResolvers<Stream>()
    far.addEventListener('stream', ({ detail }) => incoming.resolve(detail), { once: true })
    return { sender: await near.createStream(), receiver: await incoming.promise }
  }
}

describe('p2p / held back', () => {
  it('a stream above its ration is read at the rate, and what is unread fits its window', async () => {
    const { sender, receiver } = await connection()()
    const happenings = new Happenings()
    let received = 0
    let unreadMax = 0
    guardedGossip(() => performance.now()).createInboundStream(PEER, receiver)
    receiver.addEventListener('message', ({ data }) => {
      received += data.byteLength
      // What has come in while nothing was read comes in one piece.
      unreadMax = Math.max(unreadMax, data.byteLength)
      happenings.tell()
    })
    const bytes = 1.5 * RPC_BYTES_BURST_MAX
    const startMs = performance.now()
    sender.send(new Uint8Array(bytes))
    await happenings.until(() => received === bytes)
    expect(unreadMax).toBeLessThanOrEqual(WINDOW_BYTES)
    const aboveBurst = bytes - RPC_BYTES_BURST_MAX - WINDOW_BYTES
    const seconds = (performance.now() - startMs) / 1_000
    expect(seconds).toBeGreaterThan(aboveBurst / RPC_BYTES_PER_SECOND_MAX)
  })

  it('no new stream of a peer in debt is read, whenever its bytes come', async () => {
    // Time stands still, and nothing is paid.
    const gossip = guardedGossip(() => 0)
    const newStream = connection()
    let received = 0
    const listen = (receiver: Stream) => {
      gossip.createInboundStream(PEER, receiver)
      receiver.addEventListener('message', ({ data }) => {
        received += data.byteLength
      })
    }
    const first = await newStream()
    listen(first.receiver)
    first.sender.send(new Uint8Array(RPC_BYTES_BURST_MAX))
    while (received < RPC_BYTES_BURST_MAX) await setImmediate()
    // From here on: the wire needs timers too once it is full.
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    for (let count = 0; count < 20; count++) {
      const { sender, receiver } = await newStream()
      if (count % 2 === 0) listen(receiver)
      sender.send(new Uint8Array(CHUNK_BYTES))
      while (count % 2 === 1 && receiver.readBufferLength < CHUNK_BYTES) await setImmediate()
      if (count % 2 === 1) listen(receiver)
      await setImmediate()
      sender.abort(new Error('on to the next'))
      await untilClosed(receiver)
    }
    expect(received).toBe(RPC_BYTES_BURST_MAX)
    const last = await newStream()
    listen(last.receiver)
    last.sender.send(new Uint8Array(CHUNK_BYTES))
    while (last.receiver.readBufferLength < CHUNK_BYTES) await setImmediate()
    vi.runAllTimers()
    expect(received).toBe(RPC_BYTES_BURST_MAX + CHUNK_BYTES)
  })
})
