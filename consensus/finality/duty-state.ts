/**
 * What a validator has to remember of itself: who it is, what it signed last, and since when it
 * runs.
 *
 * Spec: docs/spec/finality.md, "Duty".
 */
import type { Address } from '../types.ts'
import { type FinalityState, headEpoch } from './finality-state.ts'
import type { Certificate, SignedVote } from './types.ts'
import type { SignedEpochs } from './votes/slashing-rule.ts'

/** Epochs that a validator listens for a double of itself after each start. */
export const DOPPELGANGER_EPOCHS = 2n

export type DutyState = {
  /** The voting key: an index is another's on another branch. */
  readonly key: Address
  /** Our index on the head chain, as of its newest executed checkpoint that has our deposit. */
  readonly validator: number
  /** Epoch of the head when this run began, or when the head that it synced to was met. */
  readonly runEpoch: bigint
  /** Since when it listens for a double: that, or the last vote that it did not know. */
  readonly startEpoch: bigint
  /** Highest target that this node has signed itself, in this run or by its record; 0: none. */
  readonly ownTarget: bigint
  /** What the protection record holds: written before every signature. */
  readonly lastSigned: SignedEpochs | undefined
  /** The newest own vote, to be published again until it is certified. */
  readonly lastVote: SignedVote | undefined
  /** Somebody else votes with our key: never vote again in this run. */
  readonly doubled: boolean
  /** Votes with our key are known that the protection record lacks: it was lost or restored. */
  readonly isRecordStale: boolean
  /** The operator says that nobody else has the key: vote in spite of such a record. */
  readonly votesAfterRestore: boolean
  /** Whether the network was heard in this run (F19). */
  readonly hasHeard: boolean
}

/**
 * The duty of who votes with `key`, once its deposit stands in the newest executed checkpoint. Who
 * has it already looks for its place again: the branch may have died on which it had that index.
 */
export function takeOffice(
  state: FinalityState,
  key: Address,
  lastSigned: SignedEpochs | undefined,
  votesAfterRestore = false,
): DutyState | undefined {
  const { epochStart } = state.tree.head()
  const validator = state.book.executed(epochStart.hash)?.view.votingKeys.indexOf(key) ?? -1
  if (validator < 0) return undefined
  if (state.duty !== undefined) {
    if (state.duty.validator !== validator) state.duty = { ...state.duty, validator }
    return undefined
  }
  const startEpoch = headEpoch(state)
  state.duty = {
    ...{ key, validator, runEpoch: startEpoch, startEpoch, lastSigned, lastVote: undefined },
    ownTarget: lastSigned?.targetEpoch ?? 0n,
    ...{ doubled: false, isRecordStale: false, votesAfterRestore, hasHeard: true },
  }
  for (const certificate of state.certificates.values()) noticeOwnSignature(state, certificate)
  return state.duty
}

/** A certificate that this validator has signed tells of a vote. */
export function noticeOwnSignature(state: FinalityState, { vote, signers }: Certificate): void {
  const { book, duty } = state
  if (duty === undefined) return
  const keys = book.executed(vote.targetHash)?.view.votingKeys
  if (signers.includes(keys?.indexOf(duty.key) ?? duty.validator)) noticeOwnVote(state, vote)
}

/**
 * A vote of our key that is newer than all we remember: the record is old. It counts as signed,
 * and the validator listens anew.
 */
export function noticeOwnVote(state: FinalityState, vote: SignedEpochs): void {
  const { duty } = state
  const last = duty?.lastSigned
  if (duty === undefined || (last !== undefined && vote.targetEpoch <= last.targetEpoch)) return
  const { targetEpoch } = vote
  const sourceEpoch = max(vote.sourceEpoch, last?.sourceEpoch ?? 0n)
  const startEpoch = max(duty.startEpoch, headEpoch(state))
  const lastSigned = { sourceEpoch, targetEpoch }
  state.duty = { ...duty, lastSigned, startEpoch, isRecordStale: true }
}

/** Whether a validator that started at `startEpoch` has listened long enough by `epoch`. */
export function hasListened(duty: DutyState, epoch: bigint): boolean {
  const { startEpoch, isRecordStale, ownTarget } = duty
  // Nobody can have voted before epoch 1. In the two first epochs who has its record has all of it;
  // without one it may have been lost.
  const waivedBelow = ownTarget > 0n ? DOPPELGANGER_EPOCHS : 1n
  if (startEpoch < waivedBelow && !isRecordStale) return true
  return epoch >= startEpoch + DOPPELGANGER_EPOCHS
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
