/**
 * The libp2p node: TCP, noise, yamux, identify, ping, gossipsub, with every default that does not
 * fit stated here (spec/consensus.md 4, traps).
 */
import { isIPv6 } from 'node:net'
import { noise } from '@chainsafe/libp2p-noise'
import { type GossipSub, type GossipsubOpts, gossipsub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { ConnectionGater, Libp2p, PrivateKey } from '@libp2p/interface'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import {
  CONNECTIONS_MAX,
  DIAL_TIMEOUT_MS,
  DIALS_IN_FLIGHT_MAX,
  HANDSHAKE_TIMEOUT_MS,
  HANDSHAKES_MAX,
  HANG_UP_TIMEOUT_MS,
  INBOUND_PER_SECOND_MAX,
  INBOUND_PER_SECOND_ON_LOOPBACK_MAX,
  NEGOTIATION_TIMEOUT_MS,
  PING_TIMEOUT_MS,
  READ_BUFFER_BYTES_MAX,
  STREAM_WINDOW_BYTES_MAX,
  STREAMS_PER_CONNECTION_MAX,
} from './limits.ts'
import './window-updates.ts'
import { isLoopback } from './peers/connection-gate.ts'

export type Services = {
  readonly identify: Identify
  readonly ping: Ping
  readonly pubsub: GossipSub
}

export type TransportOptions = {
  readonly privateKey: PrivateKey
  readonly listenHost: string
  readonly listenPort: number
  readonly gater: ConnectionGater
  readonly gossip: Partial<GossipsubOpts>
}

/** Not started: handlers are registered first. */
export async function createTransport(options: TransportOptions): Promise<Libp2p<Services>> {
  const { listenHost: host, listenPort: port } = options
  return await createLibp2p<Services>({
    start: false,
    privateKey: options.privateKey,
    nodeInfo: { name: 'hanzo', version: '1', userAgent: 'hanzo/1' },
    addresses: { listen: [`/${isIPv6(host) ? 'ip6' : 'ip4'}/${host}/tcp/${port}`] },
    transports: [tcp({ backlog: HANDSHAKES_MAX })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: STREAMS_PER_CONNECTION_MAX,
        maxOutboundStreams: STREAMS_PER_CONNECTION_MAX,
        streamOptions: {
          maxStreamWindowSize: STREAM_WINDOW_BYTES_MAX,
          maxReadBufferLength: READ_BUFFER_BYTES_MAX,
        },
      }),
    ],
    connectionGater: options.gater,
    connectionManager: {
      maxConnections: CONNECTIONS_MAX,
      maxIncomingPendingConnections: HANDSHAKES_MAX,
      inboundConnectionThreshold: isLoopback(host)
        ? INBOUND_PER_SECOND_ON_LOOPBACK_MAX
        : INBOUND_PER_SECOND_MAX,
      inboundUpgradeTimeout: HANDSHAKE_TIMEOUT_MS,
      inboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS,
      // gossipsub opens its streams one after the other: a mute peer holds up the others so long.
      outboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS,
      connectionCloseTimeout: HANG_UP_TIMEOUT_MS,
      maxParallelDials: DIALS_IN_FLIGHT_MAX,
      dialTimeout: DIAL_TIMEOUT_MS,
      resolvers: {},
    },
    // It aborts connections of peers whose event loop is busy for five seconds; the watchdog pings.
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      ping: ping({ timeout: PING_TIMEOUT_MS }),
      pubsub: gossipsub(options.gossip),
    },
  })
}
