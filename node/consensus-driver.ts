/**
 * What follows from a change of the chain or of the pool, in the order in which the parts must
 * learn of it: the pool first, so that nobody is told of a head whose transactions still wait.
 *
 * Votes and finality will be driven from here. Spec: docs/spec/consensus.md, "Import".
 */
import type { Chain } from './chain/chain.ts'
import type { HeadChange, NodeEvents } from './events.ts'
import type { Sealer } from './sealer/sealer.ts'
import type { SignedTransaction } from './transaction.ts'

/** What the driver needs of the pool. */
export interface DrivenPool {
  /** Lets go of what was included, takes back what was orphaned (oldest first). */
  onHead(change: HeadChange): Promise<void>
}

export type DriverModules = {
  readonly chain: Chain
  readonly pool: DrivenPool
  readonly events: NodeEvents
  readonly onFailure: (error: unknown) => void
}

export class ConsensusDriver {
  readonly #modules: DriverModules
  #sealer: Sealer | undefined

  constructor(modules: DriverModules) {
    this.#modules = modules
    modules.chain.events.on('head', (change) => this.#onHead(change))
  }

  setSealer(sealer: Sealer): void {
    this.#sealer = sealer
  }

  /** A transaction can be mined that could not before. */
  onTransaction(transaction: SignedTransaction): void {
    this.#modules.events.emit('pendingTransaction', transaction)
    this.#sealer?.onPoolChanged()
  }

  #onHead(change: HeadChange): void {
    const { pool, events, onFailure } = this.#modules
    const updated = pool.onHead(change)
    this.#sealer?.onHead()
    events.emit('head', change)
    updated.then(() => this.#sealer?.onPoolChanged(), onFailure)
  }
}
