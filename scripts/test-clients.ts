/**
 * Runs the tests of test/clients: wallets, libraries and tools of the Ethereum world against our node.
 * They are packages of their own, half a gigabyte that nobody else needs, so they are installed
 * here, and again when the lock has changed.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CLIENTS = join(ROOT, 'test/clients')
const INSTALL = ['ci', '--prefix', CLIENTS, '--no-audit', '--no-fund', '--ignore-scripts']

if (isStale()) run('npm', INSTALL)
run('npx', ['tsc', '-p', CLIENTS])
const filters = process.argv.slice(2)
run('npx', ['vitest', 'run', '--project', 'clients', '--no-file-parallelism', ...filters])

/** npm writes the inner file last, so an installation that was cut short counts as none. */
function isStale(): boolean {
  const installed = modifiedMs(join(CLIENTS, 'node_modules/.package-lock.json'))
  return installed < modifiedMs(join(CLIENTS, 'package-lock.json'))
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The first command that fails ends all. */
function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
