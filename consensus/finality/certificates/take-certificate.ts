/**
 * What a certificate does: it justifies its target, finalizes its source when that is the epoch
 * before, waits when its blocks are not here, and rings the alarm when it contradicts what is
 * final. Everything is checked before anything changes.
 *
 * Spec: docs/spec/finality.md, "Certificates", "Safety fault".
 */
import type { Hash } from '../../types.ts'
import type { ExecutedCheckpoint } from '../checkpoint-book.ts'
import { noticeOwnSignature } from '../duty-state.ts'
import {
  type FinalityEffect,
  type FinalityState,
  headEpoch,
  PENDING_CERTIFICATES_MAX,
  type Transition,
} from '../finality-state.ts'
import type { Certificate, FinalityVote } from '../types.ts'
import { certificateFault } from './certificate-rules.ts'
import { answer, sound } from './outcomes.ts'
import { isBesideFinal, isOurs, reviewRivals, takeRival } from './rivals.ts'

/** Certificates of the newest epochs that are held in memory; older ones are on disk. */
export const CERTIFICATES_HELD_MAX = 256n
/** A certificate further ahead of our head than this is not worth a signature check. */
const EPOCHS_AHEAD_MAX = 1n << 32n

export function takeCertificate(state: FinalityState, certificate: Certificate): Transition {
  const { vote } = certificate
  const { book, tree, separator, config } = state
  if (!isNews(state, certificate)) return answer(state, 'ignore')
  if (isDisregarded(state, vote.targetHash)) return answer(state, 'ignore')
  if (vote.targetEpoch > headEpoch(state) + EPOCHS_AHEAD_MAX) return answer(state, 'ignore')
  if (isBesideFinal(state, vote)) return takeRival(state, certificate)
  const source = book.executed(vote.sourceHash)
  if (source === undefined || book.justified(vote.sourceHash) === undefined) {
    // A source below what is final may never be justified here, as it is no news any more.
    const rival = isFromBelow(state, vote) ? takeRival(state, certificate) : undefined
    if (rival?.verdict === 'accept') return rival
    const fromEpoch = state.finalized.epoch
    return answer(state, 'ignore', [{ kind: 'fetch-certificates', fromEpoch }])
  }
  if (source.epoch !== vote.sourceEpoch) return answer(state, 'reject')
  const target = book.executed(vote.targetHash)
  const views = target === undefined ? [source.view] : [source.view, target.view]
  const fault = certificateFault(certificate, views, separator, config.recover)
  if (fault !== undefined) return answer(state, 'reject')
  if (tree.get(vote.targetHash)?.status === 'invalid') {
    return sound(state, { code: 'JUSTIFIED_IS_INVALID', certificate, ours: undefined })
  }
  if (target === undefined) return takeUnseen(state, certificate)
  if (!isLink(state, certificate, target)) return answer(state, 'reject')
  return apply(state, certificate)
}

/**
 * Its block is not here. From a source that is final or above, it stands above what is final as its
 * source does: it may clash with what is justified, which its block decides, and is waited for.
 * From below, that block may never come: it is refused if it stands beside what is final.
 */
function takeUnseen(state: FinalityState, certificate: Certificate): Transition {
  if (!isFromBelow(state, certificate.vote)) return wait(state, certificate)
  const rival = takeRival(state, certificate)
  return rival.verdict === 'accept' ? rival : wait(state, certificate)
}

/** Certificates that waited for a checkpoint which has been executed now. */
export function takePending(state: FinalityState, targetHash: Hash): FinalityEffect[] {
  const certificate = state.pending.get(targetHash)
  if (certificate === undefined) return []
  state.pending.delete(targetHash)
  return [...takeCertificate(state, certificate).effects]
}

/** Whether it could justify, finalize or contradict. */
export function isNews(state: FinalityState, { vote }: Certificate): boolean {
  const { book, finalized } = state
  if (book.justified(vote.targetHash) === undefined) {
    // Below what is final, our own checkpoints are no news; others are a contradiction.
    return vote.targetEpoch > finalized.epoch || !isOurs(state, vote.targetEpoch, vote.targetHash)
  }
  return vote.targetEpoch === vote.sourceEpoch + 1n && vote.sourceEpoch > finalized.epoch
}

/** Whether the operator has judged a block, or one below it that its judgement made invalid. */
export function isDisregarded(
  { tree, config: { disregarded } }: FinalityState,
  hash: Hash,
): boolean {
  if (disregarded === undefined || disregarded.size === 0) return false
  if (disregarded.has(hash)) return true
  let node = tree.get(hash)
  while (node?.status === 'invalid' && !disregarded.has(node.hash)) node = node.parent
  return node?.status === 'invalid'
}

/** Whether a link begins below what is final, so that it may lead past it. */
function isFromBelow({ finalized }: FinalityState, vote: FinalityVote): boolean {
  return vote.sourceEpoch < finalized.epoch
}

/** Whether the blocks are as the link says. */
function isLink(
  { tree }: FinalityState,
  { vote }: Certificate,
  target: ExecutedCheckpoint,
): boolean {
  return (
    target.epoch === vote.targetEpoch &&
    target.outputRoot === vote.outputRoot &&
    tree.isDescendant(vote.targetHash, vote.sourceHash)
  )
}

function wait(state: FinalityState, certificate: Certificate): Transition {
  const { pending } = state
  const { targetHash } = certificate.vote
  if (pending.has(targetHash)) return answer(state, 'ignore')
  if (pending.size >= PENDING_CERTIFICATES_MAX) {
    const [oldest] = pending.keys()
    if (oldest !== undefined) pending.delete(oldest)
  }
  pending.set(targetHash, certificate)
  return answer(state, 'accept', [{ kind: 'fetch-block', hash: targetHash }])
}

function conflict(state: FinalityState, certificate: Certificate): Transition {
  const ours = state.certificates.get(certificate.vote.targetEpoch)
  return sound(state, { code: 'CONFLICTS_WITH_FINALIZED', certificate, ours })
}

function apply(state: FinalityState, certificate: Certificate): Transition {
  const { book, tree, finalized, certificates } = state
  const { vote } = certificate
  const target = { epoch: vote.targetEpoch, hash: vote.targetHash }
  const source = { epoch: vote.sourceEpoch, hash: vote.sourceHash }
  const start = target.epoch > state.justified.epoch ? target : state.justified
  const isFinalizing = target.epoch === source.epoch + 1n && source.epoch > finalized.epoch
  // All that can contradict, before anything changes.
  if (!tree.isDescendant(target.hash, finalized.hash)) return conflict(state, certificate)
  if (isFinalizing && !tree.isDescendant(start.hash, source.hash)) {
    return conflict(state, certificate)
  }
  const effects: FinalityEffect[] = [{ kind: 'certified', certificate }]
  noticeOwnSignature(state, certificate)
  if (book.justified(target.hash) === undefined) book.addJustified({ ...target, certificate })
  certificates.set(target.epoch, certificate)
  certificates.delete(target.epoch - CERTIFICATES_HELD_MAX)
  if (start === target) {
    tree.justify(target.hash)
    state.justified = target
    effects.push({ kind: 'justified', checkpoint: target })
  }
  if (isFinalizing) {
    tree.finalize(source.hash)
    state.finalized = source
    effects.push({ kind: 'finalized', checkpoint: source })
    effects.push(...reviewLost(state, certificate), ...reviewPending(state))
    effects.push(...reviewRivals(state))
  }
  return { state, effects, verdict: 'accept' }
}

/** Whether what damage had taken is final again, or something else in its place. */
function reviewLost(state: FinalityState, certificate: Certificate): readonly FinalityEffect[] {
  const { lost, finalized } = state
  if (lost === undefined || finalized.epoch < lost.epoch) return []
  if (lost.hash !== undefined && !isOurs(state, lost.epoch, lost.hash)) {
    const code = 'CONFLICTS_WITH_FINALIZED'
    return sound(state, { code, certificate, ours: undefined }).effects
  }
  state.lost = undefined
  return [{ kind: 'recovered', checkpoint: finalized }]
}

/** A certificate waits for a block that can't come any more: another one is final in its place. */
function reviewPending(state: FinalityState): readonly FinalityEffect[] {
  const effects: FinalityEffect[] = []
  for (const [hash, certificate] of state.pending) {
    const { targetEpoch } = certificate.vote
    if (targetEpoch > state.finalized.epoch) continue
    state.pending.delete(hash)
    if (!isOurs(state, targetEpoch, hash)) effects.push(...takeRival(state, certificate).effects)
  }
  return effects
}
