/**
 * What a vote does: it is counted, and completes a certificate or proves an offence. One signature
 * check each at most, whatever is sent.
 *
 * Spec: docs/spec/finality.md, "Votes".
 */
import { hexToBytes } from '../codec/hex.ts'
import type { Address } from '../types.ts'
import { noticeOwnVote } from './duty-state.ts'
import {
  type FinalityEffect,
  type FinalityState,
  headEpoch,
  type Transition,
  type Verdict,
} from './finality-state.ts'
import { isNews } from './take-certificate.ts'
import type { Certificate, Evidence, SignedVote, ValidatorView } from './types.ts'
import { SIGNERS_MAX } from './types.ts'
import { offenceOf } from './votes/slashing-rule.ts'
import { haveQuorum } from './votes/validator-weights.ts'
import { voteDigest } from './votes/vote-digest.ts'
import { type Link, voteWindow } from './votes/vote-pool.ts'

export function takeVote(state: FinalityState, signed: SignedVote): Transition {
  const { votes, separator, config } = state
  const window = voteWindow(state.finalized.epoch, headEpoch(state))
  if (votes.screen(signed, window) !== undefined) return { state, effects: [], verdict: 'ignore' }
  if (signed.vote.sourceEpoch >= signed.vote.targetEpoch) return answer(state, 'reject')
  const key = votingKeyOf(state, signed)
  // On a branch that we have not executed the index may be another's.
  if (key === undefined) return answer(state, 'ignore')
  const digest = voteDigest(separator, signed.vote)
  if (config.recover(digest, hexToBytes(signed.signature)) !== key) {
    const isKnownTarget = state.book.executed(signed.vote.targetHash) !== undefined
    return answer(state, isKnownTarget ? 'reject' : 'ignore')
  }
  const double = doubleOf(state, signed)
  votes.prune(window.first)
  const outcome = votes.add(signed, digest)
  if (outcome.kind === 'evidence') return caught(state, outcome.evidence, double)
  if (outcome.kind === 'ignored') return answer(state, 'ignore', double)
  return { state, effects: [...double, ...certify(state, outcome.link)], verdict: 'accept' }
}

/** Evidence from a peer. */
export function takeEvidence(state: FinalityState, evidence: Evidence): Transition {
  const { first, second } = evidence
  if (first.validator !== second.validator) return answer(state, 'reject')
  if (state.evidence.has(first.validator)) return answer(state, 'ignore')
  if (offenceOf(first.vote, second.vote) === undefined) return answer(state, 'reject')
  const key = votingKeyOf(state, first)
  if (key === undefined) return answer(state, 'ignore')
  for (const { vote, signature } of [first, second]) {
    const digest = voteDigest(state.separator, vote)
    if (state.config.recover(digest, hexToBytes(signature)) !== key) return answer(state, 'reject')
  }
  state.votes.expel(first.validator)
  return caught(state, evidence, [])
}

/** Certificates that the links for a checkpoint complete, once it has been executed. */
export function certifyTarget(state: FinalityState, targetHash: string): FinalityEffect[] {
  const links = [...state.votes.links].filter(({ vote }) => vote.targetHash === targetHash)
  return links.flatMap((link) => certify(state, link))
}

function certify(state: FinalityState, { vote, signatures }: Link): FinalityEffect[] {
  const { book, tree } = state
  const source = book.justified(vote.sourceHash) && book.executed(vote.sourceHash)
  const target = book.executed(vote.targetHash)
  if (source === undefined || target === undefined) return []
  if (source.epoch !== vote.sourceEpoch || target.epoch !== vote.targetEpoch) return []
  if (target.outputRoot !== vote.outputRoot) return []
  if (!tree.isDescendant(vote.targetHash, vote.sourceHash)) return []
  const views = [source.view, target.view]
  const signers = signersFor(signatures.keys(), views)
  if (!haveQuorum(signers, views)) return []
  const certificate: Certificate = {
    vote,
    signers,
    signatures: signers.map((index) => signatures.get(index) ?? '0x'),
  }
  return isNews(state, certificate) ? [{ kind: 'assembled', certificate }] : []
}

function caught(
  state: FinalityState,
  evidence: Evidence,
  double: readonly FinalityEffect[],
): Transition {
  state.evidence.set(evidence.first.validator, evidence)
  const effects: FinalityEffect[] = [...double, { kind: 'publish-evidence', evidence }]
  return { state, effects, verdict: 'accept' }
}

/** Members of either set in ascending order; of more than fit, those with the most stake. */
function signersFor(voters: Iterable<number>, views: readonly ValidatorView[]): number[] {
  const weightOf = (index: number): bigint =>
    views.reduce((sum, { weights }) => sum + (weights[index] ?? 0n), 0n)
  return [...voters]
    .filter((index) => weightOf(index) > 0n)
    .sort((a, b) => (weightOf(a) > weightOf(b) ? -1 : weightOf(a) < weightOf(b) ? 1 : a - b))
    .slice(0, SIGNERS_MAX)
    .sort((a, b) => a - b)
}

/** A vote with our key that we did not sign. */
function doubleOf(state: FinalityState, signed: SignedVote): FinalityEffect[] {
  const { duty } = state
  if (duty === undefined || duty.doubled || duty.validator !== signed.validator) return []
  const { targetEpoch } = signed.vote
  if (targetEpoch <= duty.ownTarget) return []
  if (targetEpoch <= duty.runEpoch) {
    // Of an earlier run, which the record should have told of.
    noticeOwnVote(state, signed.vote)
    return []
  }
  state.duty = { ...duty, doubled: true }
  return [{ kind: 'doppelganger', signed }]
}

/** By the set of the target if it was executed, else by that of the newest checkpoint. */
function votingKeyOf(state: FinalityState, { vote, validator }: SignedVote): Address | undefined {
  const view = state.book.executed(vote.targetHash)?.view ?? newestView(state)
  return view?.votingKeys[validator]
}

function newestView({ book, tree, justified }: FinalityState): ValidatorView | undefined {
  const { epochStart } = tree.head()
  return (book.executed(epochStart.hash) ?? book.executed(justified.hash))?.view
}

function answer(
  state: FinalityState,
  verdict: Verdict,
  effects: readonly FinalityEffect[] = [],
): Transition {
  return { state, effects, verdict }
}
