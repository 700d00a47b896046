/**
 * Certificates of branches beside what is final: which of them prove that a third of our set lied.
 *
 * Spec: docs/spec/finality.md, "Safety fault", F12.
 */
import type { Hash } from '../../types.ts'
import type { FinalityEffect, FinalityState, Transition } from '../finality-state.ts'
import type { Certificate, FinalityVote, ValidatorView } from '../types.ts'
import { offenceOf } from '../votes/slashing-rule.ts'
import { certificateFault } from './certificate-rules.ts'
import { answer, sound } from './outcomes.ts'

/** Sets of ours by which a rival is judged: each may cost signatures. */
const RIVAL_SETS_MAX = 8

/** Whether one end of a link is at or below what is final, and not on that chain. */
export function isBesideFinal(state: FinalityState, vote: FinalityVote): boolean {
  const { epoch } = state.finalized
  if (vote.sourceEpoch <= epoch && !isOurs(state, vote.sourceEpoch, vote.sourceHash)) return true
  return vote.targetEpoch <= epoch && !isOurs(state, vote.targetEpoch, vote.targetHash)
}

/**
 * A certificate of a branch that is beside what is final. That alone is nobody's fault: honest
 * validators may have justified a checkpoint there, and gone another way. It is a contradiction if
 * no honest validator signs both it and one of ours: then a third of our set lied.
 */
export function takeRival(state: FinalityState, certificate: Certificate): Transition {
  const { book, separator, config } = state
  const tried = new Set<ValidatorView>()
  for (const ours of ourCertificates(state)) {
    if (offenceOf(ours.vote, certificate.vote) === undefined) continue
    const view = book.executed(ours.vote.sourceHash)?.view
    if (view === undefined || tried.has(view)) continue
    if (tried.size >= RIVAL_SETS_MAX) break
    tried.add(view)
    // Of another set than this one, or forged: neither can be told from here.
    const fault = certificateFault(certificate, [view], separator, config.recover)
    if (fault !== undefined) continue
    return sound(state, { code: 'CONFLICTS_WITH_FINALIZED', certificate, ours })
  }
  return answer(state, 'ignore')
}

/**
 * What was justified beside what is final now: two certificates that no honest validator signs both
 * may have come while either could have become final, and were no contradiction then.
 */
export function reviewRivals(state: FinalityState): readonly FinalityEffect[] {
  const effects: FinalityEffect[] = []
  for (const { certificate } of state.book.justifiedCheckpoints) {
    if (certificate === undefined || isOnOurSide(state, certificate.vote)) continue
    effects.push(...takeRival(state, certificate).effects)
  }
  return effects
}

/** Those of checkpoints on or above what is final; of two for one epoch both may be among them. */
function* ourCertificates(state: FinalityState): Generator<Certificate> {
  const { certificates, book } = state
  for (const certificate of certificates.values()) {
    if (isOnOurSide(state, certificate.vote)) yield certificate
  }
  for (const { certificate } of book.justifiedCheckpoints) {
    if (certificate === undefined || !isOnOurSide(state, certificate.vote)) continue
    if (certificates.get(certificate.vote.targetEpoch) !== certificate) yield certificate
  }
}

function isOnOurSide(state: FinalityState, { targetEpoch, targetHash }: FinalityVote): boolean {
  const { tree, finalized } = state
  if (targetEpoch <= finalized.epoch) return isOurs(state, targetEpoch, targetHash)
  return tree.isDescendant(targetHash, finalized.hash)
}

/** Whether the finalized chain has this checkpoint; one that left the tree is not contradicted. */
export function isOurs(
  { tree, config, finalized }: FinalityState,
  epoch: bigint,
  hash: Hash,
): boolean {
  const at = tree.ancestorAt(finalized.hash, epoch * BigInt(config.epochLength))
  return at === undefined || at.hash === hash
}
