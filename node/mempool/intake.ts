/**
 * Raw bytes to transactions with senders. What arrives in one turn of the event loop is recovered
 * together on the recovery thread: the main thread pays a microsecond each instead of a hundred.
 * Spec: docs/spec/mempool.md, "Admission".
 */
import type { Common } from '@ethereumjs/common'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Address, Hash } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import {
  attachSender,
  parseTransaction,
  type UnrecoveredTransaction,
} from '../crypto/decode-transaction.ts'
import { TransactionError } from '../crypto/transaction-envelope.ts'
import type { SignedTransaction } from '../transaction.ts'
import { KNOWN_SENDERS_MAX } from './limits.ts'
import { PoolError, poolErrorOf } from './pool-error.ts'

/** `SenderRecovery`, as the pool sees it. */
export interface SenderSource {
  /** In order; undefined: no key makes such a signature. */
  senders(
    transactions: readonly UnrecoveredTransaction[],
  ): Promise<readonly (Uint8Array | undefined)[]>
}

/** Transactions that wait for their senders; more are refused. */
const WAITING_COUNT_MAX = 8_192

type Waiting = {
  readonly parsed: UnrecoveredTransaction
  readonly resolve: (transaction: SignedTransaction) => void
  readonly reject: (error: unknown) => void
}

export class Intake {
  readonly #common: Common
  readonly #source: SenderSource
  /** Oldest first. */
  readonly #known = new Map<Hash, Address>()
  #waiting: Waiting[] = []
  #waitingCount = 0

  constructor(common: Common, source: SenderSource) {
    this.#common = common
    this.#source = source
  }

  hashOf(raw: Uint8Array): Hash {
    return bytesToHex(keccak256(raw))
  }

  /** Everything but the sender. Throws `PoolError`. */
  parse(raw: Uint8Array): UnrecoveredTransaction {
    try {
      return parseTransaction(raw, this.#common)
    } catch (error) {
      if (error instanceof TransactionError) throw poolErrorOf(error)
      throw error
    }
  }

  /** Who signed a transaction that was here not long ago. */
  knownSender(hash: Hash): Address | undefined {
    return this.#known.get(hash)
  }

  /** Throws `PoolError` INVALID_SENDER, or FULL when too many wait. */
  async recover(parsed: UnrecoveredTransaction): Promise<SignedTransaction> {
    const sender = this.#known.get(parsed.hash)
    if (sender !== undefined) return attachSender(parsed, hexToBytes(sender))
    if (this.#waitingCount >= WAITING_COUNT_MAX) throw new PoolError({ code: 'FULL' })
    this.#waitingCount += 1
    try {
      return await new Promise<SignedTransaction>((resolve, reject) => {
        this.#waiting.push({ parsed, resolve, reject })
        if (this.#waiting.length === 1) setImmediate(() => void this.#flush())
      })
    } finally {
      this.#waitingCount -= 1
    }
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = []
    try {
      const senders = await this.#source.senders(batch.map(({ parsed }) => parsed))
      for (const [index, { parsed, resolve, reject }] of batch.entries()) {
        const sender = senders[index]
        if (sender === undefined) reject(new PoolError({ code: 'INVALID_SENDER' }))
        else resolve(this.#remember(attachSender(parsed, sender)))
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  #remember(transaction: SignedTransaction): SignedTransaction {
    this.#known.set(transaction.hash, transaction.sender)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KNOWN_SENDERS_MAX) break
      this.#known.delete(oldest)
    }
    return transaction
  }
}
