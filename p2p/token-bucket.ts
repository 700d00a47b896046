/**
 * A token bucket that can be overdrawn up to a wait: who takes from an empty one is told how long
 * to hold back. Time is an argument, so it needs no timer of its own.
 */

export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #filledMs: number

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#filledMs = nowMs
  }

  /** Milliseconds until `count` tokens would be there; taking them now is the caller's choice. */
  waitMs(count: number, nowMs: number): number {
    this.#fill(nowMs)
    return this.#tokens >= count ? 0 : ((count - this.#tokens) / this.#perSecond) * 1_000
  }

  take(count: number, nowMs: number): void {
    this.#fill(nowMs)
    this.#tokens -= count
  }

  /** Takes if the tokens are there. */
  tryTake(count: number, nowMs: number): boolean {
    if (this.waitMs(count, nowMs) > 0) return false
    this.take(count, nowMs)
    return true
  }

  /** A clock that stepped back fills nothing and takes nothing. */
  #fill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#filledMs)
    this.#filledMs = nowMs
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs / 1_000) * this.#perSecond)
  }
}
