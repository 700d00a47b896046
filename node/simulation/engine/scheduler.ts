/**
 * Virtual time: what happens when, in one order. Events run by (time, sequence); nothing else
 * moves the clock, so a run is a function of its seed.
 */
import type { Cancel } from '../../ports.ts'

type Event = {
  readonly timeMs: number
  readonly sequence: number
  run: (() => void) | undefined
}

/** Runs microtasks until nothing is left to do at this instant; for code that awaits. */
export type Settle = () => Promise<void>

export class Scheduler {
  /** A binary heap: the earliest event is first. */
  readonly #heap: Event[] = []
  #nowMs = 0
  #sequence = 0
  #count = 0

  /** Milliseconds since the beginning of the run; not whole ones. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Events that have run. */
  get count(): number {
    return this.#count
  }

  /** Time of the next event; undefined when there is none. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.timeMs
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.at(this.#nowMs + Math.max(0, delayMs), run)
  }

  /** Runs at this time, after everything that was asked for before for the same time. */
  at(timeMs: number, run: () => void): Cancel {
    const event: Event = {
      timeMs: Math.max(timeMs, this.#nowMs),
      sequence: this.#sequence++,
      run,
    }
    this.#push(event)
    return () => {
      event.run = undefined
    }
  }

  /** Runs the next event; false when there is none until `untilMs`, and time is then that. */
  step(untilMs: number): boolean {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined || first.timeMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs)
        return false
      }
      this.#pop()
      const { run } = first
      if (run === undefined) continue
      this.#nowMs = first.timeMs
      this.#count += 1
      first.run = undefined
      run()
      return true
    }
  }

  /** For code without promises. */
  runUntil(untilMs: number): void {
    while (this.step(untilMs));
  }

  /** For code with promises: everything that an event set off is done before the next one. */
  async runUntilSettled(untilMs: number, settle: Settle): Promise<void> {
    await settle()
    while (this.step(untilMs)) await settle()
  }

  #push(event: Event): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(event)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || !isBefore(event, parent)) break
      heap[place] = parent
      place = above
    }
    heap[place] = event
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      const left = heap[2 * place + 1]
      if (left === undefined) break
      const right = heap[2 * place + 2]
      const isRight = right !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (!isBefore(child, last)) break
      heap[place] = child
      place = 2 * place + (isRight ? 2 : 1)
    }
    heap[place] = last
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.sequence < b.sequence)
}
