/**
 * What follows from a change of the chain or of the pool, in the order in which the parts must
 * learn of it: the pool first, so that nobody is told of a head whose transactions still wait.
 *
 * Votes and finality will be driven from here. Spec: docs/spec/consensus.md, "Import".
 */
import type { Logger } from 'pino'
import type { FinalityEffect } from '../consensus/finality/finality-state.ts'
import type { Chain } from './chain/chain.ts'
import type { HeadChange, NodeEvents } from './events.ts'
import type { GossipHandlers } from './gossip-handlers.ts'
import type { Mempool } from './mempool/mempool.ts'
import type { Clock } from './ports.ts'
import type { Sealer } from './sealer/sealer.ts'
import type { SignedTransaction } from './transaction.ts'

/** Peers that had no place for our transactions may have one now: they are told again so often. */
export const REPUBLISH_MS = 15_000
/** Transactions that are told again at a time: a few messages. */
const REPUBLISH_COUNT_MAX = 512
/** After these a sealer may have something to tell the chain of finality. */
const DUTIES: ReadonlySet<FinalityEffect['kind']> = new Set(['certified', 'publish-evidence'])

export type DriverModules = {
  readonly chain: Chain
  readonly pool: Mempool
  readonly events: NodeEvents
  readonly clock: Clock
  readonly log: Logger
}

export class ConsensusDriver {
  readonly #modules: DriverModules
  #gossip: GossipHandlers | undefined
  #sealer: Sealer | undefined
  #republishedMs = 0

  constructor(modules: DriverModules) {
    this.#modules = modules
    modules.chain.events.on('head', (change) => this.#onHead(change))
    modules.chain.events.on('finality', (effects) => this.#onFinality(effects))
    modules.pool.events.on('pending', (transaction, origin) => {
      this.#onTransaction(transaction, origin === 'local')
    })
  }

  setGossip(gossip: GossipHandlers): void {
    this.#gossip = gossip
  }

  setSealer(sealer: Sealer): void {
    this.#sealer = sealer
  }

  /** A transaction can be mined that could not before; one of our callers is told to peers. */
  #onTransaction(transaction: SignedTransaction, isLocal: boolean): void {
    this.#modules.events.emit('pendingTransaction', transaction)
    if (isLocal) this.#gossip?.publishTransaction(transaction.raw)
    this.#sealer?.onPoolChanged()
  }

  #onHead(change: HeadChange): void {
    const { pool, events, log } = this.#modules
    const updated = pool.onHead(change)
    this.#sealer?.onHead()
    events.emit('head', change)
    updated.then(
      () => this.#onPoolAtHead(),
      (error: unknown) => log.error({ err: error }, 'The pool did not follow the head'),
    )
  }

  /** What sealers bring on chain: without a word it would wait for the next template. */
  #onFinality(effects: readonly FinalityEffect[]): void {
    if (effects.some(({ kind }) => DUTIES.has(kind))) this.#sealer?.onDutyChanged()
  }

  #onPoolAtHead(): void {
    const { pool, clock } = this.#modules
    this.#sealer?.onPoolAtHead()
    if (this.#gossip === undefined || clock.now() - this.#republishedMs < REPUBLISH_MS) return
    this.#republishedMs = clock.now()
    for (const { raw } of pool.toRepublish().slice(0, REPUBLISH_COUNT_MAX)) {
      this.#gossip.publishTransaction(raw)
    }
  }
}
