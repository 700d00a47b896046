/**
 * Whether the chain is told of its certificates. `ValidatorSet.certify` knows the hashes of the
 * last 8,191 blocks alone: a chain that nobody tells for so long can never be told again, and
 * its validators are paid and changed no more. So it is said long before.
 *
 * Spec: docs/spec/finality.md, F20.
 */
import type { Logger } from 'pino'
import { isCheckpoint } from '../../consensus/rules/difficulty.ts'
import type { Chain } from '../chain/chain.ts'
import { lastCertifiedEpoch } from './duty-calls.ts'

/** Blocks from the newest certificate on chain to the newest there is; an eighth of the window. */
export const CERTIFY_LAG_BLOCKS_MAX = 1_024n

export class CertifyWatch {
  readonly #chain: Chain
  readonly #log: Logger
  readonly #lagBlocksMax: bigint
  #epoch = 0n
  #isOverdue = false
  #looking: Promise<void> = Promise.resolve()

  constructor(chain: Chain, log: Logger, lagBlocksMax = CERTIFY_LAG_BLOCKS_MAX) {
    this.#chain = chain
    this.#log = log
    this.#lagBlocksMax = lagBlocksMax
    const { epochLength } = chain.genesis.params
    chain.events.on('head', ({ added }) => {
      if (added.some(({ header }) => isCheckpoint(header.number, epochLength))) this.#lookSoon()
    })
    this.#lookSoon()
  }

  /** Target of the newest certificate that the chain knows; as of the last checkpoint. */
  get certifiedEpoch(): bigint {
    return this.#epoch
  }

  get lagEpochs(): bigint {
    const { justified } = this.#chain.finality
    return justified.epoch > this.#epoch ? justified.epoch - this.#epoch : 0n
  }

  get isOverdue(): boolean {
    return this.#isOverdue
  }

  /** Resolves when the newest checkpoint has been looked at. */
  settled(): Promise<void> {
    return this.#looking
  }

  #lookSoon(): void {
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((error: unknown) => {
        this.#log.warn({ err: error }, 'Cannot tell which certificates the chain knows')
      })
  }

  async #look(): Promise<void> {
    const { head, state, genesis } = this.#chain
    this.#epoch = await lastCertifiedEpoch(state.view(head.header.stateRoot))
    const lagEpochs = this.lagEpochs
    const isOverdue = lagEpochs * BigInt(genesis.params.epochLength) > this.#lagBlocksMax
    if (isOverdue === this.#isOverdue) return
    this.#isOverdue = isOverdue
    if (!isOverdue) {
      this.#log.info({ epoch: this.#epoch }, 'The chain knows its certificates again')
      return
    }
    this.#log.error(
      { epoch: this.#epoch, lagEpochs },
      'Nobody tells the chain of its certificates: after 8,191 blocks nobody can any more. ' +
        'See to it that the voting keys of validators have coins for gas.',
    )
  }
}
