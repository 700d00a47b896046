/**
 * Transactions that callers of ours hand in one by one, gathered while others are being recovered:
 * a thousand callers then share one turn of the recovery thread.
 */
import { CodedError } from '../../consensus/errors.ts'
import type { Hash } from '../../consensus/types.ts'
import type { SignedTransaction } from '../transaction.ts'
import {
  SUBMISSION_BATCH_MAX,
  SUBMISSION_BYTES_WAITING_MAX,
  SUBMISSIONS_WAITING_MAX,
} from './options.ts'
import { PoolError } from './pool-error.ts'

/** Judges and adds; one outcome for each, in order. */
export type AdmitBatch = (
  raws: readonly Uint8Array[],
) => Promise<readonly (SignedTransaction | PoolError)[]>

type Submission = {
  readonly raw: Uint8Array
  readonly resolve: (hash: Hash) => void
  readonly reject: (error: unknown) => void
}

export class Submissions {
  readonly #admit: AdmitBatch
  #waiting: Submission[] = []
  #bytes = 0
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(admit: AdmitBatch) {
    this.#admit = admit
  }

  /** The hash once it is in the pool; throws {@link PoolError}. */
  add(raw: Uint8Array): Promise<Hash> {
    if (this.#isClosed) return Promise.reject(new PoolError({ code: 'CLOSED' }))
    const isFull =
      this.#waiting.length >= SUBMISSIONS_WAITING_MAX ||
      this.#bytes + raw.length > SUBMISSION_BYTES_WAITING_MAX
    if (isFull) return Promise.reject(new PoolError({ code: 'POOL_FULL' }))
    this.#bytes += raw.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ raw, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** What waits is still judged; what comes later is refused. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(): Promise<void> {
    // The calls of one JSON-RPC batch all arrive before the first of them is looked at.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, SUBMISSION_BATCH_MAX)
      this.#waiting = this.#waiting.slice(batch.length)
      for (const { raw } of batch) this.#bytes -= raw.length
      await this.#runBatch(batch)
    }
    this.#running = undefined
  }

  async #runBatch(batch: readonly Submission[]): Promise<void> {
    try {
      const outcomes = await this.#admit(batch.map(({ raw }) => raw))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[index]
        if (outcome === undefined || outcome instanceof CodedError) reject(outcome)
        else resolve(outcome.hash)
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
