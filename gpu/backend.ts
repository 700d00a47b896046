/**
 * Opens the search for a winning tile: WebGPU in a child process where there is an adapter, the CPU
 * twin in a thread elsewhere, behind one interface.
 * Spec: docs/spec/proof-of-compute.md, "Prover".
 */
import { resolve } from 'node:path'
import { engineLadder } from './engine/ladder.ts'
import { type BackendOptions, type ProofBackend, SILENT_LOG } from './proof-backend.ts'
import { SupervisedBackend } from './supervised-backend.ts'

export type {
  BackendInfo,
  BackendLog,
  BackendMode,
  BackendOptions,
  ProofBackend,
  SearchOptions,
  SearchTemplate,
  WinningTile,
} from './proof-backend.ts'

/** Opens the best engine of this machine; with every mode the CPU twin is the last resort. */
export async function openBackend(options: BackendOptions): Promise<ProofBackend> {
  const log = options.log ?? SILENT_LOG
  const cacheDir = resolve(options.cacheDir)
  const { shape, dutyPercent, mode } = options
  const backend = await SupervisedBackend.open({
    ladder: engineLadder(mode, cacheDir),
    request: { type: 'open', shape, cacheDir, dutyPercent, accept: 'any' },
    log,
  })
  if (mode === 'webgpu' && backend.info.backend === 'cpu') {
    log.warn({ ...backend.info }, 'No WebGPU adapter was found: searching on the CPU instead')
  }
  log.info({ ...backend.info, dutyPercent }, 'Opened the proof backend')
  return backend
}
