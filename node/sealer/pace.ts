/** When the sealer makes a block: the one thing in which a devnet and a dapp chain differ. */
import type { Clock } from '../ports.ts'

export type Pace =
  /** Always searching, on the newest template: what difficulty is made for. */
  | { readonly kind: 'continuous' }
  /** A block as soon as a transaction waits, never an empty one. */
  | { readonly kind: 'on-transaction' }
  /** A block each so many seconds, empty or not. */
  | { readonly kind: 'interval'; readonly seconds: number }
  /** Only when asked for. */
  | { readonly kind: 'manual' }

/** Answers whether a block is due under a pace. */
export class PaceMaker {
  readonly #clock: Clock
  readonly #pendingCount: () => number
  #pace: Pace
  #nextTickMs: number
  /** The pool held nothing that could be included when it was last tried. */
  #isPoolSpent = false

  constructor(pace: Pace, clock: Clock, pendingCount: () => number) {
    this.#clock = clock
    this.#pendingCount = pendingCount
    this.#pace = pace
    this.#nextTickMs = clock.now() + intervalMs(pace)
  }

  get pace(): Pace {
    return this.#pace
  }

  set(pace: Pace): void {
    this.#pace = pace
    this.#nextTickMs = this.#clock.now() + intervalMs(pace)
    this.#isPoolSpent = false
  }

  isDue(): boolean {
    switch (this.#pace.kind) {
      case 'continuous':
        return true
      case 'on-transaction':
        return !this.#isPoolSpent && this.#pendingCount() > 0
      case 'interval':
        return this.#clock.now() >= this.#nextTickMs
      case 'manual':
        return false
    }
  }

  /** Milliseconds until {@link isDue} may change by itself; undefined: by an event only. */
  waitMs(): number | undefined {
    if (this.#pace.kind !== 'interval') return undefined
    return Math.max(0, this.#nextTickMs - this.#clock.now())
  }

  /** Whether a template without transactions is worth sealing. */
  takesEmpty(): boolean {
    return this.#pace.kind !== 'on-transaction'
  }

  onPoolChanged(): void {
    this.#isPoolSpent = false
  }

  onNothingToInclude(): void {
    this.#isPoolSpent = true
  }

  /** Ticks that were missed are not made up for: they would come as a burst of empty blocks. */
  onSealed(): void {
    if (this.#pace.kind !== 'interval') return
    const step = intervalMs(this.#pace)
    const nowMs = this.#clock.now()
    this.#nextTickMs += step
    if (this.#nextTickMs <= nowMs) this.#nextTickMs = nowMs + step
  }
}

function intervalMs(pace: Pace): number {
  return pace.kind === 'interval' ? pace.seconds * 1000 : 0
}
