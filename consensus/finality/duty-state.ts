/**
 * What a validator has to remember of itself: who it is, what it signed last, and since when it
 * runs.
 *
 * Spec: docs/spec/finality.md, "Duty".
 */

import type { SignedVote } from './types.ts'
import type { SignedEpochs } from './votes/slashing-rule.ts'

/** Epochs that a validator listens for a double of itself after each start. */
export const DOPPELGANGER_EPOCHS = 2n

export type DutyState = {
  /** Our index in the set. */
  readonly validator: number
  /** Epoch of the head when this run began. */
  readonly startEpoch: bigint
  /** What the protection record holds: written before every signature. */
  readonly lastSigned: SignedEpochs | undefined
  /** The newest own vote, to be published again until it is certified. */
  readonly lastVote: SignedVote | undefined
  /** Somebody else votes with our key: never vote again in this run. */
  readonly doubled: boolean
}

/** Whether a validator that started at `startEpoch` has listened long enough by `epoch`. */
export function hasListened({ startEpoch }: DutyState, epoch: bigint): boolean {
  // Nobody can have voted before the first epochs of a chain.
  return startEpoch < DOPPELGANGER_EPOCHS || epoch >= startEpoch + DOPPELGANGER_EPOCHS
}
