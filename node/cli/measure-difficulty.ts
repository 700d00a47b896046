/**
 * D of epoch 0 by what this machine does: its rate of multiply-adds times the ideal block time.
 *
 * Without it a fast machine begins at the floor, with blocks a second apart, and difficulty climbs
 * for hundreds of blocks. Spec: docs/spec/consensus.md, "Parameters" ("measured").
 */

import { type PresetName, presetParams } from '../../genesis/params.ts'
import { openBackend, type ProofBackend } from '../../gpu/backend.ts'
import { defaultCacheDirectory } from '../options.ts'
import { CommandError } from './failure.ts'
import type { GpuMode } from './flags.ts'

export type MeasureOptions = {
  readonly preset: PresetName
  readonly gpu: GpuMode
  /** Share of the time that all miners of the chain on this machine search together. */
  readonly dutyPercent: number
}

/** Long enough for several submits at the default duty. */
const MEASURE_MS = 800
/**
 * Of the measured rate: validators share the machine with each other and with execution, and a
 * chain that begins a little too easy is on time after a few epochs.
 */
const SHARE_PERCENT = 70n
/** Nobody wins by chance while the rate is measured. */
const UNREACHABLE_DIFFICULTY = 2n ** 200n

/**
 * MAC a block, at least the preset's minimum. Throws {@link CommandError} SOFTWARE_ADAPTER for
 * preset gpu where there is no GPU: its shape would take software minutes a block.
 */
export async function measureGenesisDifficulty(options: MeasureOptions): Promise<bigint> {
  const { preset, gpu, dutyPercent } = options
  // The difficulty given here only stands in for the one that is to be measured.
  const params = presetParams(preset, { genesisDifficulty: 2n ** 40n })
  const { shape, idealBlockTimeMs, minDifficulty } = params
  const cacheDir = defaultCacheDirectory()
  const backend = await openBackend({ mode: gpu, shape, cacheDir, dutyPercent })
  try {
    if (preset === 'gpu' && backend.info.isSoftware) throw softwareAdapter(backend.info.adapter)
    const macsPerSecond = await measureRate(backend, shape)
    const perBlock = (BigInt(Math.floor(macsPerSecond)) * BigInt(idealBlockTimeMs)) / 1000n
    const measured = (perBlock * SHARE_PERCENT) / 100n
    return measured > minDifficulty ? measured : minDifficulty
  } finally {
    await backend.close()
  }
}

async function measureRate(
  backend: ProofBackend,
  shape: Parameters<typeof openBackend>[0]['shape'],
): Promise<number> {
  const zeros = new Uint8Array(32)
  const before = backend.macsDone
  const startMs = performance.now()
  await backend.search(
    {
      shape,
      genesisHash: zeros,
      sealHash: zeros,
      difficulty: UNREACHABLE_DIFFICULTY,
      operands: { kind: 0, epochSeed: zeros },
    },
    { startNonce: 0n, signal: AbortSignal.timeout(MEASURE_MS) },
  )
  return (Number(backend.macsDone - before) * 1000) / (performance.now() - startMs)
}

function softwareAdapter(adapter: string): CommandError {
  return new CommandError(
    'SOFTWARE_ADAPTER',
    `Preset gpu needs a GPU, and this machine offers ${adapter}: take --preset cpu.`,
  )
}
