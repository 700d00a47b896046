/**
 * The operator's way out of a safety fault: the fork whose certified checkpoint it names is
 * followed, whatever was certified here before. Finality goes back to the last checkpoint that
 * both forks have certified; the side that is left is never followed again. Nothing is deleted.
 *
 * Spec: docs/spec/finality.md, "Safety fault".
 */
import type { Logger } from 'pino'
import { CodedError } from '../../consensus/errors.ts'
import type { Certificate } from '../../consensus/finality/types.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Checkpoint } from '../../consensus/tree/tree-types.ts'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { stagePointer } from '../storage/codec/pointer-record.ts'
import { type KeyValueStore, WriteBatch } from '../storage/database.ts'
import {
  type JoinedFork,
  readFault,
  readJoinedFork,
  stageFaultCleared,
  stageJoinedFork,
} from '../storage/finality-records.ts'
import { readCertificates } from '../storage/finality-tables.ts'

export type JoinForkModules = {
  readonly genesis: Genesis
  readonly store: KeyValueStore
  readonly tree: BlockTree
  readonly log: Logger
}

/** Whether anything moved: then the tree is to be read anew. Throws {@link ForkError}. */
export async function joinFork(hash: Hash, modules: JoinForkModules): Promise<boolean> {
  const { store, tree, log } = modules
  const [fault, joined] = [await readFault(store), await readJoinedFork(store)]
  if (fault === undefined && joined?.certificate.vote.targetHash === hash) return false
  const stored = await readCertificates(store)
  const known = [fault?.certificate, fault?.ours, joined?.certificate, ...stored]
  const certificate = known.find((each) => each?.vote.targetHash === hash)
  if (certificate === undefined) throw new ForkError({ code: 'FORK_UNKNOWN', hash })
  if (tree.isDescendant(tree.finalized.hash, hash)) {
    const rival = fault?.certificate.vote.targetHash
    throw new ForkError({ code: 'FORK_IS_OURS', hash, rival })
  }
  const plan = planFork(certificate, stored, modules)
  const batch = new WriteBatch()
  stagePointer(batch, 'justified', plan.justified)
  stagePointer(batch, 'finalized', plan.finalized)
  stageJoinedFork(batch, plan.fork)
  stageFaultCleared(batch)
  await store.write(batch, { sync: true })
  const { number } = plan.finalized
  log.warn({ hash, finalized: number, excluded: plan.fork.excluded }, 'Joined another fork')
  return true
}

/** The blocks that are not followed: the operator's, and those of a side that was left. */
export function excludedBlocks(
  exclude: readonly Hash[],
  joined: JoinedFork | undefined,
  tree: BlockTree,
): readonly Hash[] {
  for (const hash of exclude) {
    if (tree.isDescendant(tree.justified.hash, hash)) {
      throw new ForkError({ code: 'EXCLUDES_JUSTIFIED', hash })
    }
  }
  return joined?.excluded === undefined ? exclude : [...exclude, joined.excluded]
}

type ForkPlan = {
  readonly justified: Checkpoint
  readonly finalized: Checkpoint
  readonly fork: JoinedFork
}

function planFork(
  certificate: Certificate,
  stored: readonly Certificate[],
  { genesis, tree }: JoinForkModules,
): ForkPlan {
  const { sourceHash, targetHash, targetEpoch } = certificate.vote
  const isHere = tree.get(targetHash) !== undefined
  const anchor = isHere ? targetHash : sourceHash
  // Of the checkpoints below the named one the tree knows the source at least.
  const below = (hash: Hash): boolean => hash !== targetHash && tree.isDescendant(anchor, hash)
  const justified = [genesis.hash, ...stored.map(({ vote }) => vote.targetHash)]
    .filter(below)
    .flatMap((hash) => tree.get(hash) ?? [])
    .sort((a, b) => (a.number < b.number ? 1 : -1))
  const common = justified.find(({ hash }) => tree.isDescendant(tree.finalized.hash, hash))
  const [start] = justified
  if (start === undefined || common === undefined) {
    throw new ForkError({ code: 'FORK_OUT_OF_REACH', hash: targetHash })
  }
  const length = BigInt(genesis.params.epochLength)
  const left = stored.filter(({ vote }) => !below(vote.targetHash) && vote !== certificate.vote)
  const disregarded = left
    .map(({ vote }) => vote.targetHash)
    .filter((hash) => hash !== targetHash && tree.isDescendant(hash, common.hash))
  // Above the source, only the rival at the epoch of the target is known to be no part of the fork.
  const first = isHere ? common.number + length : targetEpoch * length
  const excluded = firstBeside(tree, { first, length, isOnFork: below })
  return {
    justified: pointerTo(start),
    finalized: pointerTo(common),
    fork: { certificate, excluded, disregarded },
  }
}

/** The lowest checkpoint from `first` on of the side that was justified here. */
function firstBeside(
  tree: BlockTree,
  from: { first: bigint; length: bigint; isOnFork: (hash: Hash) => boolean },
): Hash | undefined {
  for (let number = from.first; number <= tree.justified.number; number += from.length) {
    const hash = tree.ancestorAt(tree.justified.hash, number)?.hash
    if (hash !== undefined && !from.isOnFork(hash)) return hash
  }
  return undefined
}

function pointerTo({ hash, number }: Checkpoint): Checkpoint {
  return { hash, number }
}

export type ForkErrorType =
  | { readonly code: 'FORK_UNKNOWN'; readonly hash: Hash }
  | { readonly code: 'FORK_IS_OURS'; readonly hash: Hash; readonly rival: Hash | undefined }
  | { readonly code: 'FORK_OUT_OF_REACH'; readonly hash: Hash }
  | { readonly code: 'EXCLUDES_JUSTIFIED'; readonly hash: Hash }

/** What an operator asked for can't be done; the sentence says what can. */
export class ForkError extends CodedError<ForkErrorType> {
  constructor(type: ForkErrorType) {
    super(type, sentence(type))
  }
}

function sentence(type: ForkErrorType): string {
  switch (type.code) {
    case 'FORK_UNKNOWN':
      return `No certificate for ${type.hash} is here: --join-fork takes the target of the certificate that hanzo_finalityStatus shows under safetyFault.`
    case 'FORK_IS_OURS':
      return `This node follows ${type.hash} already: to stay with it, start with --exclude ${type.rival ?? 'and the hash of the other fork'}.`
    case 'FORK_OUT_OF_REACH':
      return `The fork of ${type.hash} begins below the blocks that this node can go back to: move the data directory away and sync again.`
    case 'EXCLUDES_JUSTIFIED':
      return `${type.hash} is certified here and can't be excluded alone: name the fork to follow with --join-fork.`
  }
}
