/**
 * The block that is being built, for readers: a template of our own, kept for a moment, because
 * tools ask for it in bursts and building one costs as much as executing a block.
 */
import { blockBytes } from '../../consensus/codec/block-codec.ts'
import { hashHeader } from '../../consensus/codec/header-codec.ts'
import type { Address, Hash, Header } from '../../consensus/types.ts'
import type { ChainBlock } from '../api.ts'
import type { Chain } from '../chain/chain.ts'
import type { BlockSummary } from '../events.ts'
import type { Clock } from '../ports.ts'
import type { Receipt } from '../receipt.ts'
import type { TemplateBuilder } from '../sealer/template.ts'
import type { StateChanges } from '../state/types.ts'

/** An answer is at most so old, and never older than the head. */
export const PENDING_LIFETIME_MS = 500

export type PendingBlock = {
  readonly block: ChainBlock
  readonly receipts: readonly Receipt[]
  /** The block it is built on, and what it would change. */
  readonly parentHash: Hash
  readonly changes: StateChanges
}

export type PendingModules = {
  readonly chain: Chain
  readonly templates: TemplateBuilder
  readonly clock: Clock
  readonly coinbase: () => Address
  /** An answer of another revision is not current, however young. */
  readonly revision: () => number
}

export class PendingBlocks {
  readonly #modules: PendingModules
  #latest: { readonly atMs: number; readonly building: Promise<PendingBlock> } | undefined
  #parentHash: Hash | undefined
  #revision = 0
  /** By their headers, for as long as a reader who was given one holds it. */
  readonly #built = new WeakMap<Header, PendingBlock>()

  constructor(modules: PendingModules) {
    this.#modules = modules
  }

  get(): Promise<PendingBlock> {
    const { chain, clock } = this.#modules
    const revision = this.#modules.revision()
    const isCurrent =
      this.#latest !== undefined &&
      this.#parentHash === chain.head.hash &&
      this.#revision === revision &&
      clock.now() - this.#latest.atMs < PENDING_LIFETIME_MS
    if (this.#latest !== undefined && isCurrent) return this.#latest.building
    this.#parentHash = chain.head.hash
    this.#revision = revision
    const building = this.#build()
    this.#latest = { atMs: clock.now(), building }
    building.catch(() => {
      this.#latest = undefined
    })
    return building
  }

  /** The pending block that was handed out with this header; undefined: it was none. */
  find({ header }: BlockSummary): PendingBlock | undefined {
    return this.#built.get(header)
  }

  async #build(): Promise<PendingBlock> {
    const { templates, coinbase } = this.#modules
    const { built, parent } = await templates.build({ coinbase: coinbase() })
    const { header, transactions, executed } = built
    const raws = transactions.map(({ raw }) => raw)
    const block = {
      hash: hashHeader(header),
      header,
      transactions,
      sizeBytes: blockBytes(header, raws),
    }
    const { receipts, changes } = executed
    const pending = { block, receipts, parentHash: parent.hash, changes }
    this.#built.set(header, pending)
    return pending
  }
}
