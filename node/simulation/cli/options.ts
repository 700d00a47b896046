/** The words after `npm run sim --`, and the seeds that they stand for. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { TIERS, type Tier } from '../run/run-seed.ts'
import { seedsOfCommit } from '../seeds.ts'

export const USAGE = `npm run sim -- [options]
  --seed N            one seed
  --seeds A..B        all seeds from A to B
  --commit-seeds N    N seeds drawn from the hash of this commit
  --tier N            0 model core (default), 1 whole nodes, 2 whole nodes with the EVM
  --gate              what a commit must pass: seeds of all tiers drawn from its hash, each twice
  --jobs N            threads (1)
  --until MS          stop at this virtual time
  --twice             each seed twice; the traces must agree
  --trace             print every event of a single seed
  --fail-fast         stop at the first failure
  --no-regressions    leave out the seeds that failed once

Without seeds it runs those that failed once.`

/** Seeds of each tier that a commit is put through. */
const GATE = { 0: 500, 1: 20, 2: 2 } as const satisfies Record<Tier, number>

export type SeedGroup = { readonly tier: Tier; readonly seeds: readonly number[] }

export type Options = {
  readonly groups: readonly SeedGroup[]
  readonly jobs: number
  readonly untilMs: number | undefined
  readonly isTwice: boolean
  readonly isTrace: boolean
  readonly isFailFast: boolean
  readonly withRegressions: boolean
  /** Seeds come from the commit: they are printed. */
  readonly isDrawn: boolean
}

/** Throws a RangeError or TypeError with a sentence about the word that it can't read. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      'commit-seeds': { type: 'string' },
      tier: { type: 'string', default: '0' },
      gate: { type: 'boolean', default: false },
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
  const { gate: isGate, seed, seeds, 'commit-seeds': ofCommit } = values
  const asked = [isGate || undefined, seed, seeds, ofCommit].filter((each) => each !== undefined)
  if (asked.length > 1) throw new RangeError('one of --seed, --seeds, --commit-seeds and --gate')
  if (asked.length === 0 && values['no-regressions']) throw new RangeError('no seed is asked for')
  const group = { tier, seeds: seedsOf(seed, seeds, ofCommit) }
  return {
    groups: isGate ? TIERS.map(gateSeeds) : [group],
    jobs: Math.max(1, whole(values.jobs, 'jobs')),
    untilMs: values.until === undefined ? undefined : whole(values.until, 'until'),
    isTwice: values.twice || isGate,
    isTrace: values.trace,
    isFailFast: values['fail-fast'],
    withRegressions: !values['no-regressions'],
    isDrawn: isGate || ofCommit !== undefined,
  }
}

/** The commit; outside of a repository the version, which is as good to draw from. */
export function revision(): string {
  try {
    const args = ['rev-parse', 'HEAD']
    return `commit ${execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim()}`
  } catch {
    const { version } = createRequire(import.meta.url)('hanzo-l2/package.json') as PackageFile
    return `version ${version}, as there is no commit`
  }
}

type PackageFile = { readonly version: string }

function gateSeeds(tier: Tier): SeedGroup {
  return { tier, seeds: seedsOfCommit(revision(), GATE[tier]) }
}

function seedsOf(
  seed: string | undefined,
  range: string | undefined,
  ofCommit: string | undefined,
): readonly number[] {
  if (seed !== undefined) return [whole(seed, 'seed')]
  if (ofCommit !== undefined) return seedsOfCommit(revision(), whole(ofCommit, 'commit-seeds'))
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
