/** What is wrong with a simulated disk at the moment; both the database and the files ask here. */
import type { NodeClock } from '../../engine/node-clock.ts'

export type DiskFailure = 'EIO' | 'ENOSPC'

export class DiskFaults {
  readonly #clock: NodeClock
  /** Every write fails so; undefined: none does. */
  failure: DiskFailure | undefined
  /** Every write takes so long. */
  slowMs = 0
  #isFrozen = false
  #waiting = 0
  #crash: { writesLeft: number; readonly run: () => void } | undefined

  constructor(clock: NodeClock) {
    this.#clock = clock
  }

  /** Calls `run` amid the n-th write from now, whose author never hears of its end. */
  crashAtWrite(count: number, run: () => void): void {
    this.#crash = { writesLeft: count, run }
  }

  /** The machine stands still: no write ends any more, until {@link thaw}. */
  freeze(): void {
    this.#isFrozen = true
  }

  thaw(): void {
    this.#isFrozen = false
  }

  /** Something is being written and is not there yet. */
  get isWriting(): boolean {
    return this.#waiting > 0 || this.#isFrozen
  }

  /** Who was writing is gone, and hears of no end. */
  forgetWrites(): void {
    this.#waiting = 0
  }

  /** What a write waits for before it touches anything. */
  async delay(): Promise<void> {
    if (this.#isFrozen) await new Promise<never>(() => undefined)
    const { slowMs } = this
    if (slowMs === 0) return
    this.#waiting += 1
    await new Promise<void>((resolve) => {
      this.#clock.setTimer(slowMs, resolve)
    })
    this.#waiting -= 1
  }

  async onWrite(): Promise<void> {
    const crash = this.#crash
    if (crash === undefined) return
    crash.writesLeft -= 1
    if (crash.writesLeft > 0) return
    this.#crash = undefined
    crash.run()
    await new Promise<never>(() => undefined)
  }

  /** As the system says it. */
  throwIfFailing(): void {
    const code = this.failure
    if (code !== undefined) throw Object.assign(new Error(`${code}: simulated`), { code })
  }
}
