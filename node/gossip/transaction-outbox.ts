/**
 * Transactions of our own callers on their way to the network: gathered for a moment, so that a
 * thousand of them are a handful of messages.
 *
 * Spec: docs/spec/network.md, M4.
 */
import { transactionBlockBytes } from '../../consensus/codec/block-codec.ts'
import type { Cancel, Clock } from '../ports.ts'
import { TRANSACTIONS_MESSAGE_BYTES_MAX } from '../sync/protocol.ts'
import { encodeTransactions } from '../sync/wire.ts'

/** How long a transaction waits for company. */
export const GATHER_MS = 20
/** Transactions that wait: at the limit the message goes at once. */
const GATHER_COUNT_MAX = 256
/** Prefix of the list. */
const OVERHEAD_BYTES = 4

export class TransactionOutbox {
  readonly #clock: Clock
  readonly #publish: (message: Uint8Array) => void
  #waiting: Uint8Array[] = []
  #bytes = OVERHEAD_BYTES
  #cancel: Cancel | undefined

  constructor(clock: Clock, publish: (message: Uint8Array) => void) {
    this.#clock = clock
    this.#publish = publish
  }

  add(raw: Uint8Array): void {
    const bytes = transactionBlockBytes(raw)
    if (this.#bytes + bytes > TRANSACTIONS_MESSAGE_BYTES_MAX) this.flush()
    this.#waiting.push(raw)
    this.#bytes += bytes
    if (this.#waiting.length >= GATHER_COUNT_MAX) this.flush()
    else this.#cancel ??= this.#clock.setTimer(GATHER_MS, () => this.flush())
  }

  /** Sends what waits; a long transaction goes alone. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const raws = this.#waiting
    this.#waiting = []
    this.#bytes = OVERHEAD_BYTES
    if (raws.length > 0) this.#publish(encodeTransactions(raws))
  }
}
