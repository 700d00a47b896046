/**
 * Looks after what libp2p leaves to us (spec/consensus.md 4, traps): connections that never say who
 * they are, peers that gossip has lost, peers that no longer answer, scores that by themselves
 * disconnect nobody, and records of strangers that would pile up.
 */
import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Ping } from '@libp2p/ping'
import { reasonOf } from '../errors.ts'
import {
  DEAF_TICKS_MAX,
  HOUSEKEEPING_EVERY_TICKS,
  PING_EVERY_TICKS,
  PING_TIMEOUT_MS,
  SILENCE_MS_MAX,
} from '../limits.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type { NetworkLog, NetworkTiming, PeerId } from '../options.ts'
import type { PeerManager, ReadyPeer } from './peer-manager.ts'
import type { PeerStore } from './peer-store.ts'

export type WatchdogModules = {
  readonly node: Libp2p<{ ping: Ping }>
  readonly peers: PeerManager
  readonly store: PeerStore
  readonly timing: NetworkTiming
  readonly log: NetworkLog
  readonly metrics: NetworkMetrics
  readonly isInGossip: (peer: PeerId) => boolean
  readonly isGraylisted: (peer: PeerId) => boolean
  readonly report: (peer: PeerId, penalty: number, reason: string) => void
}

/** Deaf once may be a slow machine; again and again it is an attack on our patience. */
const DEAF_PENALTY = 5
/** As much as a ban costs: whoever is graylisted has sent message after invalid message. */
const GRAYLIST_PENALTY = 50

export class Watchdog {
  readonly #modules: WatchdogModules
  #timer: NodeJS.Timeout | undefined
  #ticks = 0

  constructor(modules: WatchdogModules) {
    this.#modules = modules
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), this.#modules.timing.watchdogTickMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    const { peers, store, metrics } = this.#modules
    this.#ticks += 1
    this.#cutSilentConnections()
    const count = { inbound: 0, outbound: 0 }
    for (const peer of peers.ready()) {
      count[peer.direction] += 1
      this.#check(peer)
    }
    for (const direction of ['inbound', 'outbound'] as const) {
      metrics.peers.set({ direction }, count[direction])
    }
    void store.save()
    if (this.#ticks % HOUSEKEEPING_EVERY_TICKS === 0) void this.#forgetStrangers()
  }

  #check(peer: ReadyPeer): void {
    const { peers, isInGossip, isGraylisted, report, log } = this.#modules
    if (isGraylisted(peer.id)) {
      log.warn({ peer: peer.id }, 'Peer is graylisted')
      report(peer.id, GRAYLIST_PENALTY, 'graylisted')
      peers.cut(peer.id, 'graylisted')
      return
    }
    peer.deafTicks = isInGossip(peer.id) ? 0 : peer.deafTicks + 1
    if (peer.deafTicks >= DEAF_TICKS_MAX) {
      report(peer.id, DEAF_PENALTY, 'lost to gossip')
      void peers.hangUp(peer.id, 'lost to gossip')
      return
    }
    if (performance.now() - peer.answeredMs > SILENCE_MS_MAX) {
      peers.cut(peer.id, 'silent')
      return
    }
    if (this.#ticks % PING_EVERY_TICKS === 0) void this.#ping(peer)
  }

  async #ping(peer: ReadyPeer): Promise<void> {
    const { node, log } = this.#modules
    try {
      const signal = AbortSignal.timeout(PING_TIMEOUT_MS)
      peer.latencyMs = await node.services.ping.ping(peerIdFromString(peer.id), { signal })
      peer.answeredMs = performance.now()
    } catch (error) {
      log.debug({ peer: peer.id, error: reasonOf(error) }, 'Ping failed')
    }
  }

  #cutSilentConnections(): void {
    const { node, peers, timing } = this.#modules
    for (const connection of node.getConnections()) {
      if (peers.isReady(connection.remotePeer.toString())) continue
      if (Date.now() - connection.timeline.open < timing.identifyTimeoutMs) continue
      connection.abort(new Error('did not identify itself'))
    }
  }

  /** libp2p keeps a record of everybody who ever connected. */
  async #forgetStrangers(): Promise<void> {
    const { node, log } = this.#modules
    try {
      for (const { id } of await node.peerStore.all()) {
        const isKept = id.equals(node.peerId) || node.getConnections(id).length > 0
        if (!isKept) await node.peerStore.delete(id)
      }
    } catch (error) {
      log.warn({ error: reasonOf(error) }, 'Cannot tidy the address book')
    }
  }
}
