/**
 * What this machine can search with: every engine, every kernel, its self-test and its rate.
 * `hanzo gpu` prints it.
 */
import { resolve } from 'node:path'
import { Engine } from './engine/engine.ts'
import { engineLadder } from './engine/ladder.ts'
import type { EngineReport, KernelReport } from './engine/protocol.ts'
import { GpuError } from './errors.ts'
import { type BackendLog, SILENT_LOG } from './proof-backend.ts'
import { SHAPES, type ShapeName } from './reference/shape.ts'

export type { EngineReport, KernelReport }

/** An engine of the ladder, best first. */
export type BackendReport =
  | ({ readonly isAvailable: true; readonly name: string } & EngineReport)
  | { readonly isAvailable: false; readonly name: string; readonly reason: string }

export type InspectOptions = {
  readonly cacheDir: string
  /** All shapes, when left out. */
  readonly shapes?: readonly ShapeName[]
  readonly log?: BackendLog
}

/** Tries every engine; takes a few seconds for each. Mode auto uses the first available one. */
export async function inspectGpu(options: InspectOptions): Promise<readonly BackendReport[]> {
  const shapes = options.shapes ?? Object.values(SHAPES).map(({ name }) => name)
  const log = options.log ?? SILENT_LOG
  const reports: BackendReport[] = []
  for (const { name, accept, start } of engineLadder('auto', resolve(options.cacheDir))) {
    try {
      const report = await Engine.inspect(await start(), { type: 'inspect', shapes, accept }, log)
      reports.push({ isAvailable: true, name, ...report })
    } catch (error) {
      const reason = error instanceof GpuError ? reasonOf(error) : String(error)
      reports.push({ isAvailable: false, name, reason })
    }
  }
  return reports
}

/** The fastest kernel that is right, for each shape that has one. */
export function fastestKernels({ kernels }: EngineReport): readonly KernelReport[] {
  const best = new Map<ShapeName, KernelReport>()
  for (const kernel of kernels) {
    const known = best.get(kernel.shape)?.macsPerSecond ?? 0
    if (kernel.isCorrect && kernel.macsPerSecond > known) best.set(kernel.shape, kernel)
  }
  return [...best.values()]
}

function reasonOf({ type }: GpuError): string {
  return 'reason' in type ? type.reason : type.code
}
