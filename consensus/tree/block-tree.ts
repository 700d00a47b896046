/**
 * The tree of blocks whose proofs have been verified: weights, epochs, and which of them is head.
 *
 * Spec: docs/spec/block.md, "The tree", "Fork choice". The tree holds a window below the head;
 * what is older is on disk and takes no more children. It does no I/O and keeps no headers: a
 * node stores the records and hands them to `BlockTree.restore` when it starts.
 */
import type { ConsensusParams } from '../../genesis/params.ts'
import { hexToBytes } from '../codec/hex.ts'
import { assert } from '../errors.ts'
import { medianTimePast } from '../rules/difficulty.ts'
import type { Address, Hash } from '../types.ts'
import {
  type BlockNode,
  childRecord,
  genesisRecord,
  isExecuted,
  isNotInvalid,
  type MutableNode,
  type TreeHeader,
} from './block-node.ts'
import { isPreferred, preferredUnder } from './fork-choice.ts'
import { graphOfRecords, type NodeGraph } from './node-graph.ts'
import {
  ancestorAt,
  commonAncestor,
  isDescendant,
  lastTimestamps,
  pathBetween,
  type TreePath,
} from './tree-paths.ts'
import type {
  Checkpoint,
  ChildContext,
  InsertOutcome,
  StoredTree,
  TreeLimits,
} from './tree-types.ts'

/** Blocks below the head that stay in the tree: about nine hours at 2 s. Older parents: too old. */
export const TREE_BLOCKS_MAX = 16_384
/** Of all branches together; at the limit the oldest leaf of a side branch goes, to come again. */
export const TREE_NODES_MAX = 4 * TREE_BLOCKS_MAX
/** Verified blocks of one coinbase on one parent that gossip passes on; more are only noise. */
export const SIBLINGS_MAX = 2
/** Pruning waits for this many blocks: it walks the whole window, whatever it finds to drop. */
export const PRUNE_STEP_BLOCKS = 512n

export class BlockTree {
  readonly #params: ConsensusParams
  readonly #limits: TreeLimits
  readonly #graph: NodeGraph
  #justified: Checkpoint
  #finalized: Checkpoint
  #head: MutableNode
  #bestVerified: MutableNode
  #nextSequence: number
  /** Below this block of the finalized chain there are no other branches. */
  #unbranchedTo = 0n

  private constructor(params: ConsensusParams, stored: StoredTree, limits: TreeLimits) {
    this.#params = params
    this.#limits = limits
    this.#graph = graphOfRecords(stored.records, stored.head)
    this.#justified = stored.justified
    this.#finalized = stored.finalized
    this.#head = this.#preferred(isExecuted)
    this.#bestVerified = this.#preferred(isNotInvalid)
    this.#nextSequence = 1 + stored.records.reduce((max, r) => Math.max(max, r.sequence), 0)
  }

  /** A tree that holds genesis alone. */
  static fromGenesis(
    params: ConsensusParams,
    hash: Hash,
    header: TreeHeader,
    limits: TreeLimits = DEFAULT_LIMITS,
  ): BlockTree {
    const record = genesisRecord(hash, header, params.genesisDifficulty)
    const genesis = { hash, number: header.number }
    const stored = { records: [record], head: hash, justified: genesis, finalized: genesis }
    return new BlockTree(params, stored, limits)
  }

  /** The tree as it was stored; fork choice is computed afresh. */
  static restore(
    params: ConsensusParams,
    stored: StoredTree,
    limits: TreeLimits = DEFAULT_LIMITS,
  ): BlockTree {
    return new BlockTree(params, stored, limits)
  }

  get size(): number {
    return this.#graph.size
  }
  /** The lowest block in the tree. */
  get root(): BlockNode {
    return this.#graph.root
  }

  get justified(): Checkpoint {
    return this.#justified
  }

  get finalized(): Checkpoint {
    return this.#finalized
  }

  /** The heaviest executed block under the justified checkpoint. */
  head(): BlockNode {
    return this.#head
  }

  /** The heaviest block there that nothing is known against: what sync is heading for. */
  bestVerified(): BlockNode {
    return this.#bestVerified
  }

  get(hash: Hash): BlockNode | undefined {
    return this.#graph.get(hash)
  }

  /** Every block in the tree, parents before children. */
  nodes(): readonly BlockNode[] {
    return this.#graph.subtree(this.#graph.root)
  }

  /** How many blocks of `coinbase` stand on `parentHash`; see {@link SIBLINGS_MAX}. */
  siblingCount(parentHash: Hash, coinbase: Address): number {
    const children = this.#graph.get(parentHash)?.children ?? []
    return children.filter((child) => child.coinbase === coinbase).length
  }

  /** The ingredients of the rules for a child of `parentHash`, received or to be built. */
  childContext(parentHash: Hash): ChildContext | undefined {
    const node = this.#graph.get(parentHash)
    if (node === undefined) return undefined
    const { hash, number, timestamp, gasLimit, gasUsed, baseFeePerGas, epochStart } = node
    const fields = { hash, number, timestamp, gasLimit, gasUsed, baseFeePerGas }
    return {
      parent: { ...fields, medianTimePast: medianTimePast(lastTimestamps(node)) },
      epochDifficulty: epochStart.difficulty,
      epochSeed: hexToBytes(epochStart.hash),
    }
  }

  /**
   * Adds a block that passed the header rules and whose proof was verified: an unproved header
   * has no weight, so the caller states that there was a proof.
   */
  insert(header: TreeHeader, hash: Hash, proofVerified: true): InsertOutcome {
    assert(proofVerified, 'only proved headers have weight')
    const known = this.#graph.get(hash)
    if (known !== undefined) return { outcome: 'known', node: known }
    const parent = this.#graph.get(header.parentHash)
    if (parent === undefined) {
      const isBelow = header.number <= this.root.number + 1n
      return { outcome: isBelow ? 'too-old' : 'unknown-parent' }
    }
    assert(header.number === parent.number + 1n, 'the header rules hold')
    if (parent.status === 'invalid') return { outcome: 'invalid-parent' }
    if (parent.number < this.#finalized.number) return { outcome: 'too-old' }
    if (!this.#makeRoom(parent)) return { outcome: 'full' }
    const record = childRecord(parent, hash, header, this.#nextSequence++, this.#params)
    const node = this.#graph.place(record, parent)
    if (this.#isBetter(node, this.#bestVerified)) this.#bestVerified = node
    return { outcome: 'inserted', node }
  }

  /** Whether the block becomes head once it is executed: known before anything is written. */
  wouldBeHead(hash: Hash): boolean {
    const node = this.#graph.get(hash)
    return node !== undefined && node.status !== 'invalid' && this.#isBetter(node, this.#head)
  }

  /**
   * verified -> executed. Returns whether the block became head; never when it has left the tree
   * meanwhile, which may happen to a side branch while its block is being executed.
   */
  markExecuted(hash: Hash): boolean {
    const node = this.#graph.get(hash)
    if (node === undefined) return false
    assert(node.status !== 'invalid', 'an invalid block is not executed')
    assert(node.parent?.status !== 'verified', 'a parent is executed before its children')
    node.status = 'executed'
    if (!this.#isBetter(node, this.#head)) return false
    this.#head = node
    this.#prune()
    return true
  }

  /** verified or executed -> invalid, with all above it. Returns the hashes that were marked. */
  markInvalid(hash: Hash): Hash[] {
    const node = this.#graph.get(hash)
    if (node === undefined) return []
    assert(!isDescendant(this.#start(), node), 'what is justified is not marked invalid')
    const subtree = this.#graph.subtree(node)
    for (const each of subtree) each.status = 'invalid'
    if (this.#head.status === 'invalid') this.#head = this.#preferred(isExecuted)
    if (this.#bestVerified.status === 'invalid') this.#bestVerified = this.#preferred(isNotInvalid)
    return subtree.map((each) => each.hash)
  }

  /** Moves the start of fork choice up to a justified checkpoint, and the head under it. */
  justify(hash: Hash): void {
    const node = this.#expect(hash)
    assert(node.status === 'executed', 'a justified checkpoint is executed')
    assert(node.number > this.#justified.number, 'the justified epoch never decreases')
    assert(this.#standsAbove(node, this.#finalized), 'it stands above the finalized block')
    this.#justified = { hash, number: node.number }
    // The best of all is the best of fewer too, if it is among them: nothing to look for then.
    if (!isDescendant(this.#head, node)) this.#head = this.#preferred(isExecuted)
    if (!isDescendant(this.#bestVerified, node)) this.#bestVerified = this.#preferred(isNotInvalid)
  }

  /** Makes a checkpoint final. Branches that do not hold it stay until {@link dropBranches}. */
  finalize(hash: Hash): void {
    const node = this.#expect(hash)
    assert(node.number > this.#finalized.number, 'finality never goes back')
    assert(this.#standsAbove(node, this.#finalized), 'it stands above the last finalized block')
    assert(this.isDescendant(this.#justified.hash, hash), 'what is justified stands above it')
    this.#finalized = { hash, number: node.number }
  }

  /** Lets go of branches without the finalized block, once no head on disk is in one of them. */
  dropBranches(): void {
    const node = this.#graph.get(this.#finalized.hash)
    if (node === undefined) return
    this.#graph.removeBeside(node, this.#unbranchedTo)
    this.#unbranchedTo = node.number
  }

  /** The block of this number on the branch of `hash`. */
  ancestorAt(hash: Hash, number: bigint): BlockNode | undefined {
    const node = this.#graph.get(hash)
    return node && ancestorAt(node, number)
  }

  /** Whether both are in the tree and `hash` is or stands above `ancestorHash`. */
  isDescendant(hash: Hash, ancestorHash: Hash): boolean {
    const [node, ancestor] = [this.#graph.get(hash), this.#graph.get(ancestorHash)]
    return node !== undefined && ancestor !== undefined && isDescendant(node, ancestor)
  }

  commonAncestor(left: Hash, right: Hash): BlockNode {
    return commonAncestor(this.#expect(left), this.#expect(right))
  }

  pathBetween(from: Hash, to: Hash): TreePath {
    return pathBetween(this.#expect(from), this.#expect(to))
  }

  /** Where fork choice begins. A checkpoint below the window is below every block in it. */
  #start(): MutableNode {
    return this.#graph.get(this.#justified.hash) ?? this.#graph.root
  }

  #standsAbove(node: MutableNode, { hash, number }: Checkpoint): boolean {
    return number < this.root.number || ancestorAt(node, number)?.hash === hash
  }

  #isBetter(node: MutableNode, current: MutableNode): boolean {
    if (!isPreferred(node, current)) return false
    // What stands on the current choice stands under the same start.
    return node.parent === current || isDescendant(node, this.#start())
  }

  #preferred(isEligible: (node: MutableNode) => boolean): MutableNode {
    return preferredUnder(this.#start(), isEligible)
  }

  /** Keeps the tree within its window once the head is a step above it. */
  #prune(): void {
    const lowest = this.#head.number - BigInt(this.#limits.blocksMax)
    if (lowest - this.root.number < PRUNE_STEP_BLOCKS) return
    const root = ancestorAt(this.#head, lowest)
    assert(root !== undefined, 'the head stands above the root')
    this.#graph.raiseRoot(root)
    if (this.#graph.get(this.#bestVerified.hash) === undefined) {
      this.#bestVerified = this.#preferred(isNotInvalid)
    }
  }

  #makeRoom(parent: MutableNode): boolean {
    if (this.#graph.size < this.#limits.nodesMax) return true
    const kept = new Set([parent, this.#head, this.#bestVerified, this.#start()])
    return this.#graph.removeOldestLeaf(kept)
  }

  #expect(hash: Hash): MutableNode {
    const node = this.#graph.get(hash)
    assert(node !== undefined, 'the block is in the tree')
    return node
  }
}

const DEFAULT_LIMITS: TreeLimits = { blocksMax: TREE_BLOCKS_MAX, nodesMax: TREE_NODES_MAX }
