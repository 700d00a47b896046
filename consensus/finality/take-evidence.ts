/**
 * What two votes of one validator that contradict each other do: their author stops counting, and
 * sealers bring them to `ValidatorSet.slash`. Evidence is taken only while the contract would take
 * it, and gives way to newer evidence before it is void: else one that is void would shield its
 * author from all that comes later.
 *
 * Spec: docs/spec/finality.md, "Slashing".
 */
import { hexToBytes } from '../codec/hex.ts'
import type { Address } from '../types.ts'
import {
  type FinalityEffect,
  type FinalityState,
  headEpoch,
  type Transition,
  type Verdict,
} from './finality-state.ts'
import type { Evidence, SignedVote, ValidatorView } from './types.ts'
import { offenceOf } from './votes/slashing-rule.ts'
import { voteDigest } from './votes/vote-digest.ts'

/** Evidence from a peer. */
export function takeEvidence(state: FinalityState, evidence: Evidence): Transition {
  const { first, second } = evidence
  if (first.validator !== second.validator) return answer(state, 'reject')
  if (offenceOf(first.vote, second.vote) === undefined) return answer(state, 'reject')
  const key = accusedOf(state, first.validator)
  // Its sender may be some blocks behind us, or ahead: that is nobody's fault.
  if (key === undefined || !isWanted(state, key, evidence)) return answer(state, 'ignore')
  if ([first, second].some((signed) => signerOf(state, signed) !== key)) {
    const { book, finalized } = state
    const isFinal = book.executed(finalized.hash)?.view.votingKeys[first.validator] === key
    return answer(state, isFinal ? 'reject' : 'ignore')
  }
  return convict(state, key, evidence)
}

/** From now on the author of `evidence` does not count, and sealers may punish it. */
export function convict(
  state: FinalityState,
  key: Address,
  evidence: Evidence,
  before: readonly FinalityEffect[] = [],
): Transition {
  state.votes.expel(key)
  state.evidence.set(key, evidence)
  const effect = { kind: 'publish-evidence', author: key, evidence } as const
  return { state, effects: [...before, effect], verdict: 'accept' }
}

/** Whether it is punishable, and nothing is held that is good for long. */
export function isWanted(state: FinalityState, key: Address, evidence: Evidence): boolean {
  const { withdrawalDelayEpochs: delay } = state.config
  const epoch = headEpoch(state)
  if (!isPunishable(evidence, epoch, delay)) return false
  if (!state.evidence.has(key)) return true
  return isEvidenceAgeing(state, key) && isPunishable(evidence, epoch, delay / 2n)
}

/** Whether what is held against a validator has lived half of the time for which it is good. */
export function isEvidenceAgeing(state: FinalityState, key: Address): boolean {
  const held = state.evidence.get(key)
  const halfLife = state.config.withdrawalDelayEpochs / 2n
  return held === undefined || !isPunishable(held, headEpoch(state), halfLife)
}

/** Whether `ValidatorSet.slash` takes it in a block of `epoch`: by its newer target. */
export function isPunishable(
  { first, second }: Evidence,
  epoch: bigint,
  delayEpochs: bigint,
): boolean {
  const [a, b] = [first.vote.targetEpoch, second.vote.targetEpoch]
  return (a > b ? a : b) + delayEpochs >= epoch
}

/** Who made it, if one key made both votes. */
export function authorOf(state: FinalityState, { first, second }: Evidence): Address | undefined {
  const key = signerOf(state, first)
  return key === signerOf(state, second) ? key : undefined
}

/** Whose stake stands in the state after the justified checkpoint, and can be slashed there. */
function accusedOf({ book, justified }: FinalityState, index: number): Address | undefined {
  const view: ValidatorView | undefined = book.executed(justified.hash)?.view
  if (view === undefined || view.slashed[index] || view.withdrawn[index]) return undefined
  return view.votingKeys[index]
}

function signerOf(
  { separator, config }: FinalityState,
  { vote, signature }: SignedVote,
): Address | undefined {
  return config.recover(voteDigest(separator, vote), hexToBytes(signature))
}

function answer(state: FinalityState, verdict: Verdict): Transition {
  return { state, effects: [], verdict }
}
