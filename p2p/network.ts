/**
 * The network as the node sees it: bytes, topics, verdicts, requests, peers (spec/consensus.md 4).
 * A facade: the parts are wired here and do their work elsewhere.
 */
import './polyfill.ts'
import type { Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { assert, NetworkError, reasonOf } from './errors.ts'
import { Gossip, gossipsubOptions } from './gossip/gossip.ts'
import { loadIdentity } from './identity.ts'
import { DIAL_TIMEOUT_MS } from './limits.ts'
import { NO_METRICS } from './metrics.ts'
import {
  DEFAULT_TIMING,
  type NetworkHandlers,
  type NetworkOptions,
  type PeerId,
  type PeerInfo,
  parseBootnodes,
  parsePeerAddress,
  type ReplyChunk,
  verifyOptions,
} from './options.ts'
import { ConnectionGate } from './peers/connection-gate.ts'
import { PeerManager } from './peers/peer-manager.ts'
import { PeerScores } from './peers/peer-score.ts'
import { PeerStore } from './peers/peer-store.ts'
import { Redial } from './peers/redial.ts'
import { Watchdog } from './peers/watchdog.ts'
import { RequestClient } from './requests/client.ts'
import { RateLimiter } from './requests/rate-limiter.ts'
import { RequestServer } from './requests/server.ts'
import { chainPrefix } from './topics.ts'
import { createTransport, type Services } from './transport.ts'

export type {
  Direction,
  NetworkHandlers,
  NetworkLog,
  NetworkOptions,
  NetworkTiming,
  PeerId,
  PeerInfo,
  ReplyChunk,
  ReplyCode,
  RequestOptions,
  TopicOptions,
  Verdict,
} from './options.ts'

type Parts = {
  readonly options: NetworkOptions
  readonly node: Libp2p<Services>
  readonly staticPeers: ReadonlyMap<PeerId, readonly Multiaddr[]>
  readonly store: PeerStore
  readonly scores: PeerScores
  readonly gate: ConnectionGate
}

export class Network {
  readonly peerId: PeerId
  readonly #parts: Parts
  readonly #peers: PeerManager
  readonly #gossip: Gossip
  readonly #server: RequestServer
  readonly #client: RequestClient
  readonly #redial: Redial
  readonly #watchdog: Watchdog
  #state: 'created' | 'started' | 'stopped' = 'created'

  /** Loads or makes the identity and the peer store; nothing listens yet. */
  static async create(options: NetworkOptions, handlers: NetworkHandlers): Promise<Network> {
    verifyOptions(options)
    const privateKey = await loadIdentity(options.identityFile, options.log)
    const self = privateKey.publicKey.toString()
    const staticPeers = parseBootnodes(options.bootnodes, self)
    const isStatic = (peer: PeerId) => staticPeers.has(peer)
    const store = await PeerStore.open(options.peerStoreFile, options.log)
    const scores = new PeerScores({ store, isStatic, now: Date.now })
    const gate = new ConnectionGate({
      isRefused: (peer) => scores.isRefused(peer),
      isStatic,
      connections: () => node.getConnections(),
    })
    const node = await createTransport({
      privateKey,
      listenHost: options.listenHost,
      listenPort: options.listenPort,
      gater: gate.gater(),
      gossip: gossipsubOptions(options, options.topics, (peer) => scores.scoreOf(peer)),
    })
    return new Network({ options, node, staticPeers, store, scores, gate }, handlers)
  }

  private constructor(parts: Parts, handlers: NetworkHandlers) {
    const { options, node, staticPeers, store, gate } = parts
    const timing = { ...DEFAULT_TIMING, ...options.timing }
    const { log, metrics = NO_METRICS } = options
    const report = this.report.bind(this)
    const isOpenTo = (peer: PeerId) => gate.isOpenTo(peer)
    const now = () => performance.now()
    this.peerId = node.peerId.toString()
    this.#parts = parts
    this.#gossip = new Gossip(options, options.topics, {
      pubsub: node.services.pubsub,
      handlers,
      log,
      metrics,
      report,
    })
    this.#peers = new PeerManager({
      node,
      chainPrefix: chainPrefix(options),
      handlers,
      store,
      log,
      isOpenTo,
      onReady: (peer) => this.#redial.onReady(peer),
      onGone: (peer) => this.#gossip.forget(peer),
    })
    const limiter = new RateLimiter(now)
    const exchange = { node, timing, metrics, report }
    this.#server = new RequestServer(options, options.requests, {
      ...exchange,
      handlers,
      limiter,
      log,
    })
    this.#client = new RequestClient(options, options.requests, exchange)
    this.#redial = new Redial({
      staticPeers,
      store,
      timing,
      log,
      metrics,
      now,
      dial: (addresses) => this.#dial(addresses),
      isConnected: (peer) => this.#peers.connectionsOf(peer).length > 0,
      isOpenTo,
      readyCount: () => this.#peers.readyCount,
    })
    this.#watchdog = new Watchdog({
      node,
      peers: this.#peers,
      store,
      timing,
      log,
      metrics,
      isInGossip: (peer) => this.#gossip.isInGossip(peer),
      isGraylisted: (peer) => this.#gossip.isGraylisted(peer),
      report,
    })
  }

  /** Listens, joins the topics, dials. Throws LISTEN_FAILED when the port is taken. */
  async start(): Promise<void> {
    assert(this.#state === 'created', 'a network is started once')
    this.#state = 'started'
    const { node, options } = this.#parts
    await this.#server.register()
    this.#peers.start()
    try {
      await node.start()
    } catch (error) {
      const { listenHost: host, listenPort: port } = options
      const said = `Cannot listen on ${host}:${port}: ${reasonOf(error)}`
      throw new NetworkError({ code: 'LISTEN_FAILED', host, port }, said, { cause: error })
    }
    this.#gossip.start()
    this.#redial.start()
    this.#watchdog.start()
    options.log.info('Network started', { peer: this.peerId, addresses: this.multiaddrs() })
  }

  /** Closes everything and saves the peer store. No handler is called after it resolves. */
  async stop(): Promise<void> {
    if (this.#state !== 'started') return
    this.#state = 'stopped'
    this.#watchdog.stop()
    this.#redial.stop()
    this.#gossip.stop()
    this.#peers.stop()
    await this.#parts.node.stop()
    await this.#parts.store.save()
  }

  /** Where we can be dialed, with our peer id. */
  multiaddrs(): string[] {
    return this.#parts.node.getMultiaddrs().map((address) => address.toString())
  }

  /**
   * Sends to every subscribed peer. 0 recipients: nobody listens, or the same bytes were seen within
   * the last seconds ({@link SEEN_MS}). Throws MESSAGE_TOO_BIG.
   */
  async publish(topic: string, payload: Uint8Array): Promise<{ recipients: number }> {
    this.#verifyStarted()
    return await this.#gossip.publish(topic, payload)
  }

  /** Chunks as they come; one with a code other than 0 is the last. Throws {@link NetworkError}. */
  request(
    peer: PeerId,
    name: string,
    payload: Uint8Array,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncIterable<ReplyChunk> {
    this.#verifyStarted()
    return this.#client.request(peer, name, payload, options.signal)
  }

  peers(): PeerInfo[] {
    const { staticPeers, scores } = this.#parts
    return [...this.#peers.ready()].map((peer) => ({
      id: peer.id,
      address: peer.address,
      direction: peer.direction,
      isStatic: staticPeers.has(peer.id),
      score: scores.scoreOf(peer.id),
      gossipScore: this.#gossip.scoreOf(peer.id),
      connectedSinceMs: peer.sinceMs,
      latencyMs: peer.latencyMs,
      agent: peer.agent,
    }))
  }

  /** Charges a peer: at -20 it is disconnected, at -50 banned; static peers stay. */
  report(peer: PeerId, penalty: number, reason: string): void {
    assert(penalty >= 0, 'a penalty is not negative')
    if (this.#state !== 'started' || peer === this.peerId) return
    const consequence = this.#parts.scores.charge(peer, penalty)
    this.#parts.options.log.debug('Peer charged', { peer, penalty, reason })
    if (consequence === 'ban') this.ban(peer, reason)
    if (consequence === 'disconnect') void this.#peers.hangUp(peer, reason)
  }

  /** For a provable fault: 30 minutes, static or not, over restarts. */
  ban(peer: PeerId, reason: string): void {
    const { scores, store, options } = this.#parts
    scores.ban(peer, reason)
    void store.save()
    options.metrics?.bans.inc({})
    options.log.info('Peer banned', { peer, reason })
    this.#peers.cut(peer, reason)
  }

  isBanned(peer: PeerId): boolean {
    return this.#parts.scores.isBanned(peer)
  }

  /** A farewell without blame; a static peer is dialed again in its time. */
  async disconnect(peer: PeerId, reason: string): Promise<void> {
    await this.#peers.hangUp(peer, reason)
  }

  /** Dials once; throws OPTIONS_BAD or DIAL_FAILED. That it is our peer is told by the handler. */
  async dial(address: string): Promise<PeerId> {
    this.#verifyStarted()
    const { id, address: parsed } = parsePeerAddress(address, 'dial')
    try {
      await this.#dial([parsed])
    } catch (error) {
      throw new NetworkError({ code: 'DIAL_FAILED', address }, reasonOf(error), { cause: error })
    }
    return id
  }

  /** Fault injection: cuts off and refuses everybody else; undefined heals and dials at once. */
  setPartition(allowed: ReadonlySet<PeerId> | undefined): void {
    this.#parts.gate.setPartition(allowed)
    for (const peer of this.#parts.node.getPeers().map(String)) {
      if (!this.#parts.gate.isOpenTo(peer)) this.#peers.cut(peer, 'partition')
    }
    this.#redial.wakeAll()
  }

  async #dial(addresses: readonly Multiaddr[]): Promise<void> {
    await this.#parts.node.dial([...addresses], { signal: AbortSignal.timeout(DIAL_TIMEOUT_MS) })
  }

  #verifyStarted(): void {
    if (this.#state !== 'started') throw new NetworkError({ code: 'NETWORK_STOPPED' })
  }
}
