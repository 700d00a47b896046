/**
 * Finality as one function: what happened goes in, what is to be done comes out. It does nothing
 * else, so that a run can be repeated from its inputs.
 *
 * The state is handed on, not copied: a caller that goes on from an older one must have restored
 * it. An input that throws has changed nothing. Spec: docs/spec/finality.md, "The machine".
 */
import { assert } from '../errors.ts'
import type { Hash } from '../types.ts'
import { isDisregarded, takeCertificate, takePending } from './certificates/take-certificate.ts'
import { voteDue, voteToRepeat } from './duty.ts'
import type {
  FinalityEffect,
  FinalityInput,
  FinalityState,
  SafetyFault,
  Transition,
} from './finality-state.ts'
import { takeEvidence } from './take-evidence.ts'
import { certifyTarget, takeVote } from './take-vote.ts'
import type { SignedVote } from './types.ts'
import { outputRoot } from './votes/vote-digest.ts'

export function transition(state: FinalityState, input: FinalityInput): Transition {
  switch (input.kind) {
    case 'checkpoint':
      return done(state, takeCheckpoint(state, input))
    case 'head':
      return done(state, [...voteDue(state, input), ...voteToRepeat(state)])
    case 'vote':
      return takeVote(state, input.signed)
    case 'own-vote':
      return takeOwnVote(state, input.signed)
    case 'certificate':
      return takeCertificate(state, input.certificate)
    case 'evidence':
      return takeEvidence(state, input.evidence)
    case 'invalid':
      return done(state, takeInvalid(state, input.hashes))
  }
}

/**
 * Lets go of what is not on the branch of the finalized block, and of checkpoints far below it: for
 * after the effect `finalized`, once no head on disk is on another branch.
 */
export function dropBranches({ tree, book, finalized }: FinalityState): void {
  tree.dropBranches()
  book.prune(finalized.epoch, (hash) => tree.get(hash) === undefined)
}

function takeOwnVote(state: FinalityState, signed: SignedVote): Transition {
  const { duty } = state
  assert(duty !== undefined, 'an own vote was asked for')
  state.duty = { ...duty, lastVote: signed }
  const { effects, verdict } = takeVote(state, signed)
  return { state, effects: [{ kind: 'publish-vote', signed }, ...effects], verdict }
}

function takeCheckpoint(
  state: FinalityState,
  { hash, stateRoot, view }: Extract<FinalityInput, { kind: 'checkpoint' }>,
): FinalityEffect[] {
  const { tree, book, config } = state
  const node = tree.get(hash)
  if (node === undefined) return []
  const length = BigInt(config.epochLength)
  assert(node.number % length === 0n, 'a checkpoint closes an epoch')
  assert(node.status === 'executed', 'a checkpoint is executed before it counts')
  const epoch = node.number / length
  const before = tree.ancestorAt(hash, node.number - length)
  const parent = before && book.executed(before.hash)?.view
  book.addExecuted({ epoch, hash, view, outputRoot: outputRoot(stateRoot, hash) }, parent)
  return [...takePending(state, hash), ...certifyTarget(state, hash)]
}

/** A certified checkpoint among them: two thirds hold valid what we do not. */
function takeInvalid(state: FinalityState, hashes: readonly Hash[]): FinalityEffect[] {
  for (const hash of hashes) {
    const certificate = state.pending.get(hash)
    if (certificate === undefined || state.fault !== undefined) continue
    state.pending.delete(hash)
    if (isDisregarded(state, hash)) continue
    const fault: SafetyFault = { code: 'JUSTIFIED_IS_INVALID', certificate, ours: undefined }
    state.fault = fault
    return [{ kind: 'safety-fault', fault }]
  }
  return []
}

function done(state: FinalityState, effects: readonly FinalityEffect[]): Transition {
  return { state, effects, verdict: 'accept' }
}
