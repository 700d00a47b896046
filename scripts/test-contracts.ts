/**
 * Runs the contracts' own tests with forge, and says how many of which kind there were. Its binary
 * comes from npm for Linux on x86-64 alone: there a missing one is a failure, elsewhere the reason is
 * told and nothing runs. A run of all tests proves the models of test/contracts/smt, too, where z3 is
 * installed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONFIG = join(ROOT, 'test/contracts/foundry.toml')

/** What a test has to run to count as a whole one, see docs/testing.md. */
const FUZZ_RUNS = 10_000
const CAMPAIGN_CALLS = 128_000

/** A line of a test that passed: its gas, or its runs, or its runs and calls. */
const PASSED = /^\[PASS\] .*\((?:gas: \d+|runs: (\d+)(?:, calls: (\d+), reverts: (\d+))?.*)\)$/

if (process.platform === 'linux' && process.arch === 'x64') {
  const flags = process.argv.slice(2)
  process.exitCode = await runForge(flags)
  if (flags.length === 0) process.exitCode ||= proveModels()
} else {
  const machine = `${process.platform}-${process.arch}`
  console.log(`Contract tests did not run: npm has no forge for ${machine}. CI runs them on Linux.`)
}

/** `--force`: lint and coverage leave a cache that hides tests. */
async function runForge(flags: readonly string[]): Promise<number> {
  const manifest = createRequire(import.meta.url).resolve(
    '@foundry-rs/forge-linux-amd64/package.json',
  )
  const forge = spawn(
    join(dirname(manifest), 'bin/forge'),
    ['test', '--root', ROOT, '--force', ...flags],
    { stdio: ['inherit', 'pipe', 'inherit'], env: { ...process.env, FOUNDRY_CONFIG: CONFIG } },
  )
  const exited = once(forge, 'close')
  const lines: string[] = []
  for await (const line of createInterface({ input: forge.stdout })) {
    console.log(line)
    lines.push(line)
  }
  const [status] = (await exited) as [number | null]
  console.log(countTests(lines))
  return status ?? 1
}

/** The solver is no npm package: where it is missing, that is told. */
function proveModels(): number {
  if (spawnSync('z3', ['--version']).error !== undefined) {
    console.log('Models were not proved: z3 is not on the PATH.')
    return 0
  }
  const script = join(ROOT, 'scripts/smt-check.ts')
  return spawnSync(process.execPath, ['--import', 'tsx', script], { stdio: 'inherit' }).status ?? 1
}

function countTests(lines: readonly string[]): string {
  const passed = lines.map((line) => PASSED.exec(line)).filter((match) => match !== null)
  const unit = passed.filter(([, runs]) => runs === undefined)
  const fuzz = passed.filter(([, runs, calls]) => runs !== undefined && calls === undefined)
  const campaigns = passed.filter(([, , calls]) => calls !== undefined)
  const wholeFuzz = fuzz.filter(([, runs]) => Number(runs) >= FUZZ_RUNS)
  const whole = campaigns.filter(([, , calls]) => Number(calls) >= CAMPAIGN_CALLS)
  const sum = (group: 2 | 3) =>
    campaigns.reduce((total, match) => total + Number(match[group]), 0).toLocaleString('en-US')
  return [
    `Passed: ${unit.length} unit tests,`,
    `${fuzz.length} fuzz tests (${wholeFuzz.length} of 10,000 runs),`,
    `${campaigns.length} invariant campaigns (${whole.length} of 128,000 calls):`,
    `${sum(2)} calls, of which ${sum(3)} reverted.`,
  ].join(' ')
}
