/**
 * From a directory to a chain: whose database it is, block 0 in an empty one, the boot check and
 * what it asks for, the tree of recent blocks, and a reorg that the last run left half done.
 *
 * Spec: docs/spec/storage.md, "Boot check", "Repair", "Identity".
 */
import type { Common } from '@ethereumjs/common'
import type { Logger } from 'pino'
import { assert } from '../../consensus/errors.ts'
import type { BlockRecord } from '../../consensus/tree/block-node.ts'
import { BlockTree, TREE_BLOCKS_MAX } from '../../consensus/tree/block-tree.ts'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { parseTransaction } from '../crypto/decode-transaction.ts'
import { createSharedCommon } from '../crypto/shared-common.ts'
import type { BlockSummary } from '../events.ts'
import { type BlockExecutor, Executor } from '../execution/executor.ts'
import type { ChainRules } from '../execution/rules/block-rules.ts'
import { createHanzoRules } from '../execution/rules/hanzo-rules.ts'
import { ChainFinality } from '../finality/chain-finality.ts'
import { excludedBlocks, joinFork } from '../finality/join-fork.ts'
import { StateStore } from '../state/state-store.ts'
import { BlockStore } from '../storage/block-store.ts'
import { expectHeader } from '../storage/boot/block-check.ts'
import { type BootReport, bootCheck } from '../storage/boot/boot-check.ts'
import { CommitLog } from '../storage/boot/commit-log.ts'
import { isFinalityLost, stageFinalityRepair } from '../storage/boot/finality-repair.ts'
import { checkIdentity, stageGenesis } from '../storage/boot/identity.ts'
import { stageRepair } from '../storage/boot/repair.ts'
import { type KeyValueStore, WriteBatch } from '../storage/database.ts'
import { readJoinedFork } from '../storage/finality-records.ts'
import { summaryOf } from './block-summary.ts'
import type { ChainModules } from './chain-types.ts'
import { Committer } from './commit-block.ts'
import { HeaderChecker } from './header/check-header.ts'

/** Everything that stands on one opening of the store. */
export type ChainParts = {
  readonly common: Common
  readonly rules: ChainRules
  readonly tree: BlockTree
  readonly headers: HeaderChecker
  readonly blocks: BlockStore
  readonly state: StateStore
  readonly executor: BlockExecutor
  readonly committer: Committer
  readonly finality: ChainFinality
  readonly head: BlockSummary
}

export type OpenChainOptions = {
  readonly genesis: Genesis
  /** Named in the sentences of errors. */
  readonly path: string
  readonly exclude?: readonly Hash[]
  /** This very process has the database in hand: it is not looked through again. */
  readonly isChecked?: boolean
  /** A certified checkpoint that the operator follows after a safety fault. */
  readonly joinFork?: Hash | undefined
} & Pick<ChainModules, 'log' | 'openExecutor' | 'recoverSigner' | 'store' | 'verifyProof'>

/** A tree record read at boot is a line of progress every so many. */
const PROGRESS_EVERY_BLOCKS = 4_096

/** Throws coded errors that tell people what to do: another genesis, another layout, damage. */
export async function openChainParts(options: OpenChainOptions): Promise<ChainParts> {
  const { genesis, path, store, log } = options
  const common = createSharedCommon(genesis)
  const rules = createHanzoRules(common)
  const content = await checkIdentity(store, genesis.hash, path)
  if (content === 'ready' && options.isChecked !== true) await repairIfDamaged(genesis, store, log)
  const commits = await CommitLog.open(store)
  const state = await StateStore.open({ store })
  const decodeTransaction = (raw: Uint8Array) => parseTransaction(raw, common).tx
  const blocks = await BlockStore.open({ store, decodeTransaction })
  if (content === 'empty') await writeGenesis(genesis, store, blocks, state, commits)
  let tree = await restoreTree(genesis, blocks, log)
  if (options.joinFork !== undefined) {
    const hasMoved = await joinFork(options.joinFork, { genesis, store, tree, log })
    if (hasMoved) tree = await restoreTree(genesis, blocks, log)
  }
  const joined = await readJoinedFork(store)
  const excluded = excludedBlocks(options.exclude ?? [], joined, tree)
  const headers = new HeaderChecker(genesis, tree, excluded, options.verifyProof)
  const committer = new Committer({ store, tree, blocks, state, commits })
  if ((await committer.catchUp()) !== undefined) {
    log.info({ number: tree.head().number }, 'Moved to the head that fork choice prefers')
  }
  const openExecutor = options.openExecutor ?? ((parts) => Executor.open(parts))
  const executor = await openExecutor({ rules, state })
  const finality = await ChainFinality.restore({
    ...{ genesis, store, tree, blocks, committer, log },
    recoverSigner: options.recoverSigner,
    states: state,
    joined,
    disregarded: new Set([...excluded, ...(joined?.disregarded ?? [])]),
  })
  const head = await summaryOf(blocks, tree.head().hash)
  log.info({ number: head.header.number, hash: head.hash }, 'Opened the chain')
  return { common, rules, tree, headers, blocks, state, executor, committer, finality, head }
}

/** Moves a damaged database back to its last good commit; the blocks behind it come again. */
async function repairIfDamaged(
  { params }: Genesis,
  store: KeyValueStore,
  log: Logger,
): Promise<void> {
  const report = await bootCheck(store)
  const isLost = await isFinalityLost(store, report.head)
  if (report.findings.length === 0 && !isLost) return
  log.warn({ ...describe(report) }, 'The database is damaged: going back to the last good block')
  const batch = new WriteBatch()
  const touched = await stageRepair(batch, store, report)
  // Not that of the last good commit: what it brought may be a block of a side branch.
  const { stateRoot } = await expectHeader(store, report.head.hash)
  await StateStore.stageRepair(batch, store, { ...report.head, stateRoot }, touched)
  if (isLost) await stageFinalityRepair(batch, store, report.head, params.epochLength)
  await store.write(batch, { sync: true })
}

function describe({ findings, head, behind, isBelowFinalized }: BootReport): object {
  return { findings, ...head, commitsBehind: behind.length, isBelowFinalized }
}

async function writeGenesis(
  genesis: Genesis,
  store: KeyValueStore,
  blocks: BlockStore,
  state: StateStore,
  commits: CommitLog,
): Promise<void> {
  const batch = new WriteBatch()
  const block = await stageGenesis(batch, blocks, commits, genesis)
  state.stageGenesis(batch, block, genesis.alloc)
  await store.write(batch, { sync: true })
  for (const part of [blocks, state, commits]) part.committed()
}

/** The records of the window below the head; fork choice is computed afresh. */
async function restoreTree(genesis: Genesis, blocks: BlockStore, log: Logger): Promise<BlockTree> {
  const [head, justified, finalized] = await Promise.all([
    blocks.pointer('head'),
    blocks.pointer('justified'),
    blocks.pointer('finalized'),
  ])
  assert(head && justified && finalized, 'a chain has a head and its checkpoints')
  const lowest = head.number - BigInt(TREE_BLOCKS_MAX)
  const records: BlockRecord[] = []
  for await (const record of blocks.recordsFrom(lowest > 0n ? lowest : 0n)) {
    // What was only verified has no body here: it is fetched and verified again.
    if (record.status === 'executed') records.push(record)
    if (records.length % PROGRESS_EVERY_BLOCKS === 0) {
      log.info({ number: record.number, of: head.number }, 'Reading the tree of blocks')
    }
  }
  return BlockTree.restore(genesis.params, { records, head: head.hash, justified, finalized })
}
