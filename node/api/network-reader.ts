/** The network for readers; a node without one answers as a node without peers. */
import type { NetworkReader, PeerSummary } from '../api.ts'
import type { PeerNetwork } from '../peer-services.ts'
import type { Clock } from '../ports.ts'
import type { Sync } from '../sync/sync.ts'

export class NodeNetworkReader implements NetworkReader {
  readonly #network: PeerNetwork | undefined
  readonly #sync: Sync | undefined
  readonly #clock: Pick<Clock, 'now'>

  constructor(network: PeerNetwork | undefined, sync: Sync | undefined, clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.#network = network
    this.#sync = sync
  }

  get peerId(): string | undefined {
    return this.#network?.peerId
  }

  get multiaddrs(): readonly string[] {
    return this.#network?.multiaddrs() ?? []
  }

  peers(): readonly PeerSummary[] {
    const nowMs = this.#clock.now()
    return (this.#network?.peers() ?? []).map((peer) => {
      const status = this.#sync?.peers.get(peer.id)?.status
      return {
        id: peer.id,
        address: peer.address,
        direction: peer.direction,
        score: peer.score,
        connectedSeconds: Math.max(0, Math.floor((nowMs - peer.connectedSinceMs) / 1000)),
        head: status && { number: status.headNumber, hash: status.headHash },
      }
    })
  }

  syncing(): ReturnType<NetworkReader['syncing']> {
    return this.#sync?.progress()
  }

  async setPartition(allowed: readonly string[] | undefined): Promise<void> {
    this.#network?.setPartition(allowed && new Set(allowed))
  }

  async disconnect(peerId: string): Promise<void> {
    await this.#network?.disconnect(peerId, 'the operator asked for it')
  }
}
