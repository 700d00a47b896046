/**
 * Chooses the tickets kernel of an adapter: the fastest of those that reproduce the pinned tickets.
 * Chosen once for an adapter and driver, and tested again at each start.
 * Spec: docs/spec/proof-of-compute.md, "Prover" (kernel choice at start).
 */

import type { KernelReport } from '../engine/protocol.ts'
import { GpuError } from '../errors.ts'
import { groupCount } from '../kernels/layout.ts'
import { ticketsWgsl } from '../kernels/tickets.wgsl.ts'
import type { TileProduct } from '../kernels/tile-product.wgsl.ts'
import {
  arePinnedTickets,
  NO_LIMIT,
  SELF_TEST_SEEDS,
  selfTestGroup,
  selfTestOperands,
} from '../self-test.ts'
import { ATTEMPTS_MAX, type AttemptRunner } from './attempt-runner.ts'
import { ChoiceCache } from './choice-cache.ts'

export type ChosenKernel = {
  readonly name: string
  readonly pipeline: GPUComputePipeline
  readonly macsPerSecond: number
}

export type TriedKernel = KernelReport & { readonly pipeline: GPUComputePipeline | undefined }

export type KernelLog = (
  level: 'info' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void

export type KernelChoiceOptions = {
  readonly runner: AttemptRunner
  readonly products: readonly TileProduct[]
  readonly languageFeatures: ReadonlySet<string>
  readonly cacheDir: string
  /** The adapter and its driver. */
  readonly adapter: string
  readonly log: KernelLog
}

/** A measurement is long enough when a submit takes this. */
const MEASURE_MS = 40
/** Such submits, of which the best counts. */
const LONG_SUBMITS = 3
/** On a fast adapter no submit is that long: the size stops growing well before this many. */
const SUBMITS_MAX = 24

export class KernelChooser {
  readonly #options: KernelChoiceOptions
  readonly #cache: ChoiceCache

  constructor(options: KernelChoiceOptions) {
    this.#options = options
    const { runner, products, adapter } = options
    const texts = products.map((product) => product.name + ticketsWgsl(runner.shape, product))
    this.#cache = new ChoiceCache(options.cacheDir, [adapter, runner.shape.name, ...texts])
  }

  /** Rejects with NO_KERNEL when none is right. Leaves the operands of the self-test behind. */
  async choose(): Promise<ChosenKernel> {
    return (
      (await this.#remembered()) ??
      // Of several processes that start at once one tries the kernels, the others wait for it.
      (await this.#cache.whileLocked(async () => (await this.#remembered()) ?? this.#compare()))
    )
  }

  /** Never uses this kernel again on this adapter. */
  async disable(kernel: string): Promise<void> {
    await this.#cache.whileLocked(async () => {
      const choice = await this.#cache.load()
      const disabled = [...new Set([...(choice?.disabled ?? []), kernel])]
      await this.#cache.save({ kernel: '', macsPerSecond: 0, disabled })
    })
  }

  /** The kernel of an earlier start, if it still passes the self-test. */
  async #remembered(): Promise<ChosenKernel | undefined> {
    const choice = await this.#cache.load()
    const product = this.#options.products.find(({ name }) => name === choice?.kernel)
    if (choice === undefined || product === undefined) return undefined
    const { pipeline, reason } = await tryKernel(this.#options, product, { isMeasured: false })
    if (pipeline !== undefined) {
      return { name: product.name, pipeline, macsPerSecond: choice.macsPerSecond }
    }
    this.#options.log('error', 'The chosen kernel fails its self-test: choosing another', {
      kernel: product.name,
      reason,
    })
    return undefined
  }

  async #compare(): Promise<ChosenKernel> {
    const { products, log, runner } = this.#options
    const disabled = (await this.#cache.load())?.disabled ?? []
    let best: ChosenKernel | undefined
    for (const product of products.filter(({ name }) => !disabled.includes(name))) {
      const { pipeline, ...report } = await tryKernel(this.#options, product, { isMeasured: true })
      log('info', 'Tried a kernel', report)
      const { kernel: name, macsPerSecond } = report
      if (pipeline !== undefined && macsPerSecond > (best?.macsPerSecond ?? 0)) {
        best = { name, pipeline, macsPerSecond }
      }
    }
    if (best === undefined) throw new GpuError({ code: 'NO_KERNEL', shape: runner.shape.name })
    const { name: kernel, macsPerSecond } = best
    await this.#cache.save({ kernel, macsPerSecond, disabled })
    return best
  }
}

/** Compiles and self-tests one kernel; its pipeline is there when it is right. */
export async function tryKernel(
  { runner, languageFeatures }: Pick<KernelChoiceOptions, 'runner' | 'languageFeatures'>,
  product: TileProduct,
  { isMeasured }: { readonly isMeasured: boolean },
): Promise<TriedKernel> {
  const failed = (reason: string): TriedKernel => ({
    shape: runner.shape.name,
    kernel: product.name,
    isCorrect: false,
    macsPerSecond: 0,
    reason,
    pipeline: undefined,
  })
  if (product.languageFeature && !languageFeatures.has(product.languageFeature)) {
    return failed(`needs ${product.languageFeature}`)
  }
  let pipeline: GPUComputePipeline
  try {
    pipeline = await runner.compileTickets(product)
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
  if (!(await passesSelfTest(runner, pipeline))) return failed('gives wrong tickets')
  const macsPerSecond = isMeasured ? await measureKernel(runner, pipeline) : 0
  return {
    shape: runner.shape.name,
    kernel: product.name,
    isCorrect: true,
    macsPerSecond,
    pipeline,
  }
}

async function passesSelfTest(
  runner: AttemptRunner,
  pipeline: GPUComputePipeline,
): Promise<boolean> {
  const { group, blockA, blockB } = selfTestGroup(runner.shape)
  runner.setOperands(selfTestOperands(runner.shape))
  const common = { seeds: [SELF_TEST_SEEDS], limit: NO_LIMIT }
  const noGroups = { first: 0, count: 0 }
  const encode = { first: blockA, count: 1 }
  await runner.run(pipeline, { ...common, makeNoise: true, encode, groups: noGroups })
  const found = await runner.run(pipeline, {
    ...common,
    makeNoise: false,
    encode: { first: blockB, count: 1 },
    groups: { first: group, count: 1 },
  })
  return arePinnedTickets(runner.shape, found)
}

/**
 * MAC a second. The submits grow until they are long enough, first in groups, then in attempts; the
 * best of the long ones counts, because other processes may take the machine for a while.
 */
async function measureKernel(runner: AttemptRunner, pipeline: GPUComputePipeline): Promise<number> {
  const { shape } = runner
  const groupMacs = shape.productMacs / groupCount(shape)
  let groups = 1
  let attempts = 1
  let best = 0
  for (let submit = 0, longSubmits = 0; longSubmits < LONG_SUBMITS; submit++) {
    const startedMs = performance.now()
    await runner.run(pipeline, {
      seeds: Array.from({ length: attempts }, () => SELF_TEST_SEEDS),
      makeNoise: false,
      encode: { first: 0, count: 0 },
      groups: { first: 0, count: groups },
      limit: 0n,
    })
    const elapsedMs = performance.now() - startedMs
    best = Math.max(best, (1000 * attempts * groups * groupMacs) / elapsedMs)
    if (elapsedMs > MEASURE_MS || submit > SUBMITS_MAX) longSubmits += 1
    else if (groups < groupCount(shape)) groups = Math.min(2 * groups, groupCount(shape))
    else attempts = Math.min(2 * attempts, ATTEMPTS_MAX[shape.name])
  }
  return best
}
