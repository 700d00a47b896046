/**
 * The chain of a node in tier 0: the real tree and the real finality machine over a disk that
 * forgets. What the node's own `Chain` does in batches is done here in single writes.
 *
 * Spec: docs/spec/consensus.md, "Import"; docs/spec/finality.md.
 */
import { assert } from '../../../consensus/errors.ts'
import type { ExecutedCheckpoint } from '../../../consensus/finality/checkpoint-book.ts'
import {
  type FinalityConfig,
  type FinalityEffect,
  type FinalityInput,
  type FinalityState,
  genesisFinality,
  type Verdict,
} from '../../../consensus/finality/finality-state.ts'
import { restoreFinality } from '../../../consensus/finality/restore.ts'
import { dropBranches, transition } from '../../../consensus/finality/transition.ts'
import type { Certificate, Evidence } from '../../../consensus/finality/types.ts'
import { outputRoot } from '../../../consensus/finality/votes/vote-digest.ts'
import { isCheckpoint } from '../../../consensus/rules/difficulty.ts'
import { type BlockRecord, genesisRecord } from '../../../consensus/tree/block-node.ts'
import { BlockTree } from '../../../consensus/tree/block-tree.ts'
import type { Checkpoint } from '../../../consensus/tree/tree-types.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { ConsensusParams } from '../../../genesis/params.ts'
import type { WriteLog } from '../engine/write-log.ts'
import type { ModelBlock } from './model-block.ts'
import type { ModelExecutor } from './model-executor.ts'
import { viewOf } from './validator-model.ts'

export type DiskEntry =
  | { readonly kind: 'block'; readonly record: BlockRecord; readonly head: Hash }
  | {
      readonly kind: 'finality'
      readonly certificates: readonly Certificate[]
      readonly justified: Checkpoint
      readonly finalized: Checkpoint
      readonly head: Hash
    }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }

export type ModelImport =
  | 'imported'
  | 'known'
  | 'unknown-parent'
  | 'future'
  | 'too-old'
  | 'full'
  | 'wrong-body'
  | 'invalid'

export type ChainListener = {
  readonly onHead: (removed: number, isLighter: boolean) => void
  readonly onImported: (block: ModelBlock) => void
  readonly onEffects: (effects: readonly FinalityEffect[]) => void
}

export type ModelChainParts = {
  readonly params: ConsensusParams
  readonly config: FinalityConfig
  readonly executor: ModelExecutor
  readonly disk: WriteLog<DiskEntry>
  readonly listener: ChainListener
  /** The block that this node's software has wrong, if there is one. */
  readonly misjudged: () => Hash | undefined
}

/** Local policy: blocks so far ahead of the clock wait. */
export const FUTURE_LIMIT_MS = 10_000
/** Every so many blocks a write is synced: see docs/spec/storage.md. */
const SYNC_BLOCKS = 64n

export class ModelChain {
  readonly tree: BlockTree
  readonly finality: FinalityState
  readonly #parts: ModelChainParts
  /** By target: of two for one target the newest. As the disk has them. */
  readonly #stored = new Map<Hash, Certificate>()
  #head: Hash

  constructor(parts: ModelChainParts) {
    this.#parts = parts
    this.tree = restoreTree(parts)
    const { genesis } = parts.executor
    this.finality = genesisFinality(parts.config, this.tree, {
      hash: genesis.hash,
      stateRoot: genesis.header.stateRoot,
      view: viewOf(parts.executor.stateAfter(genesis.hash).set),
    })
    for (const entry of parts.disk.entries) if (entry.kind === 'finality') this.#keep(entry)
    this.#restoreFinality()
    this.#head = this.tree.head().hash
  }

  /** Takes a block down the road. */
  import(block: ModelBlock, nowMs: number): ModelImport {
    const { tree } = this
    const { hash, header } = block
    const known = tree.get(hash)
    if (known?.status === 'executed') return 'known'
    if (known?.status === 'invalid') return 'invalid'
    const parent = tree.get(header.parentHash)
    if (parent?.status === 'invalid') return 'invalid'
    if (parent !== undefined) {
      const isHeaderValid =
        header.number === parent.number + 1n &&
        header.timestamp > parent.timestamp &&
        header.difficulty === parent.epochStart.difficulty
      if (!isHeaderValid) return 'invalid'
      if (Number(header.timestamp) * 1000 > nowMs + FUTURE_LIMIT_MS) return 'future'
      if (block.body !== header.body) return 'wrong-body'
    }
    const inserted = tree.insert(header, hash, true)
    switch (inserted.outcome) {
      case 'inserted':
      case 'known':
        return this.#execute(block)
      case 'invalid-parent':
        return 'invalid'
      case 'full':
      case 'too-old':
      case 'unknown-parent':
        return inserted.outcome
    }
  }

  /** A certificate, a checkpoint or an invalid block: what may move the head. */
  settle(
    input: Extract<FinalityInput, { kind: 'checkpoint' | 'certificate' | 'invalid' }>,
  ): Verdict {
    const taken = transition(this.finality, input)
    const effects = [...taken.effects]
    // The list grows while it is walked: a certificate that votes have made acts at once.
    for (const effect of effects) {
      if (effect.kind !== 'assembled') continue
      const { certificate } = effect
      effects.push(...transition(this.finality, { kind: 'certificate', certificate }).effects)
    }
    this.#write(effects)
    this.#parts.listener.onEffects(effects)
    return taken.verdict
  }

  /** Votes and evidence: counted at once; a certificate they complete is taken right after. */
  count(
    input: Extract<FinalityInput, { kind: 'vote' | 'own-vote' | 'evidence' | 'head' }>,
  ): Verdict {
    const { effects, verdict } = transition(this.finality, input)
    this.#parts.listener.onEffects(effects)
    for (const effect of effects) {
      if (effect.kind !== 'assembled') continue
      this.settle({ kind: 'certificate', certificate: effect.certificate })
    }
    return verdict
  }

  keepEvidence(evidence: Evidence): void {
    this.#parts.disk.write({ kind: 'evidence', evidence }, true)
  }

  /** Stored certificates of our own chain for targets from `first` on. */
  certificatesFrom(first: bigint, count: number): readonly Certificate[] {
    const stored = this.#storedCertificates()
    const length = BigInt(this.#parts.config.epochLength)
    const last = first + BigInt(count)
    const head = this.tree.head().hash
    return stored.filter(({ vote: { targetEpoch, targetHash } }) => {
      if (targetEpoch < first || targetEpoch >= last) return false
      return this.tree.ancestorAt(head, targetEpoch * length)?.hash === targetHash
    })
  }

  #execute(block: ModelBlock): ModelImport {
    const { hash, header } = block
    const { tree } = this
    const { executor, disk, listener, params, misjudged } = this.#parts
    const state = misjudged() === hash ? undefined : executor.execute(block)
    if (state === undefined) {
      const hashes = tree.markInvalid(hash)
      this.settle({ kind: 'invalid', hashes })
      return 'invalid'
    }
    tree.markExecuted(hash)
    const node = tree.get(hash)
    assert(node !== undefined, 'a block that was executed stands in the tree')
    const isSynced = header.number % SYNC_BLOCKS === 0n
    disk.write({ kind: 'block', record: node, head: tree.head().hash }, isSynced)
    this.#announce()
    listener.onImported(block)
    if (isCheckpoint(header.number, params.epochLength)) {
      const { stateRoot } = header
      this.settle({ kind: 'checkpoint', hash, stateRoot, view: viewOf(state.set) })
    }
    return 'imported'
  }

  #write(effects: readonly FinalityEffect[]): void {
    const certificates = effects.flatMap((effect) =>
      effect.kind === 'certified' ? [effect.certificate] : [],
    )
    if (certificates.length === 0) return
    const { justified, finalized } = this.tree
    const head = this.tree.head().hash
    const entry = { kind: 'finality', certificates, justified, finalized, head } as const
    this.#parts.disk.write(entry, true)
    this.#keep(entry)
    this.#announce()
    // The head on disk is above what is final now: nothing points into other branches.
    if (effects.some(({ kind }) => kind === 'finalized')) dropBranches(this.finality)
  }

  /** Tells of a new head. */
  #announce(): void {
    const { hash, totalDifficulty } = this.tree.head()
    if (hash === this.#head) return
    const { removed } = this.tree.pathBetween(this.#head, hash)
    this.#head = hash
    const isLighter = (removed[0]?.totalDifficulty ?? 0n) > totalDifficulty
    this.#parts.listener.onHead(removed.length, isLighter)
  }

  #restoreFinality(): void {
    const { config, executor, disk } = this.#parts
    const length = BigInt(config.epochLength)
    const checkpoints: ExecutedCheckpoint[] = []
    for (const { hash, number } of this.tree.nodes()) {
      if (!isCheckpoint(number, config.epochLength)) continue
      const state = executor.stateAfter(hash)
      const root = outputRoot(state.root, hash)
      const epoch = number / length
      checkpoints.push({ epoch, hash, view: viewOf(state.set), outputRoot: root })
    }
    restoreFinality(this.finality, {
      checkpoints,
      certificates: this.#storedCertificates(),
      evidence: disk.entries.flatMap((e) => (e.kind === 'evidence' ? [e.evidence] : [])),
    })
  }

  #keep({ certificates }: Pick<DiskEntry & { kind: 'finality' }, 'certificates'>): void {
    for (const each of certificates) this.#stored.set(each.vote.targetHash, each)
  }

  /** Lowest target first. */
  #storedCertificates(): readonly Certificate[] {
    const stored = [...this.#stored.values()]
    return stored.sort((a, b) => compare(a.vote.targetEpoch, b.vote.targetEpoch))
  }
}

function restoreTree({ params, executor, disk }: ModelChainParts): BlockTree {
  const { hash, header } = executor.genesis
  const records = new Map([[hash, genesisRecord(hash, header, params.genesisDifficulty)]])
  const genesis = { hash, number: header.number }
  let stored = { head: hash, justified: genesis, finalized: genesis }
  for (const entry of disk.entries) {
    if (entry.kind === 'evidence') continue
    if (entry.kind === 'block') records.set(entry.record.hash, entry.record)
    const { head } = entry
    stored = entry.kind === 'finality' ? { ...entry, head } : { ...stored, head }
  }
  return BlockTree.restore(params, { ...stored, records: [...records.values()] })
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
