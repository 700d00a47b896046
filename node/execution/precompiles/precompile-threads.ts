/**
 * Threads for precompiles that take long, so that this one goes on meanwhile. Blocks and calls have
 * threads of their own: no call, however hostile, stands before a block. A call's time limit ends
 * its thread, the only way to end what runs there; a block's precompile runs as long as it takes.
 */
import { availableParallelism } from 'node:os'
import { assert } from '../../../consensus/errors.ts'
import { InterruptError, type InterruptErrorType, type PaceLimits } from '../evm/pace.ts'
import type { PrecompileJob, PrecompileReply } from './precompile-job.ts'
import { PrecompileThread } from './precompile-thread.ts'

/** An import, and a block that is being built beside it. */
const BLOCK_THREADS_MAX = 2
/** With a processor left for this thread, where there are two. */
const CALL_THREADS_MAX = Math.min(2, Math.max(1, availableParallelism() - 1))
/** More than callers can have: a call or block waits for one job at a time, and few of them run. */
const JOBS_WAITING_MAX = 64

export type JobLimits = Pick<PaceLimits, 'deadlineMs' | 'signal'>

export class PrecompileThreads {
  readonly #blocks = new ThreadGroup(BLOCK_THREADS_MAX)
  readonly #calls = new ThreadGroup(CALL_THREADS_MAX)

  /** Threads that are there, idle or not. None before the first job. */
  get count(): number {
    return this.#blocks.count + this.#calls.count
  }

  /**
   * Without a deadline: a block's. Throws an {@link InterruptError} when time is up or the caller
   * is gone, and a `ThreadError` when the thread fails.
   */
  run(job: PrecompileJob, limits: JobLimits): Promise<PrecompileReply> {
    const group = limits.deadlineMs === undefined ? this.#blocks : this.#calls
    return group.run(job, limits)
  }

  /** What waits or runs is aborted. Resolves when no thread is left. */
  async close(): Promise<void> {
    await Promise.all([this.#blocks.close(), this.#calls.close()])
  }
}

/** Threads of one kind, started when they are first needed, and what waits for them. */
class ThreadGroup {
  readonly #threadsMax: number
  readonly #threads = new Set<PrecompileThread>()
  readonly #idle: PrecompileThread[] = []
  readonly #waiting: Waiting[] = []
  readonly #running = new Map<Waiting, PrecompileThread>()
  /** Threads that are being ended. */
  readonly #ending = new Set<Promise<void>>()
  #isClosed = false

  constructor(threadsMax: number) {
    this.#threadsMax = threadsMax
  }

  get count(): number {
    return this.#threads.size
  }

  async run(job: PrecompileJob, limits: JobLimits): Promise<PrecompileReply> {
    if (this.#isClosed || limits.signal?.aborted) throw new InterruptError({ code: 'ABORTED' })
    assert(this.#waiting.length < JOBS_WAITING_MAX, 'callers are fewer than may wait')
    return new Promise((resolve, reject) => {
      const waiting = new Waiting(job, { resolve, reject })
      waiting.endBy(limits, (code) => this.#end(waiting, code))
      this.#waiting.push(waiting)
      this.#startNext()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const jobs = [...this.#waiting, ...this.#running.keys()]
    for (const waiting of jobs) this.#end(waiting, 'ABORTED')
    for (const thread of [...this.#threads]) this.#drop(thread)
    await Promise.all(this.#ending)
  }

  #startNext(): void {
    if (this.#waiting.length === 0) return
    const thread = this.#idle.pop()
    const next = thread && this.#waiting.shift()
    if (thread !== undefined && next !== undefined) void this.#runOn(thread, next)
    else if (this.#threads.size < this.#threadsMax) void this.#startThread()
  }

  /** What waits stays in line meanwhile: who goes away then does not take the thread along. */
  async #startThread(): Promise<void> {
    const thread = PrecompileThread.start()
    this.#threads.add(thread)
    await thread.ready
    if (this.#threads.has(thread)) this.#idle.push(thread)
    this.#startNext()
  }

  async #runOn(thread: PrecompileThread, waiting: Waiting): Promise<void> {
    this.#running.set(waiting, thread)
    try {
      waiting.resolve(await thread.run(waiting.job))
      this.#idle.push(thread)
    } catch (error) {
      waiting.reject(error)
      this.#drop(thread)
    }
    this.#running.delete(waiting)
    this.#startNext()
  }

  /** A job that nobody waits for any more; the thread that works on it goes with it. */
  #end(waiting: Waiting, code: InterruptErrorType['code']): void {
    waiting.reject(new InterruptError({ code }))
    const place = this.#waiting.indexOf(waiting)
    if (place >= 0) this.#waiting.splice(place, 1)
    const thread = this.#running.get(waiting)
    if (thread !== undefined) this.#drop(thread)
  }

  #drop(thread: PrecompileThread): void {
    if (!this.#threads.delete(thread)) return
    const ended = thread.end().finally(() => this.#ending.delete(ended))
    this.#ending.add(ended)
  }
}

type Answer = {
  readonly resolve: (reply: PrecompileReply) => void
  readonly reject: (error: unknown) => void
}

/** A job and whoever waits for it. */
class Waiting {
  readonly job: PrecompileJob
  readonly #answer: Answer
  #forget: () => void = () => undefined

  constructor(job: PrecompileJob, answer: Answer) {
    this.job = job
    this.#answer = answer
  }

  endBy({ deadlineMs, signal }: JobLimits, end: (code: InterruptErrorType['code']) => void): void {
    const abort = (): void => end('ABORTED')
    const expire = (): void => end('TIMED_OUT')
    const leftMs = deadlineMs === undefined ? undefined : deadlineMs - performance.now()
    const timer = leftMs === undefined ? undefined : setTimeout(expire, leftMs)
    signal?.addEventListener('abort', abort)
    this.#forget = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  resolve(reply: PrecompileReply): void {
    this.#forget()
    this.#answer.resolve(reply)
  }

  reject(error: unknown): void {
    this.#forget()
    this.#answer.reject(error)
  }
}
