/**
 * Recovers the senders of many transactions on a thread of its own, so that the main thread pays
 * about a microsecond for each instead of a tenth of a millisecond.
 */
import type { Worker } from 'node:worker_threads'
import type { Common } from '@ethereumjs/common'
import { assert, CodedError } from '../../consensus/errors.ts'
import { startWorker } from '../threads/start-worker.ts'
import type { SignedTransaction } from '../transaction.ts'
import {
  attachSender,
  parseTransaction,
  type UnrecoveredTransaction,
} from './decode-transaction.ts'
import { REPLY_BYTES, REQUEST_BYTES } from './recovery-packing.ts'
import { recoverAddress } from './secp256k1.ts'
import { TransactionError } from './transaction-envelope.ts'

/** Below this many, handing over costs more than recovering here. */
const BATCH_MIN = 4
/** Transactions handed over at once: a longer batch would delay what waits behind it. */
const BATCH_MAX = 1_024

type Waiting = {
  readonly resolve: (reply: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** What a node needs of it: the thread, or what recovers in place. */
export type Recovery = Pick<SenderRecovery, 'decode' | 'recover' | 'close'>

export class SenderRecovery {
  readonly #worker: Worker
  /** In the order in which the worker answers. */
  readonly #waiting: Waiting[] = []
  #failure: Error | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (reply: Uint8Array) => this.#waiting.shift()?.resolve(reply))
    worker.on('error', (cause) => {
      this.#fail(new RecoveryError({ code: 'FAILED' }, 'The recovery thread failed.', { cause }))
    })
    worker.on('exit', () => this.#fail(new RecoveryError({ code: 'CLOSED' })))
    worker.unref()
  }

  static start(): SenderRecovery {
    return new SenderRecovery(startWorker('sender-recovery-worker', import.meta.url))
  }

  /**
   * Decodes transactions in order; a transaction that fails is its {@link TransactionError}, so
   * that one bad transaction does not hide the others of its batch.
   */
  async decode(
    raws: readonly Uint8Array[],
    common: Common,
  ): Promise<(SignedTransaction | TransactionError)[]> {
    const parsed = raws.map((raw) => attempt(() => parseTransaction(raw, common)))
    const recovered = await this.recover(parsed.filter(isUnrecovered))
    let next = 0
    return parsed.map((item) => {
      const decoded = item instanceof TransactionError ? item : recovered[next++]
      assert(decoded !== undefined, 'recovery answers each transaction')
      return decoded
    })
  }

  /** The second half of {@link decode}: for who looks at a transaction before its sender. */
  async recover(
    parsed: readonly UnrecoveredTransaction[],
  ): Promise<(SignedTransaction | TransactionError)[]> {
    const senders: (Uint8Array | undefined)[] = []
    for (let from = 0; from < parsed.length; from += BATCH_MAX) {
      senders.push(...(await this.#sendersOf(parsed.slice(from, from + BATCH_MAX))))
    }
    return parsed.map((item, index) => {
      const sender = senders[index]
      return sender
        ? attachSender(item, sender)
        : new TransactionError({ code: 'SIGNATURE_INVALID' })
    })
  }

  /** Refuses what waits, and resolves when the thread is gone. */
  async close(): Promise<void> {
    this.#fail(new RecoveryError({ code: 'CLOSED' }))
    await this.#worker.terminate()
  }

  async #sendersOf(batch: readonly UnrecoveredTransaction[]): Promise<(Uint8Array | undefined)[]> {
    if (batch.length < BATCH_MIN) return batch.map(recoverHere)
    const request = new Uint8Array(batch.length * REQUEST_BYTES)
    for (const [index, { signed }] of batch.entries()) {
      const at = index * REQUEST_BYTES
      request.set(signed.hash, at)
      request.set(signed.compact, at + 32)
      request[at + 96] = signed.recovery
    }
    const reply = await this.#post(request)
    assert(reply.length === batch.length * REPLY_BYTES, 'the worker answers each transaction')
    return batch.map((_, index) => {
      const at = index * REPLY_BYTES
      return reply[at] === 1 ? reply.subarray(at + 1, at + REPLY_BYTES) : undefined
    })
  }

  #post(request: Uint8Array): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure)
    const reply = new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
    // Whoever waits for senders keeps the process alive; an idle worker does not.
    this.#worker.ref()
    this.#worker.postMessage(request)
    return reply.finally(() => {
      if (this.#waiting.length === 0) this.#worker.unref()
    })
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
  }
}

function recoverHere({ signed }: UnrecoveredTransaction): Uint8Array | undefined {
  return recoverAddress(signed.hash, signed.compact, signed.recovery)
}

function isUnrecovered(
  item: UnrecoveredTransaction | TransactionError,
): item is UnrecoveredTransaction {
  return !(item instanceof TransactionError)
}

function attempt<Result>(decode: () => Result): Result | TransactionError {
  try {
    return decode()
  } catch (error) {
    if (error instanceof TransactionError) return error
    throw error
  }
}

export type RecoveryErrorType = { readonly code: 'FAILED' } | { readonly code: 'CLOSED' }

export class RecoveryError extends CodedError<RecoveryErrorType> {}
