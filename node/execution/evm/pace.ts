/**
 * When code that runs has to give way to the rest of the process, and when it has to end: the EVM
 * awaits, but by itself never leaves the thread to timers and sockets.
 */
import { CodedError } from '../../../consensus/errors.ts'
import type { CallSignal } from '../../api.ts'
import { andThen, type Soon } from '../../state/soon.ts'

/** Nothing else waits longer than about this for code that runs. */
const TURN_MS = 5

/** Time as executions measure it: it never goes back, as a wall clock may. */
export type ExecutionTime = {
  /** Milliseconds since any moment. */
  now(): number
  /** Lets everything else that is due run first. */
  giveWay(): Promise<void>
}

export const machineTime: ExecutionTime = {
  now: () => performance.now(),
  giveWay: () => new Promise((resolve) => setImmediate(resolve)),
}

export type PaceLimits = {
  /** Of the execution's time; afterwards execution ends with TIMED_OUT. */
  readonly deadlineMs?: number
  /** Aborts when nobody waits for the outcome any more. */
  readonly signal?: CallSignal
  /** What goes first, however long it takes; undefined when there is nothing. */
  readonly yieldTo?: () => Promise<void> | undefined
  /** Waits for work that is done elsewhere, and lets others run here if it takes long. */
  readonly standAside?: <Value>(work: Promise<Value>) => Promise<Value>
}

export class Pace {
  readonly #time: ExecutionTime
  #limits: PaceLimits = {}
  #turnEndMs = 0
  #interrupt: InterruptError | undefined

  constructor(time: ExecutionTime) {
    this.#time = time
  }

  /** Of the execution that runs. */
  get limits(): PaceLimits {
    return this.#limits
  }

  /** The turn is over: time for a {@link check}. Costs no more than a look at the clock. */
  get isDue(): boolean {
    return this.#time.now() > this.#turnEndMs
  }

  /** Begins an execution. Throws an {@link InterruptError} when it is over already. */
  start(limits: PaceLimits): Soon<void> {
    this.#limits = limits
    this.#interrupt = undefined
    return andThen(limits.yieldTo?.(), () => {
      this.#judge()
      if (this.#interrupt !== undefined) throw this.#interrupt
    })
  }

  /** Lets others run when the turn is over. Throws an {@link InterruptError}. */
  async check(): Promise<void> {
    if (this.isDue) await this.#giveWay()
    if (this.#interrupt !== undefined) throw this.#interrupt
  }

  async #giveWay(): Promise<void> {
    await this.#time.giveWay()
    await this.#limits.yieldTo?.()
    this.#judge()
  }

  /** Whether execution may go on; if so, a new turn begins. */
  #judge(): void {
    const { deadlineMs, signal } = this.#limits
    const now = this.#time.now()
    if (signal?.aborted) this.#interrupt = new InterruptError({ code: 'ABORTED' })
    else if (deadlineMs !== undefined && now > deadlineMs) {
      this.#interrupt = new InterruptError({ code: 'TIMED_OUT' })
    }
    // What is over is due at once.
    this.#turnEndMs = this.#interrupt === undefined ? now + TURN_MS : Number.NEGATIVE_INFINITY
  }
}

export type InterruptErrorType = { readonly code: 'ABORTED' } | { readonly code: 'TIMED_OUT' }

/** Execution ended from outside; it has no outcome. */
export class InterruptError extends CodedError<InterruptErrorType> {}
