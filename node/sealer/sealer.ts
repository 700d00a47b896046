/**
 * Makes blocks: builds a template on the head, has its nonce searched for, and sends the result
 * down the road that every block takes. One loop; whatever changes wakes it.
 *
 * Spec: docs/spec/proof-of-compute.md, "Prover"; docs/spec/consensus.md, "Sealing".
 */
import type { Logger } from 'pino'
import { CodedError } from '../../consensus/errors.ts'
import type { Address } from '../../consensus/types.ts'
import type { ProofBackend } from '../../gpu/backend.ts'
import type { SealerSummary } from '../api.ts'
import type { Chain } from '../chain/chain.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'
import type { BlockSummary } from '../events.ts'
import { type Clock, pause, type Rng } from '../ports.ts'
import { Wake } from '../sync/wake.ts'
import type { SignedTransaction } from '../transaction.ts'
import { Lots } from './lots.ts'
import { type Pace, PaceMaker } from './pace.ts'
import { Refresh } from './refresh.ts'
import { preparedOf, sealWithTile, type Template, type TemplateBuilder } from './template.ts'

/** A template older than this is built anew: its time would be wrong, and a rescue may be due. */
export const TEMPLATE_AGE_MS_MAX = 5_000
/** After a failure that may pass: a full disk, a driver that died. */
export const RETRY_MS = 5_000
/** How often a sealer that must not seal looks whether it may. */
const PAUSED_MS = 500
/** Why a search ends; without one an error with its stack is made, and read by nobody. */
const GIVEN_UP = 'given up'
/** Blocks that may be asked for before they are made. */
const ORDERS_MAX = 64

export type SealerOptions = {
  readonly coinbase: Address
  readonly pace: Pace
  readonly dutyPercent: number
}

export type SealerModules = {
  readonly chain: Chain
  readonly templates: TemplateBuilder
  readonly backend: ProofBackend
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Logger
  readonly pendingCount: () => number
  /** Why nothing may be sealed now; undefined: it may. */
  readonly obstacle: () => string | undefined
  readonly publish: (block: SealedBlock) => void
}

export type SealRequest = {
  /** Unix seconds; the parent's plus one if that is later. */
  readonly timestamp?: bigint
  /** These and no others; those of the pool if not given. */
  readonly transactions?: readonly SignedTransaction[]
}

type Order = SealRequest & {
  readonly resolve: (block: BlockSummary) => void
  readonly reject: (error: Error) => void
}

export class Sealer {
  readonly #options: SealerOptions
  readonly #modules: SealerModules
  readonly #pace: PaceMaker
  readonly #lots: Lots
  readonly #wake = new Wake()
  readonly #stop = new AbortController()
  readonly #orders: Order[] = []
  readonly #refresh: Refresh
  #coinbase: Address
  #round: AbortController | undefined
  /** While it is above zero no block is begun. */
  #holds = 0
  #sealing: Promise<boolean> = Promise.resolve(true)
  #blocksSealed = 0
  #isPaused = false
  #ended: Promise<void> | undefined

  constructor(options: SealerOptions, modules: SealerModules) {
    this.#options = options
    this.#coinbase = options.coinbase
    this.#modules = modules
    this.#pace = new PaceMaker(options.pace, modules.clock, modules.pendingCount)
    this.#refresh = new Refresh(modules.clock, () => this.#round?.abort(GIVEN_UP))
    this.#lots = new Lots(modules.rng, modules.chain.genesis.params.minDifficulty)
  }

  start(): void {
    this.#ended = this.#run(this.#stop.signal)
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#round?.abort(GIVEN_UP)
    this.#refresh.stop()
    await this.#ended
  }

  summary(): SealerSummary {
    const { backend } = this.#modules
    const { dutyPercent } = this.#options
    const coinbase = this.#coinbase
    const isMining = this.#ended !== undefined && !this.#stop.signal.aborted && !this.#isPaused
    const blocksSealed = this.#blocksSealed
    return { ...backend.info, isMining, coinbase, dutyPercent, blocksSealed }
  }

  get pace(): Pace {
    return this.#pace.pace
  }

  setPace(pace: Pace): void {
    this.#pace.set(pace)
    this.#interrupt()
  }

  /** Where the rewards of its blocks go from now on. */
  setCoinbase(coinbase: Address): void {
    this.#coinbase = coinbase
    this.#interrupt()
  }

  /** Runs a job while no block is made, neither one that was begun before it. */
  async holdWhile<Result>(job: () => Promise<Result>): Promise<Result> {
    this.#holds += 1
    this.#interrupt()
    try {
      await this.#sealing
      return await job()
    } finally {
      this.#holds -= 1
      this.#wake.ring()
    }
  }

  /** Makes one block now, empty or not, whatever the pace. */
  sealNow(request: SealRequest = {}): Promise<BlockSummary> {
    if (this.#ended === undefined || this.#stop.signal.aborted) {
      return Promise.reject(new SealerError({ code: 'STOPPED' }))
    }
    if (this.#orders.length >= ORDERS_MAX) {
      return Promise.reject(new SealerError({ code: 'ORDERS_FULL', ordersMax: ORDERS_MAX }))
    }
    return new Promise((resolve, reject) => {
      this.#orders.push({ ...request, resolve, reject })
      this.#interrupt()
    })
  }

  /** What is searched for stands on the old head: it is given up. */
  onHead(): void {
    this.#interrupt()
  }

  /** A transaction can be mined that could not before. */
  onPoolChanged(): void {
    this.#pace.onPoolChanged()
    if (this.#pace.pace.kind === 'continuous') this.#refresh.onChange()
    else this.#wake.ring()
  }

  /** The pool stands at the new head: a template that is built on it has waited for that. */
  onPoolAtHead(): void {
    this.#pace.onPoolChanged()
    if (this.#pace.pace.kind !== 'continuous') this.#wake.ring()
  }

  /** There is a certificate or evidence that the chain may lack. */
  onDutyChanged(): void {
    if (this.#pace.pace.kind === 'continuous') this.#refresh.onChange()
  }

  #interrupt(): void {
    this.#round?.abort(GIVEN_UP)
    this.#wake.ring()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#modules
    while (!signal.aborted) {
      if (!(await this.#isTurn(signal)) || this.#holds > 0) continue
      this.#sealing = this.#trySealing()
      if (!(await this.#sealing)) await pause(clock, RETRY_MS, signal)
    }
    for (const order of this.#orders.splice(0)) order.reject(new SealerError({ code: 'STOPPED' }))
  }

  /** False after a failure. */
  async #trySealing(): Promise<boolean> {
    const order = this.#orders.shift()
    try {
      await this.#sealOne(order)
      return true
    } catch (error) {
      order?.reject(error instanceof Error ? error : new Error(String(error)))
      this.#modules.log.error({ err: error }, 'No block was sealed: trying again')
      return false
    }
  }

  /** Waits for a change unless there is something to seal. */
  async #isTurn(signal: AbortSignal): Promise<boolean> {
    const { clock, obstacle } = this.#modules
    if (this.#holds > 0) {
      await this.#wake.wait(clock, signal, undefined)
      return false
    }
    if (this.#orders.length > 0) return true
    this.#isPaused = obstacle() !== undefined
    const earlyMs = this.#earlyMs()
    if (!this.#isPaused && earlyMs <= 0 && this.#pace.isDue()) return true
    // Never longer: a clock that was set back may be set right again, and rings no bell.
    const heldMs = this.#isPaused ? PAUSED_MS : Math.min(PAUSED_MS, earlyMs)
    const waitMs = heldMs > 0 ? heldMs : this.#pace.waitMs()
    await this.#wake.wait(clock, signal, waitMs)
    return false
  }

  /**
   * Milliseconds until a child of the head would not be dated after our clock: others hold back
   * what comes too early; at the floor of difficulty a lot longer ({@link Lots}). A chain of one
   * node, which seals on demand, may run ahead.
   */
  #earlyMs(): number {
    if (this.#pace.pace.kind !== 'continuous') return 0
    const { chain, clock } = this.#modules
    const { head } = chain
    return Number(head.header.timestamp + 1n) * 1000 + this.#lots.msOn(head) - clock.now()
  }

  async #sealOne(order: Order | undefined): Promise<void> {
    const { chain, publish, log } = this.#modules
    const round = new AbortController()
    this.#round = round
    const template = await this.#build(order)
    const isEmpty = template.built.transactions.length === 0
    if (isEmpty && order === undefined && !this.#pace.takesEmpty()) {
      this.#pace.onNothingToInclude()
      return
    }
    const block = await this.#search(template, round)
    if (block === undefined) {
      if (order !== undefined) this.#orders.unshift(order)
      return
    }
    const outcome = await chain.importBlock(block, 'sealer', preparedOf(template))
    if (outcome.kind !== 'imported') {
      log.warn({ hash: block.hash, outcome }, 'A block of ours was not imported')
      throw new SealerError({ code: 'NOT_IMPORTED', outcome: outcome.kind })
    }
    this.#blocksSealed += 1
    this.#pace.onSealed()
    publish(block)
    order?.resolve({ hash: block.hash, header: block.header })
  }

  #build(order: Order | undefined): Promise<Template> {
    return this.#refresh.build(() =>
      this.#modules.templates.build({
        coinbase: this.#coinbase,
        timestamp: order?.timestamp,
        candidates: order?.transactions,
      }),
    )
  }

  /** undefined: given up for a new head, new transactions, or the template's age. */
  async #search(template: Template, round: AbortController): Promise<SealedBlock | undefined> {
    const { backend, clock, rng } = this.#modules
    const cancelAge = clock.setTimer(TEMPLATE_AGE_MS_MAX, () => round.abort(GIVEN_UP))
    try {
      // Whoever stops the sealer ends its round as well.
      const { signal } = round
      if (signal.aborted || this.#stop.signal.aborted) return undefined
      const tile = await backend.search(template.search, { startNonce: rng.u64(), signal })
      return tile && sealWithTile(template, tile)
    } finally {
      cancelAge()
      this.#round = undefined
    }
  }
}

export type SealerErrorType =
  | { readonly code: 'STOPPED' }
  | { readonly code: 'ORDERS_FULL'; readonly ordersMax: number }
  | { readonly code: 'NOT_IMPORTED'; readonly outcome: string }

export class SealerError extends CodedError<SealerErrorType> {}
