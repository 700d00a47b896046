#!/usr/bin/env node
/**
 * `npm run sim`: whole networks in one process, from seeds. Prints what a failure was, and the one
 * command that repeats it.
 *
 * Usage and what the words mean: docs/simulator.md.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { regressionTasks } from '../regressions.ts'
import { missingCoverage } from '../run/expected-coverage.ts'
import { type SeedTask, TIERS, type Tier, traceSeed } from '../run/run-seed.ts'
import type { RunReport } from '../run/run-types.ts'
import { runSeeds } from '../seed-pool.ts'
import { seedsOfCommit } from '../seeds.ts'

const LINES_OF_FAILURE = 200
const LINES_OF_TRACE = 1_000_000
/** With fewer seeds than this, what did not happen says nothing. */
const COVERAGE_SEEDS_MIN = 500

const USAGE = `npm run sim -- [options]
  --seed N            one seed
  --seeds A..B        all seeds from A to B
  --commit-seeds N    N seeds drawn from the hash of this commit
  --tier N            0 model core (default); ${TIERS.join(', ')} are there
  --jobs N            threads (1)
  --until MS          stop at this virtual time
  --twice             each seed twice; the traces must agree
  --trace             print every event of a single seed
  --fail-fast         stop at the first failure
  --no-regressions    leave out the seeds that failed once`

type Options = {
  readonly tier: Tier
  readonly jobs: number
  readonly seeds: readonly number[]
  readonly untilMs: number | undefined
  readonly isTwice: boolean
  readonly isTrace: boolean
  readonly isFailFast: boolean
  readonly withRegressions: boolean
}

const options = readOptions(process.argv.slice(2))
process.exitCode = options === undefined ? 2 : await main(options)

async function main(given: Options): Promise<number> {
  const { tier, untilMs, isTwice, seeds, isTrace, jobs, withRegressions } = given
  const tasks = seeds.map((seed): SeedTask => ({ seed, tier, untilMs, isTwice }))
  const [first] = tasks
  if (isTrace && first !== undefined) {
    const report = await traceSeed(first, LINES_OF_TRACE, (line) => say(line))
    return tell(report)
  }
  const regressions = withRegressions ? await regressionTasks(isTwice) : []
  say(`${commitHash()}: ${regressions.length} regressions, ${seeds.length} seeds of tier ${tier}`)
  const startMs = performance.now()
  const counts: Record<string, number> = {}
  let failures = 0
  let events = 0
  const all = [...regressions, ...tasks]
  let place = 0
  for await (const report of runSeeds(all, jobs)) {
    const task = all[place++]
    events += report.events
    for (const [name, count] of Object.entries(report.coverage)) {
      counts[name] = (counts[name] ?? 0) + count
    }
    if (report.failure === undefined || task === undefined) continue
    failures += 1
    await tellFailure(task)
    if (given.isFailFast) return 1
  }
  const seconds = (performance.now() - startMs) / 1000
  tellCoverage(counts)
  say(`${events} events, ${(all.length / seconds).toFixed(1)} seeds a second`)
  const missing = seeds.length < COVERAGE_SEEDS_MIN ? [] : missingCoverage(tier, counts)
  for (const name of missing) say(`never happened: ${name}`)
  say(`${all.length - failures} passed, ${failures} failed`)
  return failures > 0 || missing.length > 0 ? 1 : 0
}

function tell({ failure, digest }: RunReport): number {
  say(failure === undefined ? `passed, trace ${digest}` : `FAILED ${failure}`)
  return failure === undefined ? 0 : 1
}

async function tellFailure(task: SeedTask): Promise<void> {
  const { lines, failure } = await traceSeed(task, LINES_OF_FAILURE)
  for (const line of lines) say(line)
  const until = task.untilMs === undefined ? '' : ` --until ${task.untilMs}`
  const command = `npm run sim -- --tier ${task.tier} --seed ${task.seed}${until} --no-regressions`
  say(`FAILED seed ${task.seed} of tier ${task.tier} at commit ${commitHash()}`)
  say(failure ?? 'It passes when it is run alone: the run is not deterministic.')
  say(`again: ${command}`)
}

function tellCoverage(counts: Readonly<Record<string, number>>): void {
  for (const name of Object.keys(counts).sort()) say(`  ${name}: ${counts[name]}`)
}

function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        'commit-seeds': { type: 'string' },
        tier: { type: 'string', default: '0' },
        jobs: { type: 'string', default: '1' },
        until: { type: 'string' },
        twice: { type: 'boolean', default: false },
        trace: { type: 'boolean', default: false },
        'fail-fast': { type: 'boolean', default: false },
        'no-regressions': { type: 'boolean', default: false },
      },
    })
    const tier = TIERS.find((each) => each === Number(values.tier))
    if (tier === undefined) throw new RangeError(`--tier is one of ${TIERS.join(', ')}`)
    return {
      tier,
      jobs: whole(values.jobs, 'jobs'),
      seeds: seedsOf(values.seed, values.seeds, values['commit-seeds']),
      untilMs: values.until === undefined ? undefined : whole(values.until, 'until'),
      isTwice: values.twice,
      isTrace: values.trace,
      isFailFast: values['fail-fast'],
      withRegressions: !values['no-regressions'],
    }
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return undefined
  }
}

function seedsOf(
  seed: string | undefined,
  range: string | undefined,
  ofCommit: string | undefined,
): readonly number[] {
  if (seed !== undefined) return [whole(seed, 'seed')]
  if (ofCommit !== undefined) return seedsOfCommit(commitHash(), whole(ofCommit, 'commit-seeds'))
  if (range === undefined) return []
  const [first, last] = range.split('..').map((text) => whole(text, 'seeds'))
  if (first === undefined || last === undefined || last < first) {
    throw new RangeError('--seeds is A..B')
  }
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function whole(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name}: ${text}`)
  return value
}

function commitHash(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    // An installed package has no commit.
    return 'no commit'
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
