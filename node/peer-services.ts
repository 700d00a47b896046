/**
 * Everything that speaks to peers, behind one door: the network, gossip, answers and sync. They
 * need each other, so they are made together and the network starts last.
 */
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { createNetworkMetrics } from '../p2p/metrics.ts'
import type { Network } from '../p2p/network.ts'
import type { NetworkHandlers, NetworkOptions } from '../p2p/options.ts'
import type { Chain } from './chain/chain.ts'
import type { NodeEvents } from './events.ts'
import type { FinalityNetwork } from './finality/finality-driver.ts'
import { GossipHandlers } from './gossip-handlers.ts'
import type { Mempool } from './mempool/mempool.ts'
import type { P2pOptions } from './options.ts'
import type { Clock } from './ports.ts'
import { RequestHandlers } from './request-handlers.ts'
import type { DataDirectory } from './storage/data-directory.ts'
import { REQUESTS, TOPICS } from './sync/protocol.ts'
import { Sync } from './sync/sync.ts'

export type PeerServicesModules = {
  readonly chain: Chain
  readonly pool: Mempool
  readonly events: NodeEvents
  readonly clock: Clock
  readonly log: Logger
  readonly directory: DataDirectory
  readonly registry: Registry | undefined
  /** libp2p if not given. */
  readonly openNetwork?: NetworkOpener | undefined
}

/** What a node needs of the network: libp2p's, or the simulator's. */
export type PeerNetwork = Pick<
  Network,
  | 'ban'
  | 'disconnect'
  | 'isBanned'
  | 'multiaddrs'
  | 'pauseReading'
  | 'peerId'
  | 'peers'
  | 'publish'
  | 'report'
  | 'request'
  | 'resumeReading'
  | 'setPartition'
  | 'start'
  | 'stop'
>

export type NetworkOpener = (
  options: NetworkOptions,
  handlers: NetworkHandlers,
) => Promise<PeerNetwork>

export class PeerServices {
  readonly network: PeerNetwork
  readonly sync: Sync
  readonly gossip: GossipHandlers
  readonly #requests: RequestHandlers

  private constructor(network: PeerNetwork, modules: PeerServicesModules) {
    const { chain, pool, events, clock, log } = modules
    this.network = network
    this.sync = new Sync({ chain, network, events, clock, log: log.child({ module: 'sync' }) })
    this.#requests = new RequestHandlers({ chain, pool, sync: this.sync })
    this.gossip = new GossipHandlers({
      chain,
      sync: this.sync,
      network,
      clock,
      pool,
      log: log.child({ module: 'gossip' }),
      publish: (topic, payload) => network.publish(topic, payload),
    })
  }

  /** What finality needs of peers. */
  get finality(): FinalityNetwork {
    const { finality } = this.gossip
    return {
      publishVote: (signed) => finality.publishVote(signed),
      publishCertificate: (certificate) => finality.publishCertificate(certificate),
      publishEvidence: (evidence) => finality.publishEvidence(evidence),
      fetchBlock: () => this.sync.seekCertified(),
      fetchCertificates: () => this.sync.seekCertified(),
    }
  }

  static async open(options: P2pOptions, modules: PeerServicesModules): Promise<PeerServices> {
    let services: PeerServices | undefined
    const openNetwork = modules.openNetwork ?? (await libp2p())
    const network = await openNetwork(networkOptions(options, modules), {
      onGossip: async (topic, payload, peerId) =>
        (await services?.gossip.onMessage(topic, payload, peerId)) ?? 'ignore',
      isCrowded: (topic, peerId) => services?.gossip.isCrowded(topic, peerId) ?? false,
      onRequest: (name, payload, peerId) =>
        services === undefined ? unavailable() : services.#requests.answer(name, payload, peerId),
      onPeerConnected: (peerId) => services?.sync.onPeerConnected(peerId),
      onPeerDisconnected: (peerId) => services?.onPeerDisconnected(peerId),
    } satisfies NetworkHandlers)
    services = new PeerServices(network, modules)
    return services
  }

  async start(): Promise<void> {
    await this.network.start()
    this.sync.start()
  }

  async stop(): Promise<void> {
    this.sync.stop()
    this.gossip.stop()
    await this.network.stop()
  }

  onPeerDisconnected(peerId: string): void {
    this.sync.onPeerDisconnected(peerId)
    this.gossip.onPeerDisconnected(peerId)
  }
}

/** It takes longer to load than everything else: only a node that listens does. */
async function libp2p(): Promise<NetworkOpener> {
  const { Network } = await import('../p2p/network.ts')
  return (...args) => Network.create(...args)
}

function networkOptions(options: P2pOptions, modules: PeerServicesModules): NetworkOptions {
  const { chain, directory, log, registry } = modules
  return {
    listenHost: options.host,
    listenPort: options.port,
    identityFile: directory.identityFile,
    peerStoreFile: directory.peerStoreFile,
    bootnodes: options.bootnodes,
    chainId: chain.genesis.params.chainId,
    genesis4: chain.genesis.hash.slice(2, 10),
    topics: TOPICS,
    requests: REQUESTS,
    log: log.child({ module: 'p2p' }),
    ...(registry && { metrics: createNetworkMetrics(registry) }),
    ...(options.timing && { timing: options.timing }),
  }
}

async function* unavailable() {
  yield { code: 3, payload: new Uint8Array(0) } as const
}
