/** A clock that stands until a test moves it; timers run in the order in which they are due. */
import type { Cancel, Clock } from '../../node/ports.ts'

type Timer = { readonly dueMs: number; readonly run: () => void }

export class ManualClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<Timer>()

  constructor(nowMs = 0) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  setTimer(delayMs: number, run: () => void): Cancel {
    const timer = { dueMs: this.#nowMs + delayMs, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  giveWay(): Promise<void> {
    return Promise.resolve()
  }

  get timerCount(): number {
    return this.#timers.size
  }

  advance(milliseconds: number): void {
    const endMs = this.#nowMs + milliseconds
    for (let next = this.#nextBy(endMs); next !== undefined; next = this.#nextBy(endMs)) {
      this.#timers.delete(next)
      this.#nowMs = next.dueMs
      next.run()
    }
    this.#nowMs = endMs
  }

  #nextBy(endMs: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
    }
    return next
  }
}
