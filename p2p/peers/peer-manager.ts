/**
 * Who is connected. A connection becomes a peer once it has told, by the protocols it speaks, that
 * it is of our chain; others are sent away.
 *
 *   connected -> (identified, our chain) ready -> gone
 *             -> (another chain, silent, refused) cut
 */
import { setMaxListeners } from 'node:events'
import { isIPv6 } from 'node:net'
import type { Connection, IdentifyResult, PeerId as LibPeerId, Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { reasonOf } from '../errors.ts'
import { HANG_UP_TIMEOUT_MS } from '../limits.ts'
import type { Direction, NetworkHandlers, NetworkLog, PeerId } from '../options.ts'
import { ipOf } from './connection-gate.ts'
import type { PeerStore } from './peer-store.ts'

export type ReadyPeer = {
  readonly id: PeerId
  readonly address: string
  readonly direction: Direction
  readonly sinceMs: number
  readonly agent: string
  /** The watchdog's notes; `answeredMs` by a clock that does not jump. */
  latencyMs: number | undefined
  answeredMs: number
  deafTicks: number
}

export type PeerManagerModules = {
  readonly node: Libp2p
  /** What the protocols of our chain begin with. */
  readonly chainPrefix: string
  readonly handlers: NetworkHandlers
  readonly store: PeerStore
  readonly log: NetworkLog
  readonly isOpenTo: (peer: PeerId) => boolean
  readonly onReady: (peer: PeerId) => void
  /** Of every connection's end, whether it was a peer or not. */
  readonly onGone: (peer: PeerId) => void
}

export class PeerManager {
  readonly #modules: PeerManagerModules
  readonly #ready = new Map<PeerId, ReadyPeer>()

  constructor(modules: PeerManagerModules) {
    this.#modules = modules
  }

  start(): void {
    const { node } = this.#modules
    node.addEventListener('connection:open', this.#onOpen)
    node.addEventListener('peer:identify', this.#onIdentify)
    node.addEventListener('peer:disconnect', this.#onDisconnect)
  }

  stop(): void {
    const { node } = this.#modules
    node.removeEventListener('connection:open', this.#onOpen)
    node.removeEventListener('peer:identify', this.#onIdentify)
    node.removeEventListener('peer:disconnect', this.#onDisconnect)
    this.#ready.clear()
  }

  ready(): IterableIterator<ReadyPeer> {
    return this.#ready.values()
  }

  get readyCount(): number {
    return this.#ready.size
  }

  isReady(peer: PeerId): boolean {
    return this.#ready.has(peer)
  }

  connectionsOf(peer: PeerId): Connection[] {
    return this.#modules.node.getConnections(peerIdFromString(peer))
  }

  /** Lets gossip that is on its way arrive. */
  async hangUp(peer: PeerId, reason: string): Promise<void> {
    this.#modules.log.debug({ peer, reason }, 'Hanging up')
    this.#resetRequests(peer, reason)
    try {
      const signal = AbortSignal.timeout(HANG_UP_TIMEOUT_MS)
      // Every stream of the connection listens to it.
      setMaxListeners(Number.POSITIVE_INFINITY, signal)
      await this.#modules.node.hangUp(peerIdFromString(peer), { signal })
    } catch (error) {
      this.cut(peer, reasonOf(error))
    }
  }

  /** At once, for peers that are not to be trusted with a farewell. */
  cut(peer: PeerId, reason: string): void {
    this.#modules.log.debug({ peer, reason }, 'Cutting off')
    for (const connection of this.connectionsOf(peer)) connection.abort(new Error(reason))
  }

  /** An orderly close ends every stream in order: a reply cut short would look whole. */
  #resetRequests(peer: PeerId, reason: string): void {
    const streams = this.connectionsOf(peer).flatMap((connection) => connection.streams)
    for (const stream of streams) {
      if (stream.protocol.startsWith(this.#modules.chainPrefix)) stream.abort(new Error(reason))
    }
  }

  /** The door is asked before; it may have shut in the meantime. */
  readonly #onOpen = (event: CustomEvent<Connection>): void => {
    const connection = event.detail
    if (this.#modules.isOpenTo(connection.remotePeer.toString())) return
    connection.abort(new Error('refused'))
  }

  readonly #onIdentify = (event: CustomEvent<IdentifyResult>): void => {
    const { connection, protocols, peerId, listenAddrs, agentVersion } = event.detail
    const { chainPrefix, log, handlers } = this.#modules
    const peer = peerId.toString()
    if (connection.status !== 'open' || this.#ready.has(peer)) return
    if (!protocols.some((protocol) => protocol.startsWith(chainPrefix))) {
      log.info({ peer, address: connection.remoteAddr.toString() }, 'Peer is on another chain')
      void this.hangUp(peer, 'another chain')
      return
    }
    const sinceMs = Date.now()
    this.#ready.set(peer, {
      id: peer,
      address: connection.remoteAddr.toString(),
      direction: connection.direction,
      sinceMs,
      agent: (agentVersion ?? '').slice(0, 64),
      latencyMs: undefined,
      answeredMs: performance.now(),
      deafTicks: 0,
    })
    this.#remember(peer, connection, listenAddrs, sinceMs)
    this.#modules.onReady(peer)
    log.debug({ peer, direction: connection.direction }, 'Peer connected')
    handlers.onPeerConnected(peer, connection.direction)
  }

  readonly #onDisconnect = (event: CustomEvent<LibPeerId>): void => {
    const peer = event.detail.toString()
    const { store, log, handlers, onGone } = this.#modules
    onGone(peer)
    if (!this.#ready.delete(peer)) return
    store.update(peer, { seenMs: Date.now() })
    log.debug({ peer }, 'Peer disconnected')
    handlers.onPeerDisconnected(peer)
  }

  /** What we dialed is an address; what a stranger tells is one only if he comes from there. */
  #remember(
    peer: PeerId,
    { direction, remoteAddr }: Connection,
    told: readonly Multiaddr[],
    nowMs: number,
  ): void {
    const { store } = this.#modules
    if (direction === 'outbound') {
      store.remember(peer, remoteAddr.toString(), nowMs, true)
      return
    }
    const ip = ipOf(remoteAddr)
    const own = told.find((address) => ip !== undefined && ipOf(address) === ip)
    const port = own?.getComponents().find(({ name }) => name === 'tcp')?.value
    if (ip === undefined || port === undefined) return
    const family = isIPv6(ip) ? 'ip6' : 'ip4'
    store.remember(peer, `/${family}/${ip}/tcp/${port}/p2p/${peer}`, nowMs, false)
  }
}
