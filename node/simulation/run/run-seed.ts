/**
 * One seed of any tier, once or twice: the second time must leave the same trace.
 */
import { runModel } from './model-run.ts'
import type { RunOptions, RunReport } from './run-types.ts'

export type Tier = 0 | 1 | 2

export type SeedTask = {
  readonly seed: number
  readonly tier: Tier
  /** Virtual milliseconds; the whole run if it is not given. */
  readonly untilMs?: number | undefined
  readonly isTwice: boolean
}

/** Runs of a tier by number: higher tiers join this table with their code. */
const RUNS: Partial<Record<Tier, (seed: number, options: RunOptions) => Promise<RunReport>>> = {
  0: async (seed, options) => runModel(seed, options),
  // A node takes longer to load than a whole run of tier 0.
  1: async (seed, options) => (await import('./nodes/run-nodes.ts')).runNodes(seed, 1, options),
  2: async (seed, options) => (await import('./nodes/run-nodes.ts')).runNodes(seed, 2, options),
}

export const TIERS: readonly Tier[] = [0, 1, 2].filter((tier): tier is Tier => tier in RUNS)

const QUIET = { linesMax: 0, print: undefined } as const

export async function runSeed(task: SeedTask): Promise<RunReport> {
  const options = { ...QUIET, untilMs: task.untilMs ?? Number.POSITIVE_INFINITY }
  const report = await runTier(task, options)
  if (!task.isTwice) return report
  const again = await runTier(task, options)
  if (again.digest === report.digest) return report
  const failure = `not deterministic: ${report.digest}, then ${again.digest}`
  return { ...report, failure: report.failure ?? failure }
}

/** The run once more, for people to read. */
export async function traceSeed(
  task: SeedTask,
  linesMax: number,
  print?: (line: string) => void,
): Promise<RunReport> {
  return runTier(task, { linesMax, print, untilMs: task.untilMs ?? Number.POSITIVE_INFINITY })
}

function runTier({ seed, tier }: SeedTask, options: RunOptions): Promise<RunReport> {
  const run = RUNS[tier]
  if (run === undefined) throw new RangeError(`there is no tier ${tier}`)
  return run(seed, options)
}
