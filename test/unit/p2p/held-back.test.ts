/** Gossip above its ration of bytes, on a stream of yamux between two connected ends. */
import type { PeerId, Stream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { describe, expect, it } from 'vitest'
import type { GossipInternals } from '../../../p2p/gossip/internals.ts'
import { RpcGuard } from '../../../p2p/gossip/rpc-guard.ts'
import '../../../p2p/window-updates.ts'
import { RPC_BYTES_BURST_MAX, RPC_BYTES_PER_SECOND_MAX } from '../../../p2p/limits.ts'
import { Happenings } from './test-network.ts'

/** yamux's first, and here its last. */
const WINDOW_BYTES = 262_144

/** What the guard needs of gossipsub. */
function guardedGossip(): GossipInternals {
  const pubsub = {
    handleReceivedRpc: async () => undefined,
    sendRpc: () => true,
    createInboundStream: () => undefined,
  } as unknown as GossipInternals
  const guard = new RpcGuard({
    bytesMax: new Map(),
    onOffence: () => undefined,
    now: () => performance.now(),
  })
  guard.install(pubsub)
  return pubsub
}

async function streamPair(): Promise<{ sender: Stream; receiver: Stream }> {
  const [left, right] = multiaddrConnectionPair()
  const streamOptions = { maxStreamWindowSize: WINDOW_BYTES }
  const muxerOf = yamux({ enableKeepAlive: false, streamOptions })()
  const [near, far] = [muxerOf.createStreamMuxer(left), muxerOf.createStreamMuxer(right)]
  const incoming = Promise.withResolvers<Stream>()
  far.addEventListener('stream', ({ detail }) => incoming.resolve(detail), { once: true })
  return { sender: await near.createStream(), receiver: await incoming.promise }
}

describe('p2p / held back', () => {
  it('a stream above its ration is read at the rate, and what is unread fits its window', async () => {
    const { sender, receiver } = await streamPair()
    const happenings = new Happenings()
    let received = 0
    let unreadMax = 0
    guardedGossip().createInboundStream({ toString: () => 'peer' } as PeerId, receiver)
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
})
