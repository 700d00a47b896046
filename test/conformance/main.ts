/**
 * `npm run test:conformance [-- FOLDER] [-- --url URL] [-- --only TEXT]`: the official JSON-RPC
 * suite against a fresh `hanzo import-chain`, or against the node at URL.
 *
 * FOLDER holds `openrpc.json` and `tests/`; without it, `../shared/execution-apis` is taken if it
 * is there. Ends with 1 on a failure that is not known, and on a known one that passes.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../support/source-tree.ts'
import { startImportedNode } from './imported-node.ts'
import { type IoFile, readIoFiles } from './io-file.ts'
import { Judge } from './judge.ts'
import { KNOWN_FAILURES } from './known-failures.ts'

type Verdict = { readonly file: IoFile; readonly differences: readonly string[] }

const { values, positionals } = parseArgs({
  options: { url: { type: 'string' }, only: { type: 'string' } },
  allowPositionals: true,
})
const [demanded] = positionals
const folder = demanded ?? join(ROOT, '../shared/execution-apis')
if (existsSync(join(folder, 'openrpc.json'))) process.exitCode = await run(folder)
else {
  console.log(`Not tested: ${folder} does not hold the conformance data (openrpc.json, tests/).`)
  process.exitCode = demanded === undefined ? 0 : 1
}

async function run(folder: string): Promise<number> {
  const tests = join(folder, 'tests')
  const judge = new Judge(join(folder, 'openrpc.json'))
  const { only = '' } = values
  const files = readIoFiles(tests).filter(({ path }) => path.includes(only))
  const node = values.url === undefined ? await startImportedNode(tests) : undefined
  const url = node?.url ?? values.url ?? ''
  const verdicts: Verdict[] = []
  try {
    for (const file of files) verdicts.push(await runFile(url, judge, file))
  } finally {
    await node?.stop()
  }
  report(verdicts)
  return unexpected(verdicts) ? 1 : 0
}

async function runFile(url: string, judge: Judge, file: IoFile): Promise<Verdict> {
  const differences: string[] = []
  for (const exchange of file.exchanges) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: exchange.request,
    })
    const answer: unknown = JSON.parse(await response.text())
    differences.push(...judge.differences(exchange, answer, file.isSpecOnly))
  }
  return { file, differences }
}

function report(verdicts: readonly Verdict[]): void {
  for (const { file, differences } of verdicts) {
    if (differences.length === 0) continue
    const reason = KNOWN_FAILURES[file.path]
    console.log(`\nFAIL ${file.path}${reason === undefined ? '' : ` (known: ${reason})`}`)
    for (const difference of differences) console.log(`  ${difference}`)
  }
  console.log('')
  for (const method of new Set(verdicts.map(({ file }) => file.method))) {
    const group = verdicts.filter(({ file }) => file.method === method)
    console.log(`${method.padEnd(42)} ${passedOf(group)}`)
  }
  console.log(`${'all'.padEnd(42)} ${passedOf(verdicts)}`)
  const failed = verdicts.filter(({ differences }) => differences.length > 0).length
  const passed = verdicts.length - failed
  console.log(`Ran ${verdicts.length} official files: ${passed} passed, ${failed} failed`)
}

function passedOf(verdicts: readonly Verdict[]): string {
  const passed = verdicts.filter(({ differences }) => differences.length === 0).length
  return `${String(passed).padStart(3)} / ${verdicts.length}`
}

/** Says what went otherwise than the list of known failures has it. */
function unexpected(verdicts: readonly Verdict[]): boolean {
  const lines = verdicts.flatMap(({ file: { path }, differences }) => {
    const isKnown = path in KNOWN_FAILURES
    if (isKnown === differences.length > 0) return []
    return [isKnown ? `${path} is listed as a known failure and passes` : `${path} fails`]
  })
  for (const line of lines) console.log(line)
  return lines.length > 0
}
