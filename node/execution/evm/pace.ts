/**
 * When code that runs has to give way to the rest of the process, and when it has to end: the EVM
 * awaits, but by itself never leaves the thread to timers and sockets.
 *
 * Before each operation EthereumJS asks its emitter whether anybody listens to steps. The answer
 * is no, so that no step is described, until a turn is over; then the one listener holds the EVM
 * until others had theirs.
 */
import type { EVM } from '@ethereumjs/evm'
import { CodedError } from '../../../consensus/errors.ts'

/** Nothing else waits longer than about this for code that runs. */
const TURN_MS = 5
/** Operations between two looks at the clock: a tenth of a millisecond. */
const OPERATIONS_PER_LOOK = 64

export type PaceLimits = {
  /** Of `performance.now()`; afterwards execution ends with TIMED_OUT. */
  readonly deadlineMs?: number
  /** Aborts when nobody waits for the outcome any more. */
  readonly signal?: AbortSignal
  /** What goes first, however long it takes: resolves at once when there is nothing. */
  readonly yieldTo?: () => Promise<void>
}

export class Pace {
  #limits: PaceLimits = {}
  #turnEndMs = 0
  #untilLook = OPERATIONS_PER_LOOK
  #interrupt: InterruptError | undefined

  /** Watches an EVM. Listeners of others see every step, as always. */
  watch({ events }: EVM): void {
    const listenersOf = events.listenerCount.bind(events)
    events.on('step', (_step, resolve) => {
      if (performance.now() > this.#turnEndMs) void this.#giveWay().then(resolve)
      else resolve?.()
    })
    events.listenerCount = (event) => {
      if (event !== 'step') return listenersOf(event)
      if (this.#interrupt !== undefined) throw this.#interrupt
      const others = listenersOf(event) - 1
      return others + (this.#isDue() ? 1 : 0)
    }
  }

  /** Begins an execution. Throws an {@link InterruptError} when it is over already. */
  async start(limits: PaceLimits): Promise<void> {
    this.#limits = limits
    this.#interrupt = undefined
    await limits.yieldTo?.()
    this.#judge()
    if (this.#interrupt !== undefined) throw this.#interrupt
  }

  /** Lets others run when the turn is over. Throws an {@link InterruptError}. */
  async check(): Promise<void> {
    if (performance.now() > this.#turnEndMs) await this.#giveWay()
    if (this.#interrupt !== undefined) throw this.#interrupt
  }

  async #giveWay(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    await this.#limits.yieldTo?.()
    this.#judge()
  }

  /** Whether execution may go on; if so, a new turn begins. */
  #judge(): void {
    const { deadlineMs, signal } = this.#limits
    const now = performance.now()
    if (signal?.aborted) this.#interrupt = new InterruptError({ code: 'ABORTED' })
    else if (deadlineMs !== undefined && now > deadlineMs) {
      this.#interrupt = new InterruptError({ code: 'TIMED_OUT' })
    }
    this.#turnEndMs = now + TURN_MS
  }

  #isDue(): boolean {
    this.#untilLook -= 1
    if (this.#untilLook > 0) return false
    this.#untilLook = OPERATIONS_PER_LOOK
    return performance.now() > this.#turnEndMs
  }
}

export type InterruptErrorType = { readonly code: 'ABORTED' } | { readonly code: 'TIMED_OUT' }

/** Execution ended from outside; it has no outcome. */
export class InterruptError extends CodedError<InterruptErrorType> {}
