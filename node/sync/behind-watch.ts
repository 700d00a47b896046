/**
 * Whether sealing on the head would be waste, because a heavier chain is on its way.
 *
 * Not for ever: for the price of a few headers, or when the one peer with the bodies goes away, a
 * chain could stand still. Spec: docs/spec/network.md, S7.
 */
import type { Chain } from '../chain/chain.ts'
import type { Clock } from '../ports.ts'
import { PROGRESS_MS_MAX } from './range/body-sync.ts'

/** Headers whose bodies nobody brings for so long hold up sealing no more. */
export const BEHIND_MS_MAX = 2 * PROGRESS_MS_MAX

export class BehindWatch {
  readonly #chain: Chain
  readonly #clock: Clock
  /** When sync last brought a block, or set out to close a gap. */
  #syncedMs: number

  constructor(chain: Chain, clock: Clock) {
    this.#chain = chain
    this.#clock = clock
    this.#syncedMs = clock.now()
    chain.events.on('imported', (_, source) => {
      if (source === 'sync') this.#syncedMs = clock.now()
    })
  }

  /** Blocks that a node may lag: two epochs. */
  get blocksMax(): bigint {
    return BigInt(2 * this.#chain.genesis.params.epochLength)
  }

  /** More than two epochs of verified headers lie above the head, and their bodies still come. */
  get isBehind(): boolean {
    return this.#isGapOpen && this.#clock.now() - this.#syncedMs < BEHIND_MS_MAX
  }

  /** A gap that is open already is not made younger by trying again. */
  onRunBegins(): void {
    if (!this.#isGapOpen) this.#syncedMs = this.#clock.now()
  }

  get #isGapOpen(): boolean {
    const { tree } = this.#chain
    return tree.bestVerified().number - tree.head().number > this.blocksMax
  }
}
