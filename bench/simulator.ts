/**
 * Seeds of the simulator a second, as `npm run sim` runs them on two threads: from the start of
 * the process to its end. A seed that fails ends the benchmark.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../test/support/source-tree.ts'
import { type BenchRow, median } from './report.ts'

const run = promisify(execFile)

const MAIN = join(ROOT, 'dist/node/simulation/cli/main.js')
const JOBS = 2
const ROUNDS = 3
/** Enough that starting two threads is little beside them; each round has seeds of its own. */
const SEEDS = { 0: 600, 1: 40 } as const
const OUTPUT_BYTES_MAX = 2 ** 26

export async function benchSimulator(report: (row: BenchRow) => void): Promise<void> {
  for (const tier of [0, 1] as const) {
    const count = SEEDS[tier]
    const rates: number[] = []
    for (let round = 0; round < ROUNDS; round++) rates.push(await ratePerSecond(tier, count, round))
    const note = `middle of ${ROUNDS} rounds of ${count} seeds on ${JOBS} threads, with the start`
    report({ name: `tier ${tier}: seeds`, value: median(rates), unit: 'seeds/s', note })
  }
}

async function ratePerSecond(tier: 0 | 1, count: number, round: number): Promise<number> {
  const first = 1 + round * count
  const seeds = `${first}..${first + count - 1}`
  const options = ['--tier', String(tier), '--seeds', seeds, '--jobs', String(JOBS)]
  const args = [MAIN, ...options, '--no-regressions']
  const startMs = performance.now()
  await run(process.execPath, args, { cwd: ROOT, maxBuffer: OUTPUT_BYTES_MAX })
  return (1000 * count) / (performance.now() - startMs)
}
