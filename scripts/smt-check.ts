/**
 * Proves the models of test/contracts/smt with solc's SMTChecker (constrained Horn clauses) and the
 * solver z3. A contract whose name begins with `Wrong` is a design that steals: it must be refuted.
 * Every other one must be proved: no assertion in it can fail, whoever calls what and how often. A
 * model may import the contracts themselves; what the checker does not follow in them is replaced:
 * functions of OpenZeppelin in assembly by those of smt/openzeppelin, and errors by bare reverts.
 *
 * Spec: docs/spec/token-economy.md, "Invariants".
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MODELS_DIR = join(ROOT, 'test/contracts/smt')
const STAND_INS_DIR = join(MODELS_DIR, 'openzeppelin')

/** The checker ignores a revert with an error of the contract's own, and the condition before it. */
const ERROR_REVERTS = /\brevert [A-Z][\w.]*\([^;]*\);/g

/** Of one query. The slowest takes 10 s on a busy laptop. */
const QUERY_SECONDS_MAX = 60

/** As solc-js calls z3, read from its input: Horn clauses of contracts rarely fall to the defaults. */
const Z3_ARGS = [
  '-in',
  '-smt2',
  `-T:${QUERY_SECONDS_MAX}`,
  'rewriter.pull_cheap_ite=true',
  'fp.spacer.q3.use_qgen=true',
  'fp.spacer.mbqi=false',
  'fp.spacer.ground_pobs=false',
]

/** The compiler's numbers of what it says. */
const PROVED = '9576'
const REFUTED = '6328'

type Finding = {
  readonly severity: string
  readonly errorCode?: string
  readonly formattedMessage: string
}

type Solc = {
  compile(
    input: string,
    callbacks: {
      import(path: string): { contents: string }
      smtSolver(query: string): { contents: string }
    },
  ): string
}

type Outcome = {
  readonly name: string
  /** Assertions that cannot fail. */
  readonly proved: number
  readonly findings: readonly Finding[]
}

const solc = createRequire(import.meta.url)('solc') as Solc

function main(): void {
  requireSolver()
  for (const file of readdirSync(MODELS_DIR).filter((name) => name.endsWith('.sol'))) {
    const source = readFileSync(join(MODELS_DIR, file), 'utf8')
    for (const [, name = ''] of source.matchAll(/^contract (\w+)/gm)) {
      const outcome = prove(file, name, source)
      const problem = name.startsWith('Wrong') ? notRefuted(outcome) : notProved(outcome)
      console.log(problem ?? `${describe(outcome)} ${file}: ${name}`)
      if (problem !== undefined) process.exitCode = 1
    }
  }
}

function describe({ proved, findings }: Outcome): string {
  return findings.length > 0 ? 'refuted ' : `proved ${proved}`
}

function notRefuted({ name, findings }: Outcome): string | undefined {
  const isRefuted = findings.some(
    ({ errorCode, formattedMessage }) =>
      errorCode === REFUTED && formattedMessage.includes('violation happens here'),
  )
  return isRefuted ? undefined : `FAILED: ${name} is not refuted\n${format(findings)}`
}

function notProved({ name, proved, findings }: Outcome): string | undefined {
  if (findings.length > 0) return `FAILED: ${name} is not proved\n${format(findings)}`
  return proved > 0 ? undefined : `FAILED: ${name} asserts nothing`
}

function prove(file: string, name: string, source: string): Outcome {
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: source } },
    settings: {
      evmVersion: 'osaka',
      modelChecker: {
        contracts: { [file]: [name] },
        engine: 'chc',
        solvers: ['smtlib2'],
        targets: ['assert'],
        showProvedSafe: true,
        showUnproved: true,
        showUnsupported: true,
      },
    },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: load, smtSolver: solve }),
  ) as {
    readonly errors?: readonly Finding[]
  }
  const said = output.errors ?? []
  return {
    name,
    proved: said.filter(({ errorCode }) => errorCode === PROVED).length,
    findings: said.filter(({ errorCode }) => errorCode !== PROVED),
  }
}

/** A contract, or a stand-in for what it imports. */
function load(path: string): { contents: string } {
  const standIn = join(STAND_INS_DIR, basename(path))
  if (path.startsWith('@hanzo/')) {
    const source = readFileSync(path.replace('@hanzo/', `${ROOT}/genesis/contracts/`), 'utf8')
    return { contents: source.replace(ERROR_REVERTS, 'revert();') }
  }
  const file = existsSync(standIn) ? standIn : join(ROOT, 'node_modules', path)
  return { contents: readFileSync(file, 'utf8') }
}

function solve(query: string): { contents: string } {
  const { error, stdout } = spawnSync('z3', Z3_ARGS, { input: query, encoding: 'utf8' })
  if (error !== undefined) throw error
  return { contents: stdout }
}

function format(findings: readonly Finding[]): string {
  return findings.map(({ formattedMessage }) => formattedMessage).join('\n')
}

function requireSolver(): void {
  const { error, stdout } = spawnSync('z3', ['--version'], { encoding: 'utf8' })
  if (error === undefined) {
    console.log(stdout.trim())
    return
  }
  console.error('z3 is not on the PATH: install it, on Debian with `apt-get install z3`')
  process.exit(1)
}

main()
