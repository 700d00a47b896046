/**
 * Blocks that came before their parents: they wait in the pool while the parents are fetched by
 * hash from who sent them, and take the ordinary road when those are in.
 *
 * Spec: docs/spec/network.md, "Orphans".
 */
import type { Logger } from 'pino'
import type { Hash } from '../../consensus/types.ts'
import type { Chain } from '../chain/chain.ts'
import type { ImportOutcome } from '../chain/import/import-outcome.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'
import type { Clock } from '../ports.ts'
import { type Orphan, OrphanPool } from './orphan-pool.ts'
import type { SyncRequests } from './requests.ts'

/** Ancestors fetched by hash for one orphan; deeper branches are the business of range sync. */
export const PARENTS_DEPTH_MAX = 32
/** Walks under way; a further orphan waits in the pool for the next status of its peer. */
const WALKS_MAX = 4

export type UnknownParentModules = {
  readonly chain: Chain
  readonly requests: SyncRequests
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  /** Then the parents come by themselves. */
  readonly isRangeSyncing: () => boolean
  /** A block from the pool or fetched for it was refused: its sender answers for it. */
  readonly onRefused: (peerId: string, outcome: ImportOutcome) => void
  /** The branch is too long to be walked. */
  readonly onTooDeep: (peerId: string) => void
}

export class UnknownParents {
  readonly #modules: UnknownParentModules
  readonly #pool = new OrphanPool()
  /** Hashes that are being asked for. */
  readonly #walks = new Set<Hash>()

  constructor(modules: UnknownParentModules) {
    this.#modules = modules
    modules.chain.events.on('imported', ({ hash }) => void this.#adopt(hash))
    modules.chain.events.on('refused', ({ hash }, _, outcome) => {
      if (outcome.kind === 'invalid' && outcome.condemns === 'header') this.#pool.dropSubtree(hash)
    })
  }

  get count(): number {
    return this.#pool.count
  }

  /** Keeps the block until its parent is in, and sees that the parent comes. */
  add(block: SealedBlock, peerId: string): void {
    const { chain, clock, isRangeSyncing, onTooDeep } = this.#modules
    this.#pool.add({ block, peerId, arrivedMs: clock.now() })
    if (isRangeSyncing()) return
    const gap = block.header.number - chain.tree.head().number
    if (gap > BigInt(PARENTS_DEPTH_MAX)) onTooDeep(peerId)
    else void this.#walk(block.hash, peerId)
  }

  /** Fetches ancestors one by one until one stands on what is executed here. */
  async #walk(hash: Hash, peerId: string): Promise<void> {
    const { onTooDeep, log } = this.#modules
    if (this.#walks.size >= WALKS_MAX) return
    for (let depth = 0; depth < PARENTS_DEPTH_MAX; depth++) {
      const root = this.#pool.rootOf(hash)
      const wanted = root?.block.header.parentHash
      if (wanted === undefined || this.#walks.has(wanted)) return
      if (this.#isExecuted(wanted)) return void this.#adopt(wanted)
      // On its way: the event of its import adopts the orphan.
      if (this.#modules.chain.isHeld(wanted)) return
      const parent = await this.#fetch(wanted, peerId)
      if (parent === undefined) {
        log.debug({ hash: wanted, peer: peerId }, 'The parent of an orphan was not served')
        return
      }
      this.#pool.add({ block: parent, peerId, arrivedMs: this.#modules.clock.now() })
    }
    onTooDeep(peerId)
  }

  async #fetch(hash: Hash, peerId: string): Promise<SealedBlock | undefined> {
    const { requests, log, signal } = this.#modules
    this.#walks.add(hash)
    try {
      const [block] = await requests.blocksByHash(peerId, [hash], signal)
      return block
    } catch (error) {
      log.debug({ err: error, peer: peerId }, 'A parent could not be fetched')
      return undefined
    } finally {
      this.#walks.delete(hash)
    }
  }

  #isExecuted(hash: Hash): boolean {
    return this.#modules.chain.tree.get(hash)?.status === 'executed'
  }

  async #adopt(parentHash: Hash): Promise<void> {
    for (const orphan of this.#pool.takeChildren(parentHash)) await this.#import(orphan)
  }

  async #import({ block, peerId }: Orphan): Promise<void> {
    const { chain, log, onRefused } = this.#modules
    try {
      const outcome = await chain.importBlock(block, 'gossip')
      if (outcome.kind !== 'imported' && outcome.kind !== 'known') onRefused(peerId, outcome)
    } catch (error) {
      log.warn({ err: error, hash: block.hash }, 'An orphan was not imported')
    }
  }
}
