/**
 * When code that runs has to give way to the rest of the process, and when it has to end: the EVM
 * awaits, but never leaves the thread to timers and sockets by itself.
 */
import { CodedError } from '../../../consensus/errors.ts'

/** Nothing else waits longer than about this for code that runs. */
const TURN_MS = 5

export type PaceLimits = {
  /** Of `performance.now()`; afterwards execution ends with TIMED_OUT. */
  readonly deadlineMs?: number
  /** Aborts when nobody waits for the outcome any more. */
  readonly signal?: AbortSignal
  /** What goes first, however long it takes: resolves at once when there is none. */
  readonly yieldTo?: () => Promise<void>
}

export class Pace {
  #limits: PaceLimits = {}
  #turnEndMs = 0

  /** Begins an execution. */
  start(limits: PaceLimits): void {
    this.#limits = limits
    this.#turnEndMs = performance.now() + TURN_MS
  }

  isDue(): boolean {
    return performance.now() > this.#turnEndMs
  }

  /** Lets others run. Throws an {@link InterruptError} when time is up or nobody waits. */
  async giveWay(): Promise<void> {
    const { deadlineMs, signal, yieldTo } = this.#limits
    await new Promise((resolve) => setImmediate(resolve))
    await yieldTo?.()
    if (signal?.aborted) throw new InterruptError({ code: 'ABORTED' })
    const now = performance.now()
    if (deadlineMs !== undefined && now > deadlineMs)
      throw new InterruptError({ code: 'TIMED_OUT' })
    this.#turnEndMs = now + TURN_MS
  }
}

export type InterruptErrorType = { readonly code: 'ABORTED' } | { readonly code: 'TIMED_OUT' }

/** Execution ended from outside; it has no outcome. */
export class InterruptError extends CodedError<InterruptErrorType> {}
