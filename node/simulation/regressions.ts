/** Seeds that failed once: they run first, for ever. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { SeedTask, Tier } from './run/run-seed.ts'
import { TIERS } from './run/run-seed.ts'

/** From the root of the repository; an installed package has none. */
const FILE = 'test/sim-regressions.json'

const REGRESSIONS = z.array(
  z.object({ tier: z.number().int(), seed: z.number().int(), why: z.string() }),
)

export async function regressionTasks(isTwice: boolean): Promise<readonly SeedTask[]> {
  let text: string
  try {
    text = await readFile(FILE, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return REGRESSIONS.parse(JSON.parse(text)).flatMap(({ tier, seed }) => {
    const known = TIERS.find((each: Tier) => each === tier)
    return known === undefined ? [] : [{ seed, tier: known, isTwice }]
  })
}
