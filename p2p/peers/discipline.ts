/** What becomes of a peer that is charged: nothing, a farewell, or a ban that outlives us. */
import { assert } from '../errors.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type { NetworkLog, PeerId } from '../options.ts'
import type { PeerManager } from './peer-manager.ts'
import type { PeerScores } from './peer-score.ts'
import type { PeerStore } from './peer-store.ts'

export type DisciplineModules = {
  readonly scores: PeerScores
  readonly store: PeerStore
  readonly peers: PeerManager
  readonly log: NetworkLog
  readonly metrics: NetworkMetrics
}

export class Discipline {
  readonly #modules: DisciplineModules

  constructor(modules: DisciplineModules) {
    this.#modules = modules
  }

  report(peer: PeerId, penalty: number, reason: string): void {
    assert(penalty >= 0, 'a penalty is not negative')
    const { scores, peers, log } = this.#modules
    const consequence = scores.charge(peer, penalty)
    log.debug({ peer, penalty, reason }, 'Peer charged')
    if (consequence === 'ban') this.ban(peer, reason)
    if (consequence === 'disconnect') void peers.hangUp(peer, reason)
  }

  ban(peer: PeerId, reason: string): void {
    const { scores, store, peers, log, metrics } = this.#modules
    scores.ban(peer, reason)
    void store.save()
    metrics.bans.inc({})
    log.info({ peer, reason }, 'Peer banned')
    peers.cut(peer, reason)
  }
}
