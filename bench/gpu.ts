/**
 * What Proof of Compute costs: the verification of one tile on one core, and the multiply-adds a
 * second of every kernel and of a search from end to end.
 */
import { join } from 'node:path'
import { openBackend } from '../gpu/backend.ts'
import { inspectGpu } from '../gpu/inspect.ts'
import { evaluateTile } from '../gpu/reference/evaluate-tile.ts'
import { deriveKappa, deriveSeeds, nonceBytes } from '../gpu/reference/seeds.ts'
import { SHAPES, type Shape, TILE_SIDE } from '../gpu/reference/shape.ts'
import { syntheticRow } from '../gpu/reference/synthetic.ts'
import { temporaryBenchDirectory } from './processes.ts'
import { median, type Report } from './report.ts'

const VERIFICATIONS = 300
const SEARCH_MS = 3000
const EPOCH_SEED = new Uint8Array(32)

export async function benchGpu(report: Report): Promise<void> {
  const cacheDir = join(await temporaryBenchDirectory(), 'cache')
  for (const shape of Object.values(SHAPES)) reportVerification(shape, report)
  await reportKernels(cacheDir, report)
  for (const mode of ['webgpu', 'cpu'] as const) await reportSearch(mode, cacheDir, report)
}

/** As a verifier does it: with the rows of the epoch cached (a job has its own), and without. */
function reportVerification(shape: Shape, report: Report): void {
  const rows = (side: 'A' | 'B') =>
    Array.from({ length: TILE_SIDE }, (_, i) => syntheticRow(EPOCH_SEED, side, i, shape.k))
  const cached = [rows('A'), rows('B')] as const
  const verify = (rowsA: readonly Int8Array[], rowsB: readonly Int8Array[], i: number) => {
    const kappa = deriveKappa(EPOCH_SEED, EPOCH_SEED, nonceBytes(BigInt(i)))
    evaluateTile(shape, deriveSeeds(kappa), rowsA, rowsB, 0, 0)
  }
  const row = (name: string, value: number) =>
    report({ name: `gpu: ${name} ${shape.name}`, value, unit: 'ms', note: 'one core, median' })
  row(
    'verify one tile of',
    medianMs((i) => verify(...cached, i)),
  )
  row(
    'expand its rows and verify one tile of',
    medianMs((i) => verify(rows('A'), rows('B'), i)),
  )
}

async function reportKernels(cacheDir: string, report: Report): Promise<void> {
  for (const engine of await inspectGpu({ cacheDir })) {
    if (!engine.isAvailable) continue
    for (const { shape, kernel, isCorrect, macsPerSecond, reason } of engine.kernels) {
      report({
        name: `gpu: tickets of ${shape} by ${kernel}`,
        value: macsPerSecond / 1e9,
        unit: 'GMAC/s',
        note: isCorrect ? engine.adapter : `${engine.adapter}: ${reason}`,
      })
    }
  }
}

/** Noise, encoding and tickets of the default shape, nonce after nonce. */
async function reportSearch(
  mode: 'webgpu' | 'cpu',
  cacheDir: string,
  report: Report,
): Promise<void> {
  const openedMs = performance.now()
  const backend = await openBackend({ mode, shape: 'S0', cacheDir, dutyPercent: 100 })
  const { adapter } = backend.info
  const name = `gpu: open backend ${mode} for S0`
  report({ name, value: performance.now() - openedMs, unit: 'ms', note: adapter })
  const template = {
    shape: 'S0',
    genesisHash: EPOCH_SEED,
    sealHash: EPOCH_SEED,
    difficulty: 2n ** 200n,
    operands: { kind: 0, epochSeed: EPOCH_SEED },
  } as const
  const startedMs = performance.now()
  await backend.search(template, { startNonce: 0n, signal: AbortSignal.timeout(SEARCH_MS) })
  const macsPerMs = Number(backend.macsDone) / (performance.now() - startedMs)
  report({
    name: `gpu: search S0 on ${mode}`,
    value: macsPerMs / 1e6,
    unit: 'GMAC/s',
    note: adapter,
  })
  await backend.close()
}

function medianMs(work: (i: number) => void): number {
  const times: number[] = []
  for (let i = 0; i < VERIFICATIONS; i++) {
    const startedMs = performance.now()
    work(i)
    times.push(performance.now() - startedMs)
  }
  return median(times)
}
