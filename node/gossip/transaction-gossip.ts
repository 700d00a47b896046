/**
 * Transactions by gossip: what is cheap to see is seen first, a peer's budget stands before the
 * recovery of signatures, and the pool judges the rest.
 *
 * Spec: docs/spec/network.md, "Gossip" (T1-T5).
 */
import { CodedError } from '../../consensus/errors.ts'
import type { Verdict } from '../../p2p/options.ts'
import { TokenBucket } from '../../p2p/token-bucket.ts'
import type { Clock } from '../ports.ts'
import { TRANSACTIONS_MESSAGE_BYTES_MAX } from '../sync/protocol.ts'
import { decodeTransactions } from '../sync/wire.ts'

/** Transactions of one peer: recovery takes a tenth of a millisecond of another thread each. */
export const TRANSACTIONS_PER_SECOND = 2_000
export const TRANSACTIONS_BURST = 16_000
/** Peers whose budget is remembered: more than may be connected. */
const PEERS_MAX = 256

/** added: new, and in the pool now. faulty: invalid whatever the state. */
export type RemoteOutcome = 'added' | 'ignored' | 'faulty'

/** What gossip needs of the pool. */
export interface TransactionPool {
  /** Takes transactions that a peer sent; one outcome each. */
  addRemote(raws: readonly Uint8Array[]): Promise<readonly RemoteOutcome[]>
}

export type TransactionGossipModules = {
  readonly clock: Clock
  readonly pool: TransactionPool
}

export class TransactionGossip {
  readonly #modules: TransactionGossipModules
  readonly #budgets = new Map<string, TokenBucket>()

  constructor(modules: TransactionGossipModules) {
    this.#modules = modules
  }

  async onMessage(payload: Uint8Array, peerId: string): Promise<Verdict> {
    // T1: well-formed. Copied, because what enters the pool outlives the message.
    const raws = decode(payload.slice())
    if (raws === undefined) return 'reject'
    // T2: within the peer's budget.
    if (!this.#budgetOf(peerId).tryTake(raws.length, this.#modules.clock.now())) return 'ignore'
    // T3 to T5.
    const outcomes = await this.#modules.pool.addRemote(raws)
    if (outcomes.includes('faulty')) return 'reject'
    return outcomes.includes('added') ? 'accept' : 'ignore'
  }

  forget(peerId: string): void {
    this.#budgets.delete(peerId)
  }

  #budgetOf(peerId: string): TokenBucket {
    const known = this.#budgets.get(peerId)
    if (known !== undefined) return known
    for (const oldest of this.#budgets.keys()) {
      if (this.#budgets.size < PEERS_MAX) break
      this.#budgets.delete(oldest)
    }
    const nowMs = this.#modules.clock.now()
    const budget = new TokenBucket(TRANSACTIONS_PER_SECOND, TRANSACTIONS_BURST, nowMs)
    this.#budgets.set(peerId, budget)
    return budget
  }
}

function decode(payload: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    const raws = decodeTransactions(payload)
    const isLong = payload.length > TRANSACTIONS_MESSAGE_BYTES_MAX
    return isLong && raws.length > 1 ? undefined : raws
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
