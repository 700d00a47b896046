/**
 * What a validator votes for: the newest checkpoint that is k blocks deep on the head chain, from
 * the highest justified checkpoint below it.
 *
 * Spec: docs/spec/finality.md, "Duty".
 */
import type { BlockNode } from '../tree/block-node.ts'
import type { Address } from '../types.ts'
import { hasListened } from './duty-state.ts'
import {
  type FinalityEffect,
  type FinalityInput,
  type FinalityState,
  headEpoch,
} from './finality-state.ts'
import type { EpochCheckpoint, FinalityVote } from './types.ts'
import { maySign } from './votes/slashing-rule.ts'

/** Own votes are published again so often an epoch, until they are certified. */
const REPUBLISHES_PER_EPOCH = 2n

/** What a validator does, or why it does not vote; `off` without one. */
export type VotingState =
  | 'off'
  | 'safety-fault'
  | 'recovering'
  | 'doubled'
  | 'slashed'
  | 'record-stale'
  | 'unheard'
  | 'listening'
  | 'active'

/** What keeps this node from voting now, the gravest first. */
export function votingState(state: FinalityState): VotingState {
  const { duty, fault, lost, votes } = state
  if (duty === undefined) return 'off'
  if (fault !== undefined) return 'safety-fault'
  if (lost !== undefined) return 'recovering'
  if (duty.doubled) return 'doubled'
  if (votes.equivocators.has(duty.key)) return 'slashed'
  if (duty.isRecordStale && !duty.votesAfterRestore) return 'record-stale'
  if (!duty.hasHeard) return 'unheard'
  return hasListened(duty, headEpoch(state)) ? 'active' : 'listening'
}

/**
 * Blocks that are fetched, or that came before the network was heard, tell nothing of who votes
 * now: listening begins behind them (F18).
 */
function listenLater(state: FinalityState): void {
  const { duty } = state
  if (duty === undefined || duty.lastVote !== undefined) return
  const { tree, config } = state
  const epoch = tree.bestVerified().number / BigInt(config.epochLength)
  if (epoch <= duty.runEpoch) return
  const startEpoch = epoch > duty.startEpoch ? epoch : duty.startEpoch
  state.duty = { ...duty, runEpoch: epoch, startEpoch }
}

function tellHeard(state: FinalityState, hasHeard: boolean): void {
  const { duty } = state
  if (duty !== undefined && duty.hasHeard !== hasHeard) state.duty = { ...duty, hasHeard }
}

/** The vote that is due, if one is: asked for once. */
export function voteDue(
  state: FinalityState,
  { isSynced, hasHeard = true, isSigning = false }: Extract<FinalityInput, { kind: 'head' }>,
): FinalityEffect[] {
  if (!isSynced || !hasHeard) listenLater(state)
  tellHeard(state, hasHeard)
  const { duty } = state
  // Behind a slow disk votes for old targets would keep the newest waiting.
  if (duty === undefined || !isSynced || isSigning) return []
  if (!isTargetNew(state)) return []
  if (votingState(state) !== 'active') return []
  const vote = bestVote(state)
  if (vote === undefined || !maySign(vote, duty.lastSigned)) return []
  const validator = placeOf(state, vote, duty.key)
  if (validator === undefined) return []
  // From here on it counts as signed: if the record can't be written, the vote is never made.
  state.duty = { ...duty, lastSigned: vote, ownTarget: vote.targetEpoch }
  return [{ kind: 'sign', vote, validator }]
}

/** Whether the target of a vote would be above all that were signed: seldom, and cheap to say. */
function isTargetNew({ tree, config, duty }: FinalityState): boolean {
  const { number } = tree.head()
  const depth = BigInt(config.voteDepth)
  if (number < depth) return false
  const last = duty?.lastSigned?.targetEpoch ?? 0n
  return number - depth >= (last + 1n) * BigInt(config.epochLength)
}

/**
 * Our index after the target, if either of the two sets that must have a quorum counts it. Who has
 * left the set by the target is still needed by that of the source: of a link that spans its exit.
 */
function placeOf({ book }: FinalityState, vote: FinalityVote, key: Address): number | undefined {
  const [source, target] = [book.executed(vote.sourceHash), book.executed(vote.targetHash)]
  const place = target?.view.votingKeys.indexOf(key) ?? -1
  const isAsked = [source, target].some((each) => (each?.view.weights[place] ?? 0n) > 0n)
  return isAsked ? place : undefined
}

/** Our newest vote once more, every half epoch, unless it or a newer target is certified. */
export function voteToRepeat(state: FinalityState): FinalityEffect[] {
  const { duty, tree, config, justified } = state
  const signed = duty?.lastVote
  if (signed === undefined || justified.epoch >= signed.vote.targetEpoch) return []
  const step = BigInt(config.epochLength) / REPUBLISHES_PER_EPOCH
  if (step > 1n && tree.head().number % step !== 0n) return []
  return [{ kind: 'publish-vote', signed }]
}

/** Target and source on the head chain, whoever votes. */
export function bestVote(state: FinalityState): FinalityVote | undefined {
  const { tree, config, book } = state
  const head = tree.head()
  const length = BigInt(config.epochLength)
  const depth = BigInt(config.voteDepth)
  if (head.number < depth) return undefined
  const epoch = (head.number - depth) / length
  const target = tree.ancestorAt(head.hash, epoch * length)
  const executed = target && book.executed(target.hash)
  if (target === undefined || executed === undefined) return undefined
  const source = highestJustifiedBelow(state, target)
  if (source === undefined) return undefined
  return {
    sourceEpoch: source.epoch,
    sourceHash: source.hash,
    targetEpoch: epoch,
    targetHash: target.hash,
    outputRoot: executed.outputRoot,
  }
}

function highestJustifiedBelow(
  { book, tree }: FinalityState,
  target: BlockNode,
): EpochCheckpoint | undefined {
  let highest: EpochCheckpoint | undefined
  for (const { epoch, hash } of book.justifiedCheckpoints) {
    if (highest !== undefined && epoch <= highest.epoch) continue
    if (hash !== target.hash && tree.isDescendant(target.hash, hash)) highest = { epoch, hash }
  }
  return highest
}
