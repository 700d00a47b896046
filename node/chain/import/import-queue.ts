/**
 * One at a time, in order, and never more than a bound: block imports and everything else that
 * writes the chain pass through here, so that no two of them ever see each other half done.
 */
import { CodedError } from '../../../consensus/errors.ts'

type Job = { readonly run: () => Promise<void>; readonly refuse: (error: Error) => void }

export class ImportQueue {
  readonly #waiting: Job[] = []
  readonly #lengthMax: number
  #isRunning = false
  #isClosed = false
  #idle: (() => void)[] = []

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax
  }

  /** Jobs that wait, not counting the one that runs. */
  get length(): number {
    return this.#waiting.length
  }

  get hasRoom(): boolean {
    return !this.#isClosed && this.#waiting.length < this.#lengthMax
  }

  /** Runs `job` after all before it. Throws {@link QueueError} when full or closed. */
  run<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new QueueError({ code: 'CLOSED' }))
    if (this.#waiting.length >= this.#lengthMax) {
      return Promise.reject(new QueueError({ code: 'FULL', lengthMax: this.#lengthMax }))
    }
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ run: () => job().then(resolve, reject), refuse: reject })
      if (!this.#isRunning) void this.#drain()
    })
  }

  /** Refuses what waits, and resolves when the running job is done. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const job of this.#waiting.splice(0)) job.refuse(new QueueError({ code: 'CLOSED' }))
    if (this.#isRunning) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async #drain(): Promise<void> {
    this.#isRunning = true
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      await job.run()
    }
    this.#isRunning = false
    for (const wake of this.#idle.splice(0)) wake()
  }
}

export type QueueErrorType =
  | { readonly code: 'FULL'; readonly lengthMax: number }
  | { readonly code: 'CLOSED' }

/** Transient: the same block may be imported later. */
export class QueueError extends CodedError<QueueErrorType> {}
