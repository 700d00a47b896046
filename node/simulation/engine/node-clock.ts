/**
 * A machine's own clock over virtual time: late or early, drifting, and now and then set. Its
 * timers run by elapsed time, as those of a machine do, and die with it.
 */
import type { Cancel, Clock } from '../../ports.ts'
import type { Scheduler } from './scheduler.ts'

/** Unix time at which runs begin: any will do, the same in all. */
export const EPOCH_MS = 1_700_000_000_000

export class NodeClock implements Clock {
  readonly #scheduler: Scheduler
  #offsetMs: number
  /** Parts by which it is too fast. */
  #drift: number
  /** Virtual time at which offset and drift were set. */
  #sinceMs: number
  #life = 0

  constructor(scheduler: Scheduler, offsetMs = 0, drift = 0) {
    this.#scheduler = scheduler
    this.#offsetMs = offsetMs
    this.#drift = drift
    this.#sinceMs = scheduler.nowMs
  }

  now(): number {
    const { nowMs } = this.#scheduler
    const drifted = (nowMs - this.#sinceMs) * this.#drift
    return EPOCH_MS + Math.floor(nowMs + this.#offsetMs + drifted)
  }

  /** Virtual milliseconds since the run began: what timers count. */
  get elapsedMs(): number {
    return this.#scheduler.nowMs
  }

  setTimer(delayMs: number, run: () => void): Cancel {
    const life = this.#life
    return this.#scheduler.after(delayMs, () => {
      if (life === this.#life) run()
    })
  }

  giveWay(): Promise<void> {
    return new Promise((resolve) => {
      this.setTimer(0, resolve)
    })
  }

  /** Sets the clock to be so far off from now on. */
  set(offsetMs: number, drift = 0): void {
    this.#offsetMs = offsetMs
    this.#drift = drift
    this.#sinceMs = this.#scheduler.nowMs
  }

  /** So much passes on it at once. */
  skip(durationMs: number): void {
    this.#offsetMs += durationMs
  }

  /** The machine went down: no timer of before runs any more. */
  stop(): void {
    this.#life += 1
  }
}
