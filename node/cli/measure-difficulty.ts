/**
 * D of epoch 0 for preset gpu: this machine's rate of multiply-adds for one ideal block time.
 *
 * Spec: docs/spec/consensus.md, "Parameters" ("measured"); a software adapter is refused, because
 * the shape of that preset would take it minutes a block.
 */
import { openBackend } from '../../gpu/backend.ts'
import { defaultCacheDirectory } from '../options.ts'
import { CommandError } from './failure.ts'

const IDEAL_BLOCK_SECONDS = 2
/** S2's floor: 4096 tickets of 262,144 MAC. */
const DIFFICULTY_MIN = 2n ** 30n

/** MAC. Throws {@link CommandError} SOFTWARE_ADAPTER where there is no GPU. */
export async function measureGenesisDifficulty(): Promise<bigint> {
  const backend = await openBackend({
    mode: 'webgpu',
    shape: 'S2',
    cacheDir: defaultCacheDirectory(),
    dutyPercent: 100,
  })
  try {
    const { isSoftware, adapter, macsPerSecond } = backend.info
    if (isSoftware) {
      throw new CommandError(
        'SOFTWARE_ADAPTER',
        `Preset gpu needs a GPU, and this machine offers ${adapter}: take --preset cpu.`,
      )
    }
    const measured = BigInt(Math.floor(macsPerSecond * IDEAL_BLOCK_SECONDS))
    return measured > DIFFICULTY_MIN ? measured : DIFFICULTY_MIN
  } finally {
    await backend.close()
  }
}
