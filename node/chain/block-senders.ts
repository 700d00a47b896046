/**
 * Transactions of a block with their senders: the pool's where it has them, else recovered on the
 * recovery thread. Begun when a block joins the queue, so that it goes on while others execute.
 */
import type { Common } from '@ethereumjs/common'
import { assert } from '../../consensus/errors.ts'
import type { Recovery } from '../crypto/sender-recovery.ts'
import { TransactionError } from '../crypto/transaction-envelope.ts'
import type { SignedTransaction } from '../transaction.ts'
import type { SealedBlock } from './sealed-block.ts'

/** Where transactions with known senders may be found before they are recovered. */
export interface KnownTransactions {
  byRaw(raw: Uint8Array): SignedTransaction | undefined
}

export type BlockSendersModules = {
  readonly recovery: Recovery
  readonly known: () => KnownTransactions
  readonly common: () => Common
}

export class BlockSenders {
  readonly #modules: BlockSendersModules
  /** Of blocks in the queue; they leave it with their block. */
  readonly #begun = new WeakMap<SealedBlock, Promise<readonly SignedTransaction[]>>()

  constructor(modules: BlockSendersModules) {
    this.#modules = modules
  }

  /** Begins the recovery; its outcome is asked for by {@link of}. */
  begin(block: SealedBlock): void {
    const found = this.#find(block)
    // Nobody may ask: a block that fails before its body is looked at.
    found.catch(() => undefined)
    this.#begun.set(block, found)
  }

  /** Throws `TransactionError` for the first transaction that is invalid whatever the state. */
  of(block: SealedBlock): Promise<readonly SignedTransaction[]> {
    return this.#begun.get(block) ?? this.#find(block)
  }

  async #find(block: SealedBlock): Promise<readonly SignedTransaction[]> {
    const { recovery, known, common } = this.#modules
    const source = known()
    const found = block.transactions.map((raw) => source.byRaw(raw))
    const missing = block.transactions.filter((_, index) => found[index] === undefined)
    // Copies: the views of a message would keep all of its bytes alive.
    const copies = missing.map((raw) => raw.slice())
    const decoded = copies.length === 0 ? [] : await recovery.decode(copies, common())
    let next = 0
    return found.map((transaction) => {
      const signed = transaction ?? decoded[next++]
      assert(signed !== undefined, 'recovery answers each transaction')
      if (signed instanceof TransactionError) throw signed
      return signed
    })
  }
}
