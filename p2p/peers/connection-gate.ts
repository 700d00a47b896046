/**
 * The door: who may connect, asked by libp2p before it spends work on a connection. A partition for
 * fault injection is drawn here too.
 */
import type { ConnectionGater } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import {
  CONNECTIONS_PER_IP_MAX,
  CONNECTIONS_PER_PEER_MAX,
  INBOUND_PEERS_MAX,
  NEWCOMERS_BURST_MAX,
  NEWCOMERS_PER_SECOND_MAX,
} from '../limits.ts'
import type { Direction, PeerId } from '../options.ts'
import { TokenBucket } from '../token-bucket.ts'

type OpenConnection = {
  readonly direction: Direction
  readonly remotePeer: { toString(): string }
  readonly remoteAddr: Multiaddr
}

export type ConnectionGateModules = {
  readonly isRefused: (peer: PeerId) => boolean
  readonly isStatic: (peer: PeerId) => boolean
  readonly connections: () => readonly OpenConnection[]
  readonly now: () => number
}

export class ConnectionGate {
  readonly #modules: ConnectionGateModules
  readonly #newcomers: TokenBucket
  #allowed: ReadonlySet<PeerId> | undefined

  constructor(modules: ConnectionGateModules) {
    this.#modules = modules
    const { now } = modules
    this.#newcomers = new TokenBucket(NEWCOMERS_PER_SECOND_MAX, NEWCOMERS_BURST_MAX, now())
  }

  /** Only these peers exist from now on; undefined heals. */
  setPartition(allowed: ReadonlySet<PeerId> | undefined): void {
    this.#allowed = allowed
  }

  isOpenTo(peer: PeerId): boolean {
    if (this.#allowed !== undefined && !this.#allowed.has(peer)) return false
    return !this.#modules.isRefused(peer)
  }

  /** The same rules in libp2p's words: it asks whether to deny. */
  gater(): ConnectionGater {
    return {
      denyDialPeer: (peer) => !this.isOpenTo(peer.toString()),
      denyInboundConnection: ({ remoteAddr }) => this.#isShut() || this.#isCrowded(remoteAddr),
      denyInboundEncryptedConnection: (peer) => {
        return !this.#mayEnter(peer.toString()) || !this.#admit(peer.toString())
      },
      denyOutboundEncryptedConnection: (peer) => !this.isOpenTo(peer.toString()),
    }
  }

  #mayEnter(peer: PeerId): boolean {
    if (!this.isOpenTo(peer)) return false
    const connections = this.#modules.connections()
    const own = connections.filter((connection) => connection.remotePeer.toString() === peer)
    if (own.length >= CONNECTIONS_PER_PEER_MAX) return false
    if (this.#modules.isStatic(peer)) return true
    return connections.filter(({ direction }) => direction === 'inbound').length < INBOUND_PEERS_MAX
  }

  /** Before the handshake, which would be for nothing. Sockets that say nothing cost no place. */
  #isShut(): boolean {
    return this.#newcomers.waitMs(1, this.#modules.now()) > 0
  }

  #admit(peer: PeerId): boolean {
    const { isStatic, now } = this.#modules
    return isStatic(peer) || this.#newcomers.tryTake(1, now())
  }

  #isCrowded(address: Multiaddr): boolean {
    const ip = ipOf(address)
    if (ip === undefined || isLoopback(ip)) return false
    const fromIp = this.#modules
      .connections()
      .filter(({ direction, remoteAddr }) => direction === 'inbound' && ipOf(remoteAddr) === ip)
    return fromIp.length >= CONNECTIONS_PER_IP_MAX
  }
}

/** The IP of an address, if it has one. */
export function ipOf(address: Multiaddr): string | undefined {
  return address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1' || ip.startsWith('::ffff:127.')
}
