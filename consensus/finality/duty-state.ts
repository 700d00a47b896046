/**
 * What a validator has to remember of itself: who it is, what it signed last, and since when it
 * runs.
 *
 * Spec: docs/spec/finality.md, "Duty".
 */
import type { Address } from '../types.ts'
import { type FinalityState, headEpoch } from './finality-state.ts'
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

/** The duty of who votes with `key`, once its deposit stands in the newest executed checkpoint. */
export function takeOffice(
  state: FinalityState,
  key: Address,
  lastSigned: SignedEpochs | undefined,
): DutyState | undefined {
  if (state.duty !== undefined) return undefined
  const { epochStart } = state.tree.head()
  const index = state.book.executed(epochStart.hash)?.view.votingKeys.indexOf(key) ?? -1
  if (index < 0) return undefined
  const startEpoch = headEpoch(state)
  state.duty = { validator: index, startEpoch, lastSigned, lastVote: undefined, doubled: false }
  return state.duty
}

/** Whether a validator that started at `startEpoch` has listened long enough by `epoch`. */
export function hasListened({ startEpoch }: DutyState, epoch: bigint): boolean {
  // Nobody can have voted before the first epochs of a chain.
  return startEpoch < DOPPELGANGER_EPOCHS || epoch >= startEpoch + DOPPELGANGER_EPOCHS
}
