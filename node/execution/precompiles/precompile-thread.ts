/** One thread that runs precompiles, one at a time. */
import type { Worker } from 'node:worker_threads'
import { assert, CodedError } from '../../../consensus/errors.ts'
import { startWorker } from '../../threads/start-worker.ts'
import type { PrecompileJob, PrecompileReply } from './precompile-job.ts'

/** Of JavaScript's heap: whatever a call makes a precompile do, the node itself has room left. */
const HEAP_MIB_MAX = 512

export type ThreadReply =
  /** Once, when it has loaded what it needs. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly reply: PrecompileReply }
  /** A bug: precompiles answer everything. */
  | { readonly kind: 'failed'; readonly reason: string }

type Waiting = {
  readonly resolve: (reply: PrecompileReply) => void
  readonly reject: (error: Error) => void
}

export class PrecompileThread {
  readonly #worker: Worker
  /** Also when it fails before: then it is the run that says so. */
  readonly ready: Promise<void>
  #tellReady: () => void = () => undefined
  #waiting: Waiting | undefined
  #failure: Error | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    this.ready = new Promise((resolve) => {
      this.#tellReady = resolve
    })
    worker.on('message', (reply: ThreadReply) => this.#onReply(reply))
    worker.on('error', (cause) => this.#fail(failure(cause)))
    worker.on('exit', () => this.#fail(new ThreadError({ code: 'ENDED' })))
  }

  static start(): PrecompileThread {
    const limits = { maxOldGenerationSizeMb: HEAP_MIB_MAX }
    return new PrecompileThread(startWorker('precompile-worker', import.meta.url, limits))
  }

  /** Throws a {@link ThreadError}, after which the thread is of no more use. */
  run(job: PrecompileJob): Promise<PrecompileReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    assert(this.#waiting === undefined, 'a thread runs one precompile at a time')
    this.#worker.ref()
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#worker.postMessage(job)
    })
  }

  /** Whatever it is at. Resolves when it is gone. */
  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #onReply(message: ThreadReply): void {
    // An idle thread does not keep the process alive.
    this.#worker.unref()
    if (message.kind === 'ready') {
      this.#tellReady()
      return
    }
    const waiting = this.#waiting
    this.#waiting = undefined
    if (message.kind === 'done') waiting?.resolve(message.reply)
    else waiting?.reject(failure(message.reason))
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#tellReady()
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}

function failure(cause: unknown): ThreadError {
  return new ThreadError({ code: 'FAILED' }, 'A precompile failed on its thread.', { cause })
}

export type ThreadErrorType =
  | { readonly code: 'FAILED' }
  /** From outside, or by itself. */
  | { readonly code: 'ENDED' }

export class ThreadError extends CodedError<ThreadErrorType> {}
