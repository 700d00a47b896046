/**
 * Tells the chain of finality by way of the pool, where no sealer has told it for two epochs: those
 * who mine need no voting key, and those who have one need not mine. Validators take turns, one an
 * epoch, so that not all of them pay for the same call.
 *
 * Spec: docs/spec/finality.md, F27.
 */
import type { Logger } from 'pino'
import { headEpoch } from '../../consensus/finality/finality-state.ts'
import { isCheckpoint } from '../../consensus/rules/difficulty.ts'
import type { Chain } from '../chain/chain.ts'
import type { Mempool } from '../mempool/mempool.ts'
import type { Sync } from '../sync/sync.ts'
import type { DutyTransactions } from './duty-transactions.ts'

/** Epochs that sealers have for a certificate: with one block of theirs in either it is told. */
export const OVERDUE_EPOCHS = 2n

export type DutyCourierModules = {
  readonly chain: Chain
  readonly duties: Pick<DutyTransactions, 'overdueOn'>
  readonly pool: Pick<Mempool, 'submit'>
  /** Far behind its peers a node can't tell what the chain lacks. */
  readonly sync: Pick<Sync, 'isBehind'>
  readonly log: Logger
}

export class DutyCourier {
  readonly #modules: DutyCourierModules
  #looking: Promise<void> = Promise.resolve()

  constructor(modules: DutyCourierModules) {
    this.#modules = modules
    const { chain } = modules
    const { epochLength } = chain.genesis.params
    chain.events.on('head', ({ added }) => {
      if (added.some(({ header }) => isCheckpoint(header.number, epochLength))) this.#lookSoon()
    })
  }

  /** Resolves when the newest checkpoint has been looked at. */
  settled(): Promise<void> {
    return this.#looking
  }

  #lookSoon(): void {
    const { log } = this.#modules
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((err: unknown) => log.warn({ err }, 'The chain was not told of finality by the pool'))
  }

  async #look(): Promise<void> {
    const { chain, duties, pool, sync, log } = this.#modules
    const epoch = headEpoch(chain.finality)
    if (!chain.isWritable || sync.isBehind || !this.#isOurTurn(epoch)) return
    const transactions = await duties.overdueOn(chain.head, epoch - OVERDUE_EPOCHS)
    for (const { raw } of transactions) await pool.submit(raw)
    if (transactions.length === 0) return
    log.info({ epoch, count: transactions.length }, 'The chain is told of finality by the pool')
  }

  #isOurTurn(epoch: bigint): boolean {
    const { finality } = this.#modules.chain
    const { book, justified, duty, fault } = finality
    const count = book.executed(justified.hash)?.view.votingKeys.length ?? 0
    if (duty === undefined || fault !== undefined || count === 0) return false
    return (epoch + BigInt(duty.validator)) % BigInt(count) === 0n
  }
}
