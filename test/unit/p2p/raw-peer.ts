/** A peer that speaks libp2p and none of our manners: what attackers are made of. */
import '../../../p2p/polyfill.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { RPC } from '@libp2p/gossipsub/message'
import { type Identify, identify } from '@libp2p/identify'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { Happenings, type TestNetwork } from './test-network.ts'

export const CHAIN = '/hanzo/1337/00aa11bb'
export const BLOCK_TOPIC = `${CHAIN}/block/1`
const GOSSIP = '/meshsub/1.2.0'

export class RawPeer {
  readonly node: Libp2p
  readonly happenings = new Happenings()
  /** What we were sent by gossip. */
  readonly rpcs: RPC[] = []

  private constructor(node: Libp2p) {
    this.node = node
  }

  /** Listens too; `protocols` are what it claims to serve. */
  static async start(protocols: readonly string[] = [`${CHAIN}/req/status/1`]): Promise<RawPeer> {
    const node = await createLibp2p<{ identify: Identify }>({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
      services: { identify: identify() },
    })
    const peer = new RawPeer(node)
    for (const protocol of protocols) await node.handle(protocol, () => {})
    await node.handle(GOSSIP, (stream) => {
      // Being reset is what happens to attackers.
      peer.#listen(stream).catch(() => {})
    })
    started.add(peer)
    return peer
  }

  get id(): string {
    return this.node.peerId.toString()
  }

  get address(): string {
    return String(this.node.getMultiaddrs()[0])
  }

  async dial(target: TestNetwork): Promise<Connection> {
    return await this.node.dial(multiaddr(target.address))
  }

  /** Connected, and taken for a peer. */
  async join(target: TestNetwork): Promise<Connection> {
    const connection = await this.dial(target)
    await target.happenings.until(() => target.connected.has(this.id))
    return connection
  }

  async openGossip(connection: Connection): Promise<Stream> {
    return await connection.newStream(GOSSIP)
  }

  async #listen(stream: Stream): Promise<void> {
    let rest: Uint8Array = new Uint8Array()
    for await (const data of stream) {
      rest = Buffer.concat([rest, data.subarray()])
      for (;;) {
        const frame = readFrame(rest)
        if (frame === undefined) break
        rest = frame.rest
        this.rpcs.push(RPC.decode(frame.body))
        this.happenings.tell()
      }
    }
  }
}

type Closing = {
  readonly status: string
  addEventListener(type: 'close', listener: () => void, options: { once: true }): void
}

/** When a stream or connection ends, however it does. */
export function untilClosed(closing: Closing): Promise<void> {
  if (closing.status !== 'open') return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  closing.addEventListener('close', () => resolve(), { once: true })
  return promise
}

const started = new Set<RawPeer>()

export async function stopRawPeers(): Promise<void> {
  await Promise.all([...started].map(async ({ node }) => await node.stop()))
  started.clear()
}

function readFrame(bytes: Uint8Array): { body: Uint8Array; rest: Uint8Array } | undefined {
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    length += (byte & 0x7f) * 0x80 ** index
    if (byte < 0x80) {
      const end = index + 1 + length
      if (bytes.length < end) return undefined
      return { body: bytes.subarray(index + 1, end), rest: bytes.subarray(end) }
    }
  }
  return undefined
}
