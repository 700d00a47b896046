/** What a node searches with: a backend of its own, one that is handed in, or none. */
import { openBackend, type ProofBackend } from '../../gpu/backend.ts'
import { defaultCacheDirectory, type NodeOptions } from '../options.ts'

/** Whoever asks for it closes it, unless it was handed in. */
export async function openSearch({
  seal,
  genesis,
  ports,
  log,
}: NodeOptions): Promise<ProofBackend | undefined> {
  if (seal === undefined) return undefined
  if (ports?.backend !== undefined) return ports.backend
  return openBackend({
    mode: seal.gpu,
    shape: genesis.params.shape,
    cacheDir: seal.cacheDir ?? defaultCacheDirectory(),
    dutyPercent: seal.dutyPercent,
    log: log.child({ module: 'gpu' }),
  })
}
