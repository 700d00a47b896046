/**
 * `npm run sim:mutants -- [part of a name]`: puts known mistakes back, one at a time, into a copy of
 * the sources, and requires that the simulator finds each within 500 seeds. The sources themselves
 * have no switch for any of it.
 *
 * Spec: docs/simulator.md, "Mutants".
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MUTANTS, type Mutant } from './known-mutants.ts'

const SEEDS_MAX = 500
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

const only = process.argv[2]
let missed = 0
for (const mutant of MUTANTS) {
  if (only !== undefined && !mutant.name.includes(only)) continue
  const copy = copySources()
  try {
    plant(mutant, copy)
    const found = await hunt(mutant, copy)
    if (found === undefined) missed += 1
    console.log(`${found === undefined ? 'MISSED' : 'found '}  ${mutant.name}  ${found ?? ''}`)
  } finally {
    rmSync(copy, { recursive: true })
  }
}
process.exitCode = missed === 0 ? 0 : 1

/** What git tracks or would track, without the parts that no finder needs. */
function copySources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'hanzo-mutant-'))
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
  for (const path of listed.split('\0')) {
    if (!/\.(ts|json|js)$/.test(path) || !existsSync(join(ROOT, path))) continue
    mkdirSync(join(copy, dirname(path)), { recursive: true })
    cpSync(join(ROOT, path), join(copy, path), { force: true, errorOnExist: false })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function plant({ file, from, to, name }: Mutant, copy: string): void {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(from).length !== 2) throw new Error(`"${name}" has no single place in ${file}`)
  writeFileSync(path, source.replace(from, to))
}

/** How it was found; undefined if it was not. */
async function hunt({ tier }: Mutant, copy: string): Promise<string | undefined> {
  const seeds = ['--tier', String(tier), '--seeds', `1..${SEEDS_MAX}`]
  const flags = ['--fail-fast', '--no-regressions']
  const args = ['--import', 'tsx', 'node/simulation/cli/main.ts', ...seeds, ...flags]
  const { code, output } = await run(args, copy)
  if (code === 0) return undefined
  const failed = /^FAILED (seed \d+) .*\n(.*)$/m.exec(output)
  if (failed === null) throw new Error(`the simulator did not run:\n${output.slice(-2_000)}`)
  return `tier ${tier}, ${failed[1]}: ${failed[2]?.slice(0, 80)}`
}

function run(args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', reject)
    child.on('close', (code) => done({ code: code ?? 1, output }))
  })
}
