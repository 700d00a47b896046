/**
 * The record of signed votes and the order that keeps a validator honest: written, synced, then
 * signed. Between any two of them the power may go.
 */
import { assert } from '../../../consensus/errors.ts'
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import { maySign, type SignedEpochs } from '../../../consensus/finality/votes/slashing-rule.ts'
import type { NodeClock } from '../engine/node-clock.ts'
import { WriteLog } from '../engine/write-log.ts'

export class VoteRecord {
  readonly #log = new WriteLog<SignedEpochs>()
  readonly #clock: NodeClock
  #isWriting = false
  #isBetween = false
  /** Milliseconds that a synced write takes. */
  syncMs = 2

  constructor(clock: NodeClock) {
    this.#clock = clock
  }

  get last(): SignedEpochs | undefined {
    return this.#log.entries.at(-1)
  }

  /** Whether a power cut would leave this vote here. */
  holds({ sourceEpoch, targetEpoch }: SignedEpochs): boolean {
    return this.#log.synced.some(
      (vote) => vote.sourceEpoch === sourceEpoch && vote.targetEpoch === targetEpoch,
    )
  }

  /** One vote at a time, as in `FinalityDriver` (F21). */
  get isWriting(): boolean {
    return this.#isWriting
  }

  /** A vote is on disk and not signed yet. */
  get isBetween(): boolean {
    return this.#isBetween
  }

  /** The process is gone, and with it what it was about to do. */
  crash(): void {
    this.#isBetween = false
    this.#isWriting = false
  }

  /**
   * Writes the vote, unless the disk fails or the record forbids it; then calls `sign`. Calls
   * `after` in any case, unless the power goes meanwhile.
   */
  write(vote: FinalityVote, canWrite: () => boolean, sign: () => void, after: () => void): void {
    assert(!this.#isWriting, 'one vote is written at a time')
    this.#isWriting = true
    const halfMs = this.syncMs / 2
    // On disk half way through; the other half passes until the disk says so.
    this.#clock.setTimer(halfMs, () => {
      if (canWrite() && maySign(vote, this.last)) {
        this.#log.write(vote, true)
        this.#isBetween = true
      }
      this.#clock.setTimer(halfMs, () => {
        this.#isWriting = false
        if (this.#isBetween) sign()
        this.#isBetween = false
        after()
      })
    })
  }
}
