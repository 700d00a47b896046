/**
 * Recovers senders on this thread, each transaction once for all nodes of a run: worker threads
 * answer when the machine likes, and a run must not depend on that.
 */
import type { Common } from '@ethereumjs/common'
import type { Hash } from '../../../consensus/types.ts'
import {
  attachSender,
  parseTransaction,
  type UnrecoveredTransaction,
} from '../../crypto/decode-transaction.ts'
import { recoverAddress } from '../../crypto/secp256k1.ts'
import type { Recovery } from '../../crypto/sender-recovery.ts'
import { TransactionError } from '../../crypto/transaction-envelope.ts'
import type { SignedTransaction } from '../../transaction.ts'

/** Senders that are remembered; the oldest go first. */
const SENDERS_MAX = 16_384

type Outcome = SignedTransaction | TransactionError

export class InlineRecovery implements Recovery {
  readonly #senders = new Map<Hash, Uint8Array | undefined>()

  async decode(raws: readonly Uint8Array[], common: Common): Promise<Outcome[]> {
    return raws.map((raw) => {
      try {
        return this.#attach(parseTransaction(raw, common))
      } catch (error) {
        if (error instanceof TransactionError) return error
        throw error
      }
    })
  }

  async recover(parsed: readonly UnrecoveredTransaction[]): Promise<Outcome[]> {
    return parsed.map((item) => this.#attach(item))
  }

  /** It outlives the nodes that share it. */
  async close(): Promise<void> {}

  #attach(item: UnrecoveredTransaction): Outcome {
    const sender = this.#senderOf(item)
    return sender === undefined
      ? new TransactionError({ code: 'SIGNATURE_INVALID' })
      : attachSender(item, sender)
  }

  #senderOf({ hash, signed }: UnrecoveredTransaction): Uint8Array | undefined {
    if (this.#senders.has(hash)) return this.#senders.get(hash)
    const sender = recoverAddress(signed.hash, signed.compact, signed.recovery)
    if (this.#senders.size >= SENDERS_MAX) {
      for (const oldest of this.#senders.keys()) {
        this.#senders.delete(oldest)
        break
      }
    }
    this.#senders.set(hash, sender)
    return sender
  }
}
