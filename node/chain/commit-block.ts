/**
 * Steps 6 and 7 of the road: what an executed block changes goes to disk in one batch, the head
 * with it when fork choice prefers the block; then the tree follows.
 *
 * A reorg above 64 blocks takes several batches: an intent first, then steps that each leave head,
 * indices and flat state at one block of the way. What was interrupted is finished before the next
 * block, in this run or in the next. Spec: docs/spec/storage.md, "Reorgs".
 */
import { assert } from '../../consensus/errors.ts'
import { type BlockNode, recordOf } from '../../consensus/tree/block-node.ts'
import { type BlockTree, PRUNE_STEP_BLOCKS } from '../../consensus/tree/block-tree.ts'
import { isPreferred } from '../../consensus/tree/fork-choice.ts'
import type { Hash } from '../../consensus/types.ts'
import type { BlockSummary, HeadChange } from '../events.ts'
import type { ExecutedBlock } from '../execution/types.ts'
import { type StateStore, UNDO_BLOCKS_MAX } from '../state/state-store.ts'
import type { BlockStore } from '../storage/block-store.ts'
import type { CommitLog } from '../storage/boot/commit-log.ts'
import {
  type HeadSwitch,
  isDeep,
  stageIntent,
  stageIntentDone,
  switchSteps,
} from '../storage/boot/reorg-intent.ts'
import { type KeyValueStore, WriteBatch } from '../storage/database.ts'
import type { SignedTransaction } from '../transaction.ts'
import { summaryOf } from './block-summary.ts'
import type { SealedBlock } from './sealed-block.ts'

/**
 * The tree lets go of old blocks in steps: their change records must outlive them, or a branch that
 * may still win could not be switched to.
 */
const UNDO_MARGIN_BLOCKS = 2n * PRUNE_STEP_BLOCKS

export type CommitModules = {
  readonly store: KeyValueStore
  readonly tree: BlockTree
  readonly blocks: BlockStore
  readonly state: StateStore
  readonly commits: CommitLog
}

export type CommitInput = {
  readonly block: SealedBlock
  readonly node: BlockNode
  readonly transactions: readonly SignedTransaction[]
  readonly executed: ExecutedBlock
}

type Staging = (batch: WriteBatch) => Promise<{ readonly isSyncDue: boolean }>

export class Committer {
  readonly #modules: CommitModules
  /** The head as listeners know it. */
  #announced: Hash

  constructor(modules: CommitModules) {
    const { head } = modules.blocks
    assert(head !== undefined, 'a chain has a head')
    this.#modules = modules
    this.#announced = head.hash
  }

  /** Writes an executed block; what it returns is set when the block became head. */
  async commit(input: CommitInput): Promise<HeadChange | undefined> {
    const { tree } = this.#modules
    const { hash } = input.node
    assert(this.#modules.blocks.head?.hash === tree.head().hash, 'no reorg is unfinished')
    const isHead = this.#willBeHead(input.node)
    const change = isHead ? switchOf(tree, tree.head().hash, hash) : NO_SWITCH
    const isOneBatch = !isDeep(change)
    await this.#write((batch) => this.#stageBlock(batch, input, isOneBatch ? change : undefined))
    const becameHead = tree.markExecuted(hash)
    assert(becameHead === isHead, 'fork choice is the same before and after the batch')
    if (!isHead) return undefined
    return isOneBatch ? this.#announce() : this.catchUp()
  }

  /** Brings the stored head to the head of the tree, if a reorg has batches to go. */
  async catchUp(): Promise<HeadChange | undefined> {
    const { tree, blocks } = this.#modules
    const target = tree.head()
    const stored = blocks.head
    assert(stored !== undefined, 'a chain has a head')
    if (stored.hash === target.hash) return undefined
    const change = switchOf(tree, stored.hash, target.hash)
    let at: Hash = stored.hash
    const steps = switchSteps(change)
    for (const [index, step] of steps.entries()) {
      at = headAfter(tree, at, step)
      const isLast = index === steps.length - 1
      await this.#write((batch) => this.#stageStep(batch, step, at, isLast))
    }
    return this.#announce()
  }

  /**
   * Takes blocks off the chain for good, as nobody but a developer may: `removed` newest first,
   * `at` the block that is left. The tree does not follow: all is to be opened anew.
   */
  async rewind(
    removed: readonly Hash[],
    at: Hash,
    stage: (batch: WriteBatch) => Promise<void>,
  ): Promise<void> {
    await this.#write(async (batch) => {
      await stage(batch)
      return this.#stageStep(batch, { removed, added: [] }, at, false)
    })
  }

  /** Waits until everything written so far is on disk: the end of a run in order. */
  async sync(): Promise<void> {
    const { store, blocks } = this.#modules
    const { head } = blocks
    assert(head !== undefined, 'a chain has a head')
    const batch = new WriteBatch()
    blocks.stageHead(batch, head)
    await store.write(batch, { sync: true })
    blocks.committed()
  }

  #willBeHead(node: BlockNode): boolean {
    const { tree } = this.#modules
    if (tree.get(node.hash) === undefined || !isPreferred(node, tree.head())) return false
    return node.parent === tree.head() || tree.isDescendant(node.hash, startOf(tree))
  }

  /** `change` is undefined when the head follows in batches of its own. */
  async #stageBlock(
    batch: WriteBatch,
    { block, node, transactions, executed }: CommitInput,
    change: HeadSwitch | undefined,
  ): Promise<{ isSyncDue: boolean }> {
    const { tree, blocks, state, commits } = this.#modules
    const { hash, header, proof } = block
    const summary = { hash, header }
    const record = { ...recordOf(node), status: 'executed' as const }
    const { receipts } = executed
    blocks.stageBlock(batch, { summary, record, transactions, receipts, proof: proof.slice() })
    state.stage(batch, summary, executed.changes)
    const { removed, added } = change ?? NO_SWITCH
    const head = added.at(-1) ?? tree.head().hash
    if (change === undefined) stageIntent(batch, { hash, number: header.number })
    else if (added.length > 0) await this.#stageHead(batch, change, { hash, number: header.number })
    return commits.stage(batch, { block: hash, stateRoot: header.stateRoot, head, removed, added })
  }

  async #stageStep(
    batch: WriteBatch,
    step: HeadSwitch,
    at: Hash,
    isLast: boolean,
  ): Promise<{ isSyncDue: boolean }> {
    const { blocks, commits } = this.#modules
    const { header } = await summaryOf(blocks, at)
    await this.#stageHead(batch, step, { hash: at, number: header.number })
    if (isLast) stageIntentDone(batch)
    return commits.stage(batch, { block: at, stateRoot: header.stateRoot, head: at, ...step })
  }

  async #stageHead(
    batch: WriteBatch,
    { removed, added }: HeadSwitch,
    head: { readonly hash: Hash; readonly number: bigint },
  ): Promise<void> {
    const { blocks, state } = this.#modules
    await state.stageSwitch(batch, removed, added)
    await blocks.stageCanonical(batch, removed, added)
    const { first, last } = outdatedNumbers(blocks.head?.number ?? 0n, head.number)
    blocks.stageHead(batch, head)
    if (first <= last) state.stagePrune(batch, await blocks.hashesBetween(first, last))
  }

  /** All of a batch or nothing of it, on disk and in the caches alike. */
  async #write(stage: Staging): Promise<void> {
    const { store, blocks, state, commits } = this.#modules
    const batch = new WriteBatch()
    try {
      const { isSyncDue } = await stage(batch)
      await store.write(batch, { sync: isSyncDue })
    } catch (error) {
      for (const part of [blocks, state, commits]) part.discarded()
      throw error
    }
    for (const part of [blocks, state, commits]) part.committed()
  }

  /** The whole way from the head that was last announced, however many batches it took. */
  async #announce(): Promise<HeadChange> {
    const { blocks, tree } = this.#modules
    const { removed, added } = switchOf(tree, this.#announced, tree.head().hash)
    this.#announced = tree.head().hash
    const read = (hash: Hash): Promise<BlockSummary> => summaryOf(blocks, hash)
    const head = await read(this.#announced)
    const removedBlocks = await Promise.all(removed.map(read))
    return { removed: removedBlocks, added: await Promise.all(added.map(read)), head }
  }
}

/**
 * Numbers whose change records a move of the head puts beyond any reorg that the tree allows; none
 * if `first` is above `last`. A reorg may move the head up by several blocks at once.
 */
export function outdatedNumbers(
  headNumber: bigint,
  nextNumber: bigint,
): { readonly first: bigint; readonly last: bigint } {
  const window = BigInt(UNDO_BLOCKS_MAX) + UNDO_MARGIN_BLOCKS
  const first = headNumber - window + 1n
  return { first: first > 1n ? first : 1n, last: nextNumber - window }
}

const NO_SWITCH: HeadSwitch = { removed: [], added: [] }

function startOf(tree: BlockTree): Hash {
  const { hash } = tree.justified
  return tree.get(hash) === undefined ? tree.root.hash : hash
}

function switchOf(tree: BlockTree, from: Hash, to: Hash): HeadSwitch {
  const path = tree.pathBetween(from, to)
  const hashOf = ({ hash }: BlockNode): Hash => hash
  return { removed: path.removed.map(hashOf), added: path.added.map(hashOf) }
}

/** The block at which a step leaves the chain. */
function headAfter(tree: BlockTree, from: Hash, { removed, added }: HeadSwitch): Hash {
  const onto = added.at(-1)
  if (onto !== undefined) return onto
  const lowest = removed.at(-1)
  const parent = lowest === undefined ? undefined : tree.get(lowest)?.parent
  return parent?.hash ?? from
}
