/** One identity of the attacker: a peer of the victim's chain with a gossip stream to it. */
import '../../../p2p/polyfill.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { type Identify, identify } from '@libp2p/identify'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { encodeStatus } from '../../../node/sync/wire.ts'
import { encodeChunk } from '../../../p2p/requests/codec.ts'
import { requestProtocolOf } from '../../../p2p/topics.ts'
import { chainOf, type Target } from './target.ts'

const GOSSIP = '/meshsub/1.2.0'

export class Intruder {
  readonly connection: Connection
  readonly #node: Libp2p
  readonly #gossip: Stream

  private constructor(node: Libp2p, connection: Connection, gossip: Stream) {
    this.#node = node
    this.connection = connection
    this.#gossip = gossip
  }

  /** Rejects when the victim does not let it in. */
  static async enter(target: Target): Promise<Intruder> {
    const node = await createLibp2p<{ identify: Identify }>({
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
      services: { identify: identify() },
    })
    try {
      await node.handle(requestProtocolOf(chainOf(target), 'status'), async (stream) => {
        stream.send(encodeChunk(0, modestStatus(target)))
        await stream.close()
      })
      await node.handle(GOSSIP, async (stream) => {
        for await (const _ of stream);
      })
      const connection = await node.dial(multiaddr(target.address))
      return new Intruder(node, connection, await connection.newStream(GOSSIP))
    } catch (error) {
      await node.stop()
      throw error
    }
  }

  get isIn(): boolean {
    return this.connection.status === 'open' && this.#gossip.status === 'open'
  }

  /** False: the victim does not take in as much, or nothing any more. */
  send(frame: Uint8Array): boolean {
    if (!this.isIn || this.#gossip.writableNeedsDrain) return false
    this.#gossip.send(frame)
    return true
  }

  async leave(): Promise<void> {
    if (this.connection.status === 'open') this.connection.abort(new Error('left'))
    await this.#node.stop()
  }
}

/** Of a peer that has nothing: nobody has a reason to ask it for more. */
function modestStatus({ genesisHash }: Target): Uint8Array {
  return encodeStatus({
    genesisHash,
    headHash: genesisHash,
    headNumber: 0n,
    totalDifficulty: 0n,
    finalizedEpoch: 0n,
    finalizedHash: genesisHash,
  })
}
