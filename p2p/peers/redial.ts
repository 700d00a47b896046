/**
 * Keeps us connected: dials static peers for as long as they are away and stored peers while we
 * have few, with growing, jittered pauses. libp2p dials nobody by itself here.
 */
import type { Multiaddr } from '@multiformats/multiaddr'
import { multiaddr } from '@multiformats/multiaddr'
import { reasonOf } from '../errors.ts'
import {
  DIAL_FAILURES_MAX,
  DIALS_IN_FLIGHT_MAX,
  PEER_RECORDS_MAX,
  PEERS_TARGET,
  STORED_REDIAL_MS_MAX,
  STORED_REDIAL_MS_MIN,
} from '../limits.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type { NetworkLog, NetworkTiming, PeerId } from '../options.ts'
import type { PeerStore } from './peer-store.ts'

export type RedialModules = {
  readonly staticPeers: ReadonlyMap<PeerId, readonly Multiaddr[]>
  readonly store: PeerStore
  readonly timing: NetworkTiming
  readonly log: NetworkLog
  readonly metrics: NetworkMetrics
  readonly now: () => number
  /** Resolves once connected; throws otherwise. */
  readonly dial: (addresses: readonly Multiaddr[]) => Promise<unknown>
  readonly isConnected: (peer: PeerId) => boolean
  readonly isOpenTo: (peer: PeerId) => boolean
  readonly readyCount: () => number
}

/** Attempts in a row that gave no lasting peer of our chain, and when the next one is due. */
type Plan = { failures: number; dueMs: number; readyMs: number; isDialing: boolean }

/** A peer that stayed for so long was no failure, however it left. */
const LASTING_MS = 10_000

export class Redial {
  readonly #modules: RedialModules
  readonly #plans = new Map<PeerId, Plan>()
  #timer: NodeJS.Timeout | undefined
  #inFlight = 0

  constructor(modules: RedialModules) {
    this.#modules = modules
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.#timer = setInterval(() => this.#tick(), this.#modules.timing.redialTickMs)
    this.#tick()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** The peer is connected and of our chain: if it lasts, its pauses begin anew. */
  onReady(peer: PeerId): void {
    const plan = this.#plans.get(peer)
    if (plan !== undefined) plan.readyMs = this.#modules.now()
  }

  /** Everybody is worth an attempt at once: a partition has healed. */
  wakeAll(): void {
    for (const plan of this.#plans.values()) {
      plan.failures = 0
      plan.dueMs = 0
    }
  }

  #tick(): void {
    const { staticPeers, store, readyCount } = this.#modules
    for (const [peer, addresses] of staticPeers) this.#dialIfDue(peer, addresses)
    if (readyCount() >= PEERS_TARGET) return
    for (const record of store.all()) {
      if (record.addresses.length === 0 || staticPeers.has(record.id)) continue
      this.#dialIfDue(
        record.id,
        record.addresses.map((text) => multiaddr(text)),
      )
    }
  }

  #dialIfDue(peer: PeerId, addresses: readonly Multiaddr[]): void {
    const { isConnected, isOpenTo, now } = this.#modules
    if (this.#inFlight >= DIALS_IN_FLIGHT_MAX || isConnected(peer) || !isOpenTo(peer)) return
    const plan = this.#planOf(peer)
    if (plan.isDialing || plan.dueMs > now()) return
    if (plan.readyMs > 0 && now() - plan.readyMs >= LASTING_MS) plan.failures = 0
    plan.readyMs = 0
    plan.failures += 1
    plan.dueMs = now() + this.#pauseMs(peer, plan.failures)
    void this.#dial(peer, addresses, plan)
  }

  #planOf(peer: PeerId): Plan {
    let plan = this.#plans.get(peer)
    if (plan === undefined) {
      // Plans of peers that the store has dropped since would pile up.
      if (this.#plans.size > PEER_RECORDS_MAX) this.#plans.clear()
      plan = { failures: 0, dueMs: 0, readyMs: 0, isDialing: false }
      this.#plans.set(peer, plan)
    }
    return plan
  }

  async #dial(peer: PeerId, addresses: readonly Multiaddr[], plan: Plan): Promise<void> {
    const { log, metrics, store, staticPeers, dial } = this.#modules
    plan.isDialing = true
    this.#inFlight += 1
    try {
      await dial(addresses)
      metrics.dials.inc({ outcome: 'ok' })
    } catch (error) {
      metrics.dials.inc({ outcome: 'failed' })
      log.debug({ peer, failures: plan.failures, error: reasonOf(error) }, 'Dial failed')
      if (plan.failures >= DIAL_FAILURES_MAX && !staticPeers.has(peer)) {
        store.forgetAddresses(peer)
        this.#plans.delete(peer)
      }
    } finally {
      plan.isDialing = false
      this.#inFlight -= 1
    }
  }

  #pauseMs(peer: PeerId, failures: number): number {
    const { staticPeers, timing } = this.#modules
    return staticPeers.has(peer)
      ? backoffMs(failures, timing.staticRedialMsMin, timing.staticRedialMsMax, Math.random())
      : backoffMs(failures, STORED_REDIAL_MS_MIN, STORED_REDIAL_MS_MAX, Math.random())
  }
}

/** Doubles from `minMs` to `maxMs`, then spread by a quarter either way (`chance` in [0, 1)). */
export function backoffMs(failures: number, minMs: number, maxMs: number, chance: number): number {
  const pauseMs = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30))
  return pauseMs * (0.75 + chance / 2)
}
