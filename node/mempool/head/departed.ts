/**
 * Transactions that left the pool not long ago, with their senders: a block of another branch may
 * hold them, and a reorg brings them back.
 */
import type { Hash } from '../../../consensus/types.ts'
import { WeightedCache } from '../../storage/weighted-cache.ts'
import type { SignedTransaction } from '../../transaction.ts'
import { DEPARTED_BYTES_MAX } from '../options.ts'
import type { Origin, PooledTransaction } from '../pool/pooled-transaction.ts'

/** The objects around the bytes of a transaction, roughly. */
const OBJECT_BYTES = 2_048

type Left = { readonly transaction: SignedTransaction; readonly origin: Origin }

export class Departed {
  readonly #byHash = new WeightedCache<Hash, Left>(DEPARTED_BYTES_MAX)

  add({ transaction, origin }: PooledTransaction): void {
    const weight = transaction.raw.length + OBJECT_BYTES
    this.#byHash.set(transaction.hash, { transaction, origin }, weight)
  }

  get(hash: Hash): Left | undefined {
    return this.#byHash.get(hash)
  }
}
