/** Makes the parts of the network and ties them together; nothing listens or dials yet. */
import type { Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { Gossip } from './gossip/gossip.ts'
import { gossipsubOptions } from './gossip/gossipsub-options.ts'
import { loadIdentity } from './identity.ts'
import { DIAL_TIMEOUT_MS } from './limits.ts'
import { NO_METRICS } from './metrics.ts'
import {
  DEFAULT_TIMING,
  type NetworkHandlers,
  type NetworkOptions,
  type PeerId,
  parseBootnodes,
} from './options.ts'
import { ConnectionGate } from './peers/connection-gate.ts'
import { Discipline } from './peers/discipline.ts'
import { PeerManager } from './peers/peer-manager.ts'
import { PeerScores } from './peers/peer-score.ts'
import { PeerStore } from './peers/peer-store.ts'
import { Reading } from './peers/reading.ts'
import { Redial } from './peers/redial.ts'
import { Watchdog } from './peers/watchdog.ts'
import { RequestClient } from './requests/client.ts'
import { RateLimiter } from './requests/rate-limiter.ts'
import { RequestServer } from './requests/server.ts'
import { chainPrefix } from './topics.ts'
import { createTransport, type Services } from './transport.ts'

export type Parts = {
  readonly node: Libp2p<Services>
  readonly staticPeers: ReadonlyMap<PeerId, readonly Multiaddr[]>
  readonly store: PeerStore
  readonly scores: PeerScores
  readonly gate: ConnectionGate
  readonly peers: PeerManager
  readonly discipline: Discipline
  readonly gossip: Gossip
  readonly server: RequestServer
  readonly client: RequestClient
  readonly redial: Redial
  readonly watchdog: Watchdog
  readonly reading: Reading
}

type Foundation = Pick<Parts, 'node' | 'staticPeers' | 'store' | 'scores' | 'gate'>

export async function assemble(options: NetworkOptions, handlers: NetworkHandlers): Promise<Parts> {
  const foundation = await layFoundation(options)
  const { node, staticPeers, store, scores, gate } = foundation
  const { log, metrics = NO_METRICS } = options
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  const isOpenTo = (peer: PeerId) => gate.isOpenTo(peer)
  const now = () => performance.now()
  const peers: PeerManager = new PeerManager({
    node,
    chainPrefix: chainPrefix(options),
    handlers,
    store,
    log,
    isOpenTo,
    onReady: (peer) => redial.onReady(peer),
    onGone: (peer) => gossip.forget(peer),
  })
  const discipline = new Discipline({ scores, store, peers, log, metrics })
  const report = discipline.report.bind(discipline)
  const shared = { node, handlers, store, timing, log, metrics, report, now }
  const gossip = new Gossip(options, options.topics, { ...shared, pubsub: node.services.pubsub })
  const redial = new Redial({
    ...shared,
    staticPeers,
    dial: (addresses) => dial(node, addresses),
    isConnected: (peer) => peers.connectionsOf(peer).length > 0,
    isOpenTo,
    readyCount: () => peers.readyCount,
  })
  const limiter = new RateLimiter(now)
  return {
    ...foundation,
    peers,
    discipline,
    gossip,
    redial,
    reading: new Reading(node),
    server: new RequestServer(options, options.requests, { ...shared, limiter }),
    client: new RequestClient(options, options.requests, shared),
    watchdog: new Watchdog({
      ...shared,
      peers,
      isInGossip: (peer) => gossip.isInGossip(peer),
      isGraylisted: (peer) => gossip.isGraylisted(peer),
    }),
  }
}

export async function dial(node: Libp2p, addresses: readonly Multiaddr[]): Promise<void> {
  await node.dial([...addresses], { signal: AbortSignal.timeout(DIAL_TIMEOUT_MS) })
}

/** Who we are, whom we know, who may come in, and libp2p under it. */
async function layFoundation(options: NetworkOptions): Promise<Foundation> {
  const privateKey = await loadIdentity(options.identityFile, options.log)
  const staticPeers = parseBootnodes(options.bootnodes, privateKey.publicKey.toString())
  const isStatic = (peer: PeerId) => staticPeers.has(peer)
  const store = await PeerStore.open(options.peerStoreFile, options.log)
  const scores = new PeerScores({ store, isStatic, now: Date.now })
  const gate: ConnectionGate = new ConnectionGate({
    isRefused: (peer) => scores.isRefused(peer),
    isStatic,
    connections: () => node.getConnections(),
    now: () => performance.now(),
  })
  const node: Libp2p<Services> = await createTransport({
    privateKey,
    listenHost: options.listenHost,
    listenPort: options.listenPort,
    gater: gate.gater(),
    gossip: gossipsubOptions(options, options.topics, (peer) => scores.scoreOf(peer)),
  })
  return { node, staticPeers, store, scores, gate }
}
