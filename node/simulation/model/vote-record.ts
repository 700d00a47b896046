/**
 * The record of signed votes and the order that keeps a validator honest: written, synced, then
 * signed. Between any two of them the power may go.
 */
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import { maySign, type SignedEpochs } from '../../../consensus/finality/votes/slashing-rule.ts'
import type { NodeClock } from '../engine/node-clock.ts'
import { WriteLog } from '../engine/write-log.ts'

export class VoteRecord {
  readonly #log = new WriteLog<SignedEpochs>()
  readonly #clock: NodeClock
  /** Votes are written one after the other. */
  #busyUntilMs = 0
  #isBetween = false
  /** Milliseconds that a synced write takes. */
  syncMs = 2

  constructor(clock: NodeClock) {
    this.#clock = clock
  }

  get last(): SignedEpochs | undefined {
    return this.#log.entries.at(-1)
  }

  /** A vote is on disk and not signed yet. */
  get isBetween(): boolean {
    return this.#isBetween
  }

  /** The process is gone, and with it what it was about to do. */
  crash(): void {
    this.#isBetween = false
    this.#busyUntilMs = 0
  }

  /** Writes the vote, unless the disk fails or the record forbids it; then calls `sign`. */
  write(vote: FinalityVote, canWrite: () => boolean, sign: () => void): void {
    const nowMs = this.#clock.elapsedMs
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs) + this.syncMs
    const halfMs = this.syncMs / 2
    // On disk half way through; the other half passes until the disk says so.
    this.#clock.setTimer(this.#busyUntilMs - nowMs - halfMs, () => {
      if (!canWrite() || !maySign(vote, this.last)) return
      this.#log.write(vote, true)
      this.#isBetween = true
      this.#clock.setTimer(halfMs, () => {
        this.#isBetween = false
        sign()
      })
    })
  }
}
