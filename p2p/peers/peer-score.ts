/**
 * Application scores as Lodestar keeps them (spec/consensus.md 4): faults are charged, time heals,
 * -20 disconnects, -50 bans for 30 minutes. Static peers lose score and keep their connection; only
 * a ban, which the caller pronounces for a provable fault, reaches them.
 */
import type { PeerId } from '../options.ts'
import type { PeerStore } from './peer-store.ts'

export const SCORE_MIN = -100
export const SCORE_DISCONNECT = -20
export const SCORE_BAN = -50
export const BAN_MS = 1_800_000
/** A charge counts half after ten minutes. */
export const SCORE_HALF_LIFE_MS = 600_000

export type Consequence = 'none' | 'disconnect' | 'ban'

export type PeerScoresModules = {
  readonly store: PeerStore
  readonly isStatic: (peer: PeerId) => boolean
  readonly now: () => number
}

export class PeerScores {
  readonly #store: PeerStore
  readonly #isStatic: (peer: PeerId) => boolean
  readonly #now: () => number

  constructor(modules: PeerScoresModules) {
    this.#store = modules.store
    this.#isStatic = modules.isStatic
    this.#now = modules.now
    this.#clampBans()
  }

  scoreOf(peer: PeerId): number {
    const record = this.#store.get(peer)
    if (record === undefined || record.score === 0) return 0
    const ageMs = Math.max(0, this.#now() - record.scoredMs)
    return record.score * 2 ** (-ageMs / SCORE_HALF_LIFE_MS)
  }

  /** Takes `penalty` off the score and says what follows. */
  charge(peer: PeerId, penalty: number): Consequence {
    const score = Math.max(SCORE_MIN, this.scoreOf(peer) - penalty)
    this.#store.update(peer, { score, scoredMs: this.#now() })
    if (this.#isStatic(peer)) return 'none'
    if (score <= SCORE_BAN) return 'ban'
    return score <= SCORE_DISCONNECT ? 'disconnect' : 'none'
  }

  ban(peer: PeerId, reason: string): void {
    const nowMs = this.#now()
    this.#store.update(peer, {
      score: Math.min(SCORE_BAN, this.scoreOf(peer)),
      scoredMs: nowMs,
      bannedUntilMs: nowMs + BAN_MS,
      banReason: reason.slice(0, 256),
    })
  }

  isBanned(peer: PeerId): boolean {
    return (this.#store.get(peer)?.bannedUntilMs ?? 0) > this.#now()
  }

  /** Whether a connection to or from the peer is refused at the door. */
  isRefused(peer: PeerId): boolean {
    if (this.isBanned(peer)) return true
    return !this.#isStatic(peer) && this.scoreOf(peer) <= SCORE_DISCONNECT
  }

  /** A ban pronounced by a clock that ran ahead must not outlive one pronounced now. */
  #clampBans(): void {
    const latestMs = this.#now() + BAN_MS
    for (const { id, bannedUntilMs } of this.#store.all()) {
      if (bannedUntilMs > latestMs) this.#store.update(id, { bannedUntilMs: latestMs })
    }
  }
}
