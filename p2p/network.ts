/**
 * The network as the node sees it: bytes, topics, verdicts, requests, peers (spec/consensus.md 4).
 * A facade: the parts do the work, `assembly.ts` ties them together.
 */
import './polyfill.ts'
import { assemble, dial, type Parts } from './assembly.ts'
import { assert, NetworkError, reasonOf } from './errors.ts'
import {
  type NetworkHandlers,
  type NetworkOptions,
  type PeerId,
  type PeerInfo,
  parsePeerAddress,
  type ReplyChunk,
  verifyOptions,
} from './options.ts'

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

export class Network {
  readonly peerId: PeerId
  readonly #options: NetworkOptions
  readonly #parts: Parts
  #state: 'created' | 'started' | 'stopped' = 'created'

  /** Loads or makes the identity and the peer store; nothing listens yet. */
  static async create(options: NetworkOptions, handlers: NetworkHandlers): Promise<Network> {
    verifyOptions(options)
    return new Network(options, await assemble(options, handlers))
  }

  private constructor(options: NetworkOptions, parts: Parts) {
    this.peerId = parts.node.peerId.toString()
    this.#options = options
    this.#parts = parts
  }

  /** Listens, joins the topics, dials. Throws LISTEN_FAILED when the port is taken. */
  async start(): Promise<void> {
    assert(this.#state === 'created', 'a network is started once')
    this.#state = 'started'
    const { node, server, peers, gossip, redial, watchdog } = this.#parts
    await server.register()
    peers.start()
    try {
      await node.start()
    } catch (error) {
      const { listenHost: host, listenPort: port } = this.#options
      const said = `Cannot listen on ${host}:${port}: ${reasonOf(error)}`
      throw new NetworkError({ code: 'LISTEN_FAILED', host, port }, said, { cause: error })
    }
    gossip.start()
    redial.start()
    watchdog.start()
    const fields = { peer: this.peerId, addresses: this.multiaddrs() }
    this.#options.log.info(fields, 'Network started')
  }

  /** Closes everything and saves the peer store. No handler is called after it resolves. */
  async stop(): Promise<void> {
    if (this.#state !== 'started') return
    this.#state = 'stopped'
    const { node, store, peers, gossip, redial, watchdog } = this.#parts
    watchdog.stop()
    redial.stop()
    gossip.stop()
    peers.stop()
    await Promise.all(node.getPeers().map((peer) => peers.hangUp(peer.toString(), 'stopping')))
    await node.stop()
    await store.save()
  }

  /** Where we can be dialed, with our peer id. */
  multiaddrs(): string[] {
    return this.#parts.node.getMultiaddrs().map((address) => address.toString())
  }

  /**
   * Sends to every subscribed peer. 0 recipients: nobody listens, or the same bytes were seen in
   * the last seconds (SEEN_MS). Throws MESSAGE_TOO_BIG.
   */
  async publish(topic: string, payload: Uint8Array): Promise<{ recipients: number }> {
    this.#verifyStarted()
    return await this.#parts.gossip.publish(topic, payload)
  }

  /** Chunks as they come; one with a code other than 0 is the last. Throws {@link NetworkError}. */
  request(
    peer: PeerId,
    name: string,
    payload: Uint8Array,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncIterable<ReplyChunk> {
    this.#verifyStarted()
    return this.#parts.client.request(peer, name, payload, options.signal)
  }

  peers(): PeerInfo[] {
    const { staticPeers, scores, peers, gossip } = this.#parts
    return [...peers.ready()].map((peer) => ({
      id: peer.id,
      address: peer.address,
      direction: peer.direction,
      isStatic: staticPeers.has(peer.id),
      score: scores.scoreOf(peer.id),
      gossipScore: gossip.scoreOf(peer.id),
      connectedSinceMs: peer.sinceMs,
      latencyMs: peer.latencyMs,
      agent: peer.agent,
    }))
  }

  /** Charges a peer: at -20 it is disconnected, at -50 banned; static peers stay. */
  report(peer: PeerId, penalty: number, reason: string): void {
    this.#parts.discipline.report(peer, penalty, reason)
  }

  /** For a provable fault: 30 minutes, static or not, over restarts. */
  ban(peer: PeerId, reason: string): void {
    this.#parts.discipline.ban(peer, reason)
  }

  isBanned(peer: PeerId): boolean {
    return this.#parts.scores.isBanned(peer)
  }

  /** A farewell without blame; a static peer is dialed again in its time. */
  async disconnect(peer: PeerId, reason: string): Promise<void> {
    await this.#parts.peers.hangUp(peer, reason)
  }

  /** Dials once; throws OPTIONS_BAD or DIAL_FAILED. That it is our peer is told by the handler. */
  async dial(address: string): Promise<PeerId> {
    this.#verifyStarted()
    const { id, address: parsed } = parsePeerAddress(address, 'dial')
    try {
      await dial(this.#parts.node, [parsed])
    } catch (error) {
      throw new NetworkError({ code: 'DIAL_FAILED', address }, reasonOf(error), { cause: error })
    }
    return id
  }

  /** Fault injection: cuts off and refuses everybody else; undefined heals and dials at once. */
  setPartition(allowed: ReadonlySet<PeerId> | undefined): void {
    const { gate, node, peers, redial } = this.#parts
    gate.setPartition(allowed)
    for (const peer of node.getPeers().map(String)) {
      if (!gate.isOpenTo(peer)) peers.cut(peer, 'partition')
    }
    redial.wakeAll()
  }

  /** Reads nothing of any peer until `resumeReading`, for READING_PAUSE_MS_MAX at most. */
  pauseReading(): void {
    this.#parts.reading.pause()
  }

  resumeReading(): void {
    this.#parts.reading.resume()
  }

  #verifyStarted(): void {
    if (this.#state !== 'started') throw new NetworkError({ code: 'NETWORK_STOPPED' })
  }
}
