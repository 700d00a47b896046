/**
 * What a vote does: it is counted, and completes a certificate or proves an offence. One signature
 * check each at most, whatever is sent.
 *
 * Spec: docs/spec/finality.md, "Votes".
 */
import { hexToBytes } from '../codec/hex.ts'
import type { Address } from '../types.ts'
import { isNews } from './certificates/take-certificate.ts'
import { noticeOwnVote } from './duty-state.ts'
import {
  type FinalityEffect,
  type FinalityState,
  headEpoch,
  type Transition,
  type Verdict,
} from './finality-state.ts'
import { convict, isEvidenceAgeing, isWanted } from './take-evidence.ts'
import type { Certificate, SignedVote, ValidatorView } from './types.ts'
import { SIGNERS_MAX } from './types.ts'
import { haveQuorum } from './votes/validator-weights.ts'
import { voteDigest } from './votes/vote-digest.ts'
import { isWithin, type Link, voteWindow } from './votes/vote-pool.ts'

export function takeVote(state: FinalityState, signed: SignedVote): Transition {
  const { votes, separator, config } = state
  const { vote, signature } = signed
  const window = voteWindow(state.finalized.epoch, headEpoch(state))
  if (!isWithin(vote, window)) return answer(state, 'ignore')
  if (vote.sourceEpoch >= vote.targetEpoch) return answer(state, 'reject')
  const key = voterOf(state, signed)
  // On a branch that we have not executed the index may be another's.
  if (key === undefined || votes.has(key, vote)) return answer(state, 'ignore')
  // Of a liar only what may be punished when the evidence that is held no longer can be.
  if (votes.equivocators.has(key) && !isEvidenceAgeing(state, key)) return answer(state, 'ignore')
  const digest = voteDigest(separator, vote)
  if (config.recover(digest, hexToBytes(signature)) !== key) {
    const isKnownTarget = state.book.executed(vote.targetHash) !== undefined
    return answer(state, isKnownTarget ? 'reject' : 'ignore')
  }
  const double = doubleOf(state, key, signed)
  votes.prune(window.first)
  const outcome = votes.add(key, signed, digest)
  switch (outcome.kind) {
    case 'counted':
      return { state, effects: [...double, ...certify(state, outcome.link)], verdict: 'accept' }
    case 'evidence':
      if (!isWanted(state, key, outcome.evidence)) return answer(state, 'ignore', double)
      return convict(state, key, outcome.evidence, double)
    case 'held':
      return answer(state, 'accept', double)
  }
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
  const { votingKeys } = target.view
  const voters = votingKeys.flatMap((key, index) => (signatures.has(key) ? [index] : []))
  const signers = signersFor(voters, views)
  if (!haveQuorum(signers, views)) return []
  const certificate: Certificate = {
    vote,
    signers,
    signatures: signers.map((index) => signatures.get(votingKeys[index] ?? '0x') ?? '0x'),
  }
  return isNews(state, certificate) ? [{ kind: 'assembled', certificate }] : []
}

/** Members of either set in ascending order; of more than fit, those with the most stake. */
function signersFor(voters: readonly number[], views: readonly ValidatorView[]): number[] {
  const weightOf = (index: number): bigint =>
    views.reduce((sum, { weights }) => sum + (weights[index] ?? 0n), 0n)
  return voters
    .filter((index) => weightOf(index) > 0n)
    .sort((a, b) => (weightOf(a) > weightOf(b) ? -1 : weightOf(a) < weightOf(b) ? 1 : a - b))
    .slice(0, SIGNERS_MAX)
    .sort((a, b) => a - b)
}

/** A vote with our key that we did not sign. */
function doubleOf(state: FinalityState, key: Address, signed: SignedVote): FinalityEffect[] {
  const { duty } = state
  if (duty === undefined || duty.doubled || duty.key !== key) return []
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

/**
 * Who votes by this index, if its stake counts in the set of the target or in that of the source:
 * a deposit alone is no voice. For a target that was not executed, by the newest checkpoint.
 */
function voterOf(state: FinalityState, { vote, validator }: SignedVote): Address | undefined {
  const { book } = state
  const view = book.executed(vote.targetHash)?.view ?? newestView(state)
  const key = view?.votingKeys[validator]
  const views = [view, book.executed(vote.sourceHash)?.view]
  const isMember = views.some(
    (each) => each?.votingKeys[validator] === key && (each?.weights[validator] ?? 0n) > 0n,
  )
  return isMember ? key : undefined
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
