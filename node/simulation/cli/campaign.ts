/** Many seeds in order, what failed, and what happened in all of them together. */
import { regressionTasks } from '../regressions.ts'
import { missingCoverage } from '../run/expected-coverage.ts'
import { drawNodeSwarm } from '../run/nodes/node-swarm.ts'
import { type SeedTask, type Tier, traceSeed } from '../run/run-seed.ts'
import type { RunReport } from '../run/run-types.ts'
import { drawSwarm } from '../run/swarm.ts'
import { runSeeds } from '../seed-pool.ts'
import { type Options, revision, type SeedGroup } from './options.ts'

const LINES_OF_FAILURE = 200

type Counts = Record<string, number>

/** 0 if everything passed, for the shell. */
export async function runCampaign(options: Options): Promise<number> {
  const { groups, isTwice, untilMs, withRegressions, jobs } = options
  const regressions = withRegressions ? await regressionTasks(isTwice) : []
  const drawn = groups.flatMap(({ tier, seeds }) =>
    seeds.map((seed): SeedTask => ({ seed, tier, untilMs, isTwice })),
  )
  say(`${revision()}: ${regressions.length} regressions, ${groups.map(nameOf).join(', ')}`)
  if (options.isDrawn) for (const group of groups) tellSeeds(group)
  const startMs = performance.now()
  const counts = new Map<Tier, Counts>()
  let [failures, events, place] = [0, 0, 0]
  const tasks = [...regressions, ...drawn]
  for await (const report of runSeeds(tasks, jobs)) {
    const task = tasks[place++]
    if (task === undefined) break
    events += report.events
    if (place > regressions.length) add(counts, task.tier, report)
    if (report.failure === undefined) continue
    failures += 1
    await tellFailure(task, report.failure)
    if (options.isFailFast) break
  }
  const isWhole = place === tasks.length
  const missing = isWhole ? groups.flatMap((group) => tellCoverage(group, counts)) : []
  const seconds = (performance.now() - startMs) / 1000
  say(`${events} events, ${(place / seconds).toFixed(1)} seeds a second`)
  for (const name of missing) say(`never happened: ${name}`)
  const failed = failures + missing.length
  say(`Ran ${place} seeds in ${seconds.toFixed(1)}s: ${place - failures} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function nameOf({ tier, seeds }: SeedGroup): string {
  return `${seeds.length} seeds of tier ${tier}`
}

function tellSeeds({ tier, seeds }: SeedGroup): void {
  say(`tier ${tier}: ${seeds.join(' ')}`)
}

function add(counts: Map<Tier, Counts>, tier: Tier, { coverage }: RunReport): void {
  const all = counts.get(tier) ?? {}
  for (const [name, count] of Object.entries(coverage)) all[name] = (all[name] ?? 0) + count
  counts.set(tier, all)
}

/** What should have happened in so many seeds, and did not. */
function tellCoverage({ tier, seeds }: SeedGroup, counts: Map<Tier, Counts>): readonly string[] {
  const all = counts.get(tier) ?? {}
  const names = Object.keys(all).sort()
  if (names.length > 0) say(`What happened in tier ${tier}:`)
  for (const name of names) say(`  ${name}: ${all[name]}`)
  return missingCoverage(tier, seeds.length, all)
}

async function tellFailure(task: SeedTask, failure: string): Promise<void> {
  const { seed, tier, untilMs, isTwice } = task
  const { lines } = await traceSeed(task, LINES_OF_FAILURE)
  for (const line of lines) say(line)
  const until = untilMs === undefined ? '' : ` --until ${untilMs}`
  const twice = isTwice ? ' --twice' : ''
  say(`FAILED seed ${seed} of tier ${tier} at ${revision()}`)
  say(failure)
  say(`drawn: ${drawnBy(task)}`)
  say(`again: npm run sim -- --tier ${tier} --seed ${seed}${until}${twice} --no-regressions`)
}

/** The options that the seed stands for, on one line. */
function drawnBy({ seed, tier }: SeedTask): string {
  const swarm = tier === 0 ? drawSwarm(seed) : drawNodeSwarm(seed)
  return JSON.stringify(swarm, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}
