/**
 * Work for provers outside of this process: a template is handed out under an id, and a nonce with
 * a proof brought back. Bounded: the oldest work goes first, and all of it goes with its parent.
 *
 * Spec: docs/spec/interface.md, `hanzo_getWork`, `hanzo_submitWork`.
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { CodedError } from '../../consensus/errors.ts'
import { NO_JOB } from '../../consensus/proof/commitments.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { syntheticRoot } from '../../gpu/reference/synthetic.ts'
import { theta } from '../../gpu/reference/ticket.ts'
import type { ComputeWork } from '../api.ts'
import type { Chain } from '../chain/chain.ts'
import type { ImportOutcome } from '../chain/import/import-outcome.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'
import type { Clock } from '../ports.ts'
import { preparedOf, sealWith, type Template, type TemplateBuilder } from './template.ts'

/** Templates kept, with their executed state: of at most 1 MiB of block each. */
export const WORK_COUNT_MAX = 16
/** Long enough for a slow prover's round trip, short enough to carry new transactions. */
export const WORK_LIFETIME_MS = 60_000
/** Templates that are asked for and not built yet; above that a prover is told at once. */
export const WORK_WAITING_MAX = 16
/** The same template is handed out again for so long, so that asking is cheap. */
export const WORK_REUSE_MS = 1_000

type Work = { readonly template: Template; readonly coinbase: Address; readonly madeMs: number }

export type Submission = {
  readonly ok: boolean
  readonly code: string | null
  readonly blockHash: Hash | null
}

export type WorkDeskModules = {
  readonly chain: Chain
  readonly templates: TemplateBuilder
  readonly clock: Clock
  readonly publish: (block: SealedBlock) => void
}

export class WorkDesk {
  readonly #modules: WorkDeskModules
  /** By seal hash, oldest first. */
  readonly #works = new Map<Hash, Work>()
  /** Templates under way, one built after the other, and those that wait for one coinbase. */
  readonly #building = new Map<Address, Promise<ComputeWork>>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(modules: WorkDeskModules) {
    this.#modules = modules
  }

  /** Throws a {@link WorkError} when too many provers wait. */
  async getWork(coinbase: Address): Promise<ComputeWork> {
    const fresh = this.#freshFor(coinbase)
    if (fresh !== undefined) return fresh
    const under = this.#building.get(coinbase)
    if (under !== undefined) return under
    if (this.#building.size >= WORK_WAITING_MAX) {
      const message = `too many provers wait for work: at most ${WORK_WAITING_MAX}`
      throw new WorkError({ code: 'TOO_MANY_WAIT', waitingMax: WORK_WAITING_MAX }, message)
    }
    const build = () => this.#build(coinbase)
    const building = this.#last.then(build, build).finally(() => this.#building.delete(coinbase))
    this.#building.set(coinbase, building)
    this.#last = building
    return building
  }

  #freshFor(coinbase: Address): ComputeWork | undefined {
    this.#expire()
    const { chain, clock } = this.#modules
    for (const [workId, work] of this.#works) {
      const isFresh = clock.now() - work.madeMs < WORK_REUSE_MS
      const isOnHead = work.template.parent.hash === chain.head.hash && this.#isOfState(work)
      if (isFresh && isOnHead && work.coinbase === coinbase) return this.#describe(workId, work)
    }
    return undefined
  }

  async #build(coinbase: Address): Promise<ComputeWork> {
    const { clock, templates } = this.#modules
    const template = await templates.build({ coinbase })
    const workId = bytesToHex(template.search.sealHash)
    const work = { template, coinbase, madeMs: clock.now() }
    this.#works.set(workId, work)
    this.#evict()
    return this.#describe(workId, work)
  }

  /** Never throws on what a prover brings: a code tells what was wrong with it. */
  async submitWork(workId: Hash, nonce: Hex, proof: Uint8Array): Promise<Submission> {
    this.#expire()
    const work = this.#works.get(workId)
    if (work === undefined) return failure('WORK_UNKNOWN')
    if (!this.#isOfState(work)) return failure('WORK_STALE')
    const nonceBytes = hexToBytes(nonce)
    if (nonceBytes.length !== 8) return failure('E_PARAM')
    const { chain, publish } = this.#modules
    const block = sealWith(work.template, nonceBytes, proof)
    const outcome = await chain.importBlock(block, 'rpc', preparedOf(work.template))
    if (outcome.kind === 'imported') publish(block)
    return submissionOf(outcome, block.hash)
  }

  /** False: a developer has written the state below it, or taken back what was written. */
  #isOfState({ template: { parent, stateRoot } }: Work): boolean {
    return stateRoot === this.#modules.chain.state.edits.rootAfter(parent)
  }

  #describe(workId: Hash, { template, madeMs }: Work): ComputeWork {
    const { search, built } = template
    const shape = SHAPES[search.shape]
    const epochSeed = search.operands.kind === 0 ? search.operands.epochSeed : NO_JOB
    const bound = theta(built.header.difficulty, shape.tileMacs)
    return {
      workId,
      sealHash: workId,
      genesisHash: this.#modules.chain.genesis.hash,
      shape: search.shape,
      kind: search.operands.kind,
      difficulty: built.header.difficulty,
      theta: `0x${bound.toString(16).padStart(64, '0')}`,
      epochSeed: bytesToHex(epochSeed),
      jobId: bytesToHex(NO_JOB),
      rootA: bytesToHex(syntheticRoot(epochSeed, shape.id, 'A')),
      rootB: bytesToHex(syntheticRoot(epochSeed, shape.id, 'B')),
      expiresAt: BigInt(Math.floor((madeMs + WORK_LIFETIME_MS) / 1000)),
    }
  }

  #expire(): void {
    const { clock } = this.#modules
    for (const [workId, { madeMs }] of this.#works) {
      if (clock.now() - madeMs >= WORK_LIFETIME_MS) this.#works.delete(workId)
    }
  }

  #evict(): void {
    for (const workId of this.#works.keys()) {
      if (this.#works.size <= WORK_COUNT_MAX) return
      this.#works.delete(workId)
    }
  }
}

function submissionOf(outcome: ImportOutcome, blockHash: Hash): Submission {
  switch (outcome.kind) {
    case 'imported':
    case 'known':
      return { ok: true, code: null, blockHash }
    case 'invalid':
      return failure(outcome.code)
    case 'unknown-parent':
    case 'too-old':
      return failure('WORK_STALE')
    case 'future':
    case 'full':
      return failure('NOT_NOW')
  }
}

export type WorkErrorType = { readonly code: 'TOO_MANY_WAIT'; readonly waitingMax: number }

export class WorkError extends CodedError<WorkErrorType> {}

function failure(code: string): Submission {
  return { ok: false, code, blockHash: null }
}
