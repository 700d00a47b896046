/**
 * Sync in tier 0: statuses, branches by hash, certificates by epoch. The decisions are those of
 * `node/sync`; headers and bodies come together, because a header here has no proof to verify.
 *
 * Spec: docs/spec/network.md, "Sync".
 */
import { EPOCHS_BELOW_FINAL_MAX } from '../../../consensus/finality/checkpoint-book.ts'
import type { Certificate } from '../../../consensus/finality/types.ts'
import type { Hash } from '../../../consensus/types.ts'
import { mayHoldCertificates } from '../../sync/certified/certificate-sync.ts'
import { REQUEST_LIMITS } from '../../sync/protocol.ts'
import { STATUS_INTERVAL_MS } from '../../sync/sync.ts'
import type { ModelBlock } from './model-block.ts'
import type { ModelNode } from './model-node.ts'
import type { ModelWorld } from './model-world.ts'

export type ModelStatus = {
  readonly headHash: Hash
  readonly headNumber: bigint
  readonly totalDifficulty: bigint
  readonly finalizedEpoch: bigint
  readonly finalizedHash: Hash
}

/** A branch that is being fetched from its end to a block that is known. */
type Fetch = { readonly peer: number; readonly blocks: ModelBlock[] }

export const ORPHANS_MAX = 64
const FETCHES_MAX = 4
const BRANCH_BLOCKS_MAX = 64
const BLOCK_BYTES = 2_000
const CERTIFICATE_BYTES = 1_000
const STATUS_BYTES = 150

export class ModelSync {
  readonly #node: ModelNode
  readonly #world: ModelWorld
  /** By hash: blocks whose parents are on their way. */
  readonly #orphans = new Map<Hash, ModelBlock>()
  /** By the hash that is wanted. */
  readonly #fetches = new Map<Hash, Fetch>()
  /** Peers that are being asked for certificates. */
  readonly #asking = new Set<number>()

  constructor(node: ModelNode, world: ModelWorld) {
    this.#node = node
    this.#world = world
  }

  get orphanCount(): number {
    return this.#orphans.size
  }

  /** More than two epochs are on their way. */
  get isBehind(): boolean {
    const { epochLength } = this.#world.params
    for (const { blocks } of this.#fetches.values()) {
      if (blocks.length > 2 * epochLength) return true
    }
    return false
  }

  start(): void {
    this.#node.clock.setTimer(STATUS_INTERVAL_MS, () => {
      for (const peer of this.#peers()) this.exchangeStatus(peer)
      this.start()
    })
  }

  /** Tells our status and hears the peer's. */
  exchangeStatus(peer: number): void {
    const ours = this.#status()
    this.#ask(
      peer,
      STATUS_BYTES,
      (other) => {
        other.sync.#onStatus(this.#node.index, ours)
        return [other.sync.#status()]
      },
      ([theirs]) => {
        if (theirs !== undefined) this.#onStatus(peer, theirs)
      },
    )
  }

  /** A certificate is here whose block or whose predecessors are not: somebody has them. */
  seekCertified(): void {
    for (const peer of this.#peers()) this.#askCertificates(peer)
  }

  onOrphan(block: ModelBlock, peer: number): void {
    if (this.#orphans.size >= ORPHANS_MAX) {
      const [oldest] = this.#orphans.keys()
      if (oldest !== undefined) this.#orphans.delete(oldest)
    }
    this.#orphans.set(block.hash, block)
    this.#fetchBranch(peer, block.header.parentHash)
  }

  /** Orphans whose parent this is. */
  adopt(parentHash: Hash): void {
    for (const [hash, block] of this.#orphans) {
      if (block.header.parentHash !== parentHash) continue
      this.#orphans.delete(hash)
      this.#node.import(block)
    }
  }

  #status(): ModelStatus {
    const { tree, finality } = this.#node.chain
    const head = tree.head()
    const status: ModelStatus = {
      headHash: head.hash,
      headNumber: head.number,
      totalDifficulty: head.totalDifficulty,
      finalizedEpoch: finality.finalized.epoch,
      finalizedHash: finality.finalized.hash,
    }
    return this.#node.options.behaviour?.status?.(status) ?? status
  }

  #onStatus(peer: number, status: ModelStatus): void {
    const { tree, finality } = this.#node.chain
    if (this.#isOtherFinality(status)) {
      this.#world.coverage.hit('goodbye over another finalized block')
      this.#askBelow(peer)
      return
    }
    if (mayHoldCertificates(finality, status)) this.#askCertificates(peer)
    const isHeavier = status.totalDifficulty > tree.head().totalDifficulty
    if (isHeavier) this.#fetchBranch(peer, status.headHash)
  }

  /** As `incompatibility` says it: what is final there is not what is final here. */
  #isOtherFinality({ finalizedEpoch, finalizedHash }: ModelStatus): boolean {
    const { tree, finality } = this.#node.chain
    if (finalizedEpoch > finality.finalized.epoch) return false
    const number = finalizedEpoch * BigInt(this.#world.params.epochLength)
    const ours = tree.ancestorAt(finality.finalized.hash, number)
    return ours !== undefined && ours.hash !== finalizedHash
  }

  #askCertificates(peer: number, from?: bigint): void {
    if (this.#asking.has(peer)) return
    this.#asking.add(peer)
    const { finality } = this.#node.chain
    const first = from ?? finality.finalized.epoch + 1n
    const count = REQUEST_LIMITS.finality_by_epoch.itemsMax
    this.#ask(
      peer,
      CERTIFICATE_BYTES,
      (other) => other.chain.certificatesFrom(first, count),
      (certificates) => {
        this.#asking.delete(peer)
        const mayBeMore = this.#takeCertificates(certificates, peer)
        if (from !== undefined) return
        const hasMoved = finality.finalized.epoch >= first
        if (this.#isOtherChain(certificates[0], first)) this.#askBelow(peer)
        else if (mayBeMore && certificates.length === count && hasMoved) this.#askCertificates(peer)
      },
    )
  }

  /** The certificates of both sides' parting: one of them contradicts ours. */
  #askBelow(peer: number): void {
    const lowest = this.#node.chain.finality.finalized.epoch - EPOCHS_BELOW_FINAL_MAX
    this.#askCertificates(peer, lowest > 0n ? lowest : 1n)
  }

  /** Of those above what is final here, the first has a source that is unjustified or unknown. */
  #isOtherChain(certificate: Certificate | undefined, first: bigint): boolean {
    if (certificate === undefined || certificate.vote.sourceEpoch >= first) return false
    return this.#node.chain.finality.book.justified(certificate.vote.sourceHash) === undefined
  }

  /** In order; the first whose block is not here ends it, and that block is fetched. */
  #takeCertificates(certificates: readonly Certificate[], peer: number): boolean {
    if (certificates.length > 0) this.#world.coverage.hit('certificates by epoch')
    for (const certificate of certificates) {
      const verdict = this.#node.takeCertificate({ kind: 'certificate', certificate })
      if (verdict === 'reject') return false
      const { chain } = this.#node
      const { targetEpoch, targetHash } = certificate.vote
      if (chain.tree.get(targetHash)?.status === 'executed') continue
      if (targetEpoch <= chain.finality.finalized.epoch) continue
      if (verdict === 'accept' || chain.finality.pending.has(targetHash)) {
        this.#fetchBranch(peer, targetHash)
      }
      return false
    }
    return true
  }

  /** Blocks from `hash` down to one that we have. */
  #fetchBranch(peer: number, hash: Hash): void {
    if (this.#fetches.has(hash) || this.#fetches.size >= FETCHES_MAX) return
    if (this.#node.chain.tree.get(hash) !== undefined) return
    const fetch: Fetch = { peer, blocks: [] }
    this.#fetches.set(hash, fetch)
    this.#fetchMore(fetch, hash, hash)
  }

  #fetchMore(fetch: Fetch, wanted: Hash, from: Hash): void {
    this.#ask(
      fetch.peer,
      BLOCK_BYTES,
      (other) => other.sync.#branch(from),
      (blocks) => {
        const next = this.#append(fetch, blocks, from)
        if (next !== undefined) {
          this.#fetchMore(fetch, wanted, next)
          return
        }
        this.#fetches.delete(wanted)
        this.#importBranch(fetch)
      },
    )
  }

  /** Where to go on; undefined: this is all. */
  #append(fetch: Fetch, blocks: readonly ModelBlock[], from: Hash): Hash | undefined {
    const { tree } = this.#node.chain
    let expected = from
    for (const block of blocks) {
      if (block.hash !== expected || tree.get(expected) !== undefined) break
      fetch.blocks.push(block)
      expected = block.header.parentHash
      if (block.header.number <= tree.finalized.number) return undefined
    }
    const isKnown = tree.get(expected) !== undefined
    return isKnown || blocks.length === 0 ? undefined : expected
  }

  #importBranch({ blocks, peer }: Fetch): void {
    for (const block of blocks.toReversed()) {
      const outcome = this.#node.import(block)
      if (outcome === 'imported' || outcome === 'known') continue
      if (outcome === 'wrong-body') this.#world.coverage.hit('wrong body served')
      return
    }
    const reached = blocks[0]
    if (reached !== undefined) this.#afterBranch(peer)
  }

  /** What comes after the checkpoint that was missing. */
  #afterBranch(peer: number): void {
    if (this.#node.isUp) this.#askCertificates(peer)
  }

  #branch(hash: Hash): readonly ModelBlock[] {
    const found: ModelBlock[] = []
    const { tree } = this.#node.chain
    let node = tree.get(hash)
    while (node !== undefined && node.number > 0n && found.length < BRANCH_BLOCKS_MAX) {
      const block = this.#world.executor.blocks.get(node.hash)
      if (block === undefined || node.status !== 'executed') break
      found.push(block)
      node = node.parent
    }
    return this.#node.options.behaviour?.serve?.(found) ?? found
  }

  #ask<Item>(
    peer: number,
    itemBytes: number,
    serve: (other: ModelNode) => readonly Item[],
    done: (items: readonly Item[]) => void,
  ): void {
    const { requests, nodes } = this.#world
    const other = nodes[peer]
    if (other === undefined) return
    requests.ask<Item>({
      from: this.#node.index,
      to: peer,
      bytesOf: () => itemBytes,
      serve: () => (other.isUp && !other.isSilent ? serve(other) : undefined),
      done: ({ items }) => {
        // A node that has started anew has forgotten its questions.
        if (this.#node.isUp && this.#node.sync === this) done(items)
      },
    })
  }

  #peers(): readonly number[] {
    const { network, nodes } = this.#world
    const own = this.#node.index
    return nodes.map(({ index }) => index).filter((i) => i !== own && network.isLinked(own, i))
  }
}
