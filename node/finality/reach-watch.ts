/**
 * Whether this node still hears of those who make blocks final. Two thirds of the stake or less for
 * two epochs, and nothing justified meanwhile: it is cut off with the lesser part of the set, or
 * surrounded by peers that pass nothing on, and its operator is told.
 *
 * Spec: docs/spec/finality.md, F22.
 */
import type { Logger } from 'pino'
import { isCheckpoint } from '../../consensus/rules/difficulty.ts'
import type { FinalityStatus } from '../api.ts'
import type { Chain } from '../chain/chain.ts'

/** A set that is heard of no more than this may be cut off: nothing becomes final below it. */
export const REACHABLE_SHARE_MIN = 2 / 3
/** Certificates that come without votes, as to a node that catches up, are heard as well. */
const JUSTIFIED_LAG_EPOCHS_MAX = 1n

export function isPartitionSuspected({
  headEpoch,
  justified,
  stakeReachable,
}: Pick<FinalityStatus, 'headEpoch' | 'justified' | 'stakeReachable'>): boolean {
  const lag = headEpoch - justified.epoch
  return lag > JUSTIFIED_LAG_EPOCHS_MAX && stakeReachable <= REACHABLE_SHARE_MIN
}

/** Says so in the log, once each time that it changes; looks at every checkpoint. */
export class ReachWatch {
  readonly #status: () => FinalityStatus
  readonly #log: Logger
  #isSuspected = false

  constructor(chain: Chain, status: () => FinalityStatus, log: Logger) {
    this.#status = status
    this.#log = log
    const { epochLength } = chain.genesis.params
    chain.events.on('head', ({ added }) => {
      if (added.some(({ header }) => isCheckpoint(header.number, epochLength))) this.#look()
    })
    chain.events.on('finality', (effects) => {
      if (effects.some(({ kind }) => kind === 'justified')) this.#look()
    })
  }

  #look(): void {
    const { isPartitionSuspected, stakeReachable, missing, headEpoch } = this.#status()
    if (isPartitionSuspected === this.#isSuspected) return
    this.#isSuspected = isPartitionSuspected
    if (!isPartitionSuspected) {
      this.#log.info({ stakeReachable }, 'Enough of the stake is heard of again')
      return
    }
    this.#log.error(
      { stakeReachable, missing, headEpoch },
      'This node may be cut off: it has heard of too little of the stake for two epochs. ' +
        'What it calls latest may not last; what is final stands. Look at its peers.',
    )
  }
}
