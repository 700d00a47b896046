/**
 * Searches on a device, a submit a step. A fast adapter takes several nonces in one submit; a slow
 * one takes a nonce in several, so that a search can be aborted within about 100 ms.
 * Spec: docs/spec/proof-of-compute.md, "Prover" (mine).
 */
import {
  checkCandidate,
  nonceAfter,
  type Searcher,
  type SearchStep,
  type SearchTask,
  seedsOf,
} from '../engine/search-task.ts'
import { assert } from '../errors.ts'
import { blockCount, groupCount } from '../kernels/layout.ts'
import type { Operands } from '../reference/search.ts'
import type { Shape } from '../reference/shape.ts'
import { candidateLimit } from '../reference/ticket.ts'
import { ATTEMPTS_MAX, type AttemptRunner, type Batch, type Range } from './attempt-runner.ts'
import type { ChosenKernel, KernelChooser, KernelLog } from './kernel-choice.ts'

/** What a submit should take: half of what an abort may. */
const STEP_MS_TARGET = 50
/** Cost of noise (a hash) and of encoding (an entry), in multiply-adds of the software adapter. */
const MACS_PER_NOISE_HASH = 2500
const MACS_PER_ENCODED_ENTRY = 30
/** How fast the estimate of the rate follows the submits. */
const RATE_WEIGHT = 0.3

/** What is done of the current nonce: noise and blocks first, then groups. */
type Cursor = { readonly blocks: number; readonly groups: number }
export const START: Cursor = { blocks: 0, groups: 0 }

type Plan = {
  readonly attempts: number
  readonly encode: Range
  readonly groups: Range
  /** In multiply-adds, the noise and the encoding included. */
  readonly work: number
}

export class GpuSearcher implements Searcher {
  readonly #runner: AttemptRunner
  readonly #chooser: KernelChooser
  readonly #log: KernelLog
  #kernel: ChosenKernel
  #rate: number
  #task: SearchTask | undefined
  #loaded: Operands | undefined
  #limit = 0n
  #nonce = 0n
  #cursor = START

  constructor(runner: AttemptRunner, chooser: KernelChooser, kernel: ChosenKernel, log: KernelLog) {
    this.#runner = runner
    this.#chooser = chooser
    this.#kernel = kernel
    this.#rate = kernel.macsPerSecond
    this.#log = log
  }

  begin(task: SearchTask): void {
    this.#task = task
    this.#limit = candidateLimit(task.difficulty, task.shape.tileMacs)
    this.#nonce = task.startNonce
    this.#cursor = START
    this.#load(task.operands)
  }

  async step(): Promise<SearchStep> {
    const task = this.#task
    assert(task !== undefined, 'a search has begun')
    const { shape } = task
    const plan = planStep(shape, this.#cursor, (this.#rate * STEP_MS_TARGET) / 1000)
    const nonces = Array.from({ length: plan.attempts }, (_, i) =>
      nonceAfter(this.#nonce, BigInt(i)),
    )
    const batch: Batch = {
      seeds: nonces.map((nonce) => seedsOf(task, nonce)),
      makeNoise: this.#cursor === START,
      encode: plan.encode,
      groups: plan.groups,
      limit: this.#limit,
    }
    const startedMs = performance.now()
    const candidates = await this.#runner.run(this.#kernel.pipeline, batch)
    this.#follow((1000 * plan.work) / (performance.now() - startedMs))
    for (const candidate of candidates) {
      const nonce = nonces[candidate.attempt] ?? 0n
      const check = checkCandidate(task, nonce, candidate)
      if (check.outcome === 'mismatch') {
        await this.#replaceKernel(task)
        return { macs: 0, nextNonce: this.#nonce, winner: undefined }
      }
      if (check.outcome === 'wins') return this.#stepOf(plan, shape, check.tile)
    }
    this.#advance(plan, shape)
    return this.#stepOf(plan, shape, undefined)
  }

  #stepOf(plan: Plan, shape: Shape, winner: SearchStep['winner']): SearchStep {
    const groupMacs = shape.productMacs / groupCount(shape)
    return { macs: plan.attempts * plan.groups.count * groupMacs, nextNonce: this.#nonce, winner }
  }

  #advance({ attempts, encode, groups }: Plan, shape: Shape): void {
    this.#cursor = {
      blocks: encode.first + encode.count,
      groups: groups.first + groups.count,
    }
    if (this.#cursor.groups < groupCount(shape)) return
    this.#nonce = nonceAfter(this.#nonce, BigInt(attempts))
    this.#cursor = START
  }

  #follow(rate: number): void {
    this.#rate += RATE_WEIGHT * (rate - this.#rate)
  }

  #load(operands: Operands): void {
    if (this.#loaded === operands) return
    this.#runner.setOperands(operands)
    this.#loaded = operands
  }

  /** A wrong ticket: this kernel is out, and the nonce is searched again with the next best. */
  async #replaceKernel(task: SearchTask): Promise<void> {
    const { name } = this.#kernel
    this.#log('error', 'A kernel gave a wrong ticket and is disabled', { kernel: name })
    await this.#chooser.disable(name)
    this.#kernel = await this.#chooser.choose()
    this.#rate = this.#kernel.macsPerSecond
    // The self-test left its own operands on the device.
    this.#loaded = undefined
    this.#load(task.operands)
    this.#cursor = START
  }
}

/** The work of the next submit: about `budget`, and at least one unit of what comes next. */
export function planStep(shape: Shape, cursor: Cursor, budget: number): Plan {
  const blocks = blockCount(shape)
  const groups = groupCount(shape)
  const noiseWork = noiseHashes(shape) * MACS_PER_NOISE_HASH
  const blockWork = ((2 * shape.m * shape.k) / blocks) * MACS_PER_ENCODED_ENTRY
  const groupWork = shape.productMacs / groups
  const attemptWork = noiseWork + blocks * blockWork + groups * groupWork
  if (cursor === START && budget >= attemptWork) {
    const attempts = Math.min(ATTEMPTS_MAX[shape.name], Math.floor(budget / attemptWork))
    return {
      attempts,
      encode: { first: 0, count: blocks },
      groups: { first: 0, count: groups },
      work: attempts * attemptWork,
    }
  }
  const startWork = cursor === START ? noiseWork : 0
  const encode = take(cursor.blocks, blocks, (budget - startWork) / blockWork, 1)
  const spent = startWork + encode.count * blockWork
  const isEncoded = encode.first + encode.count === blocks
  const least = encode.count === 0 ? 1 : 0
  const groupRange = isEncoded
    ? take(cursor.groups, groups, (budget - spent) / groupWork, least)
    : { first: cursor.groups, count: 0 }
  return { attempts: 1, encode, groups: groupRange, work: spent + groupRange.count * groupWork }
}

function take(first: number, total: number, wanted: number, least: number): Range {
  return { first, count: Math.min(total - first, Math.max(least, Math.floor(wanted))) }
}

function noiseHashes({ m, n, k, r }: Shape): number {
  return (m + n) * Math.ceil(r / 64) + (2 * k) / 16
}
