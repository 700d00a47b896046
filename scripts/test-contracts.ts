/**
 * Runs the contracts' own tests with forge. Its binary comes from npm for Linux on x86-64 alone:
 * there a missing one is a failure, elsewhere the reason is told and nothing runs.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONFIG = join(ROOT, 'test/contracts/foundry.toml')

if (process.platform === 'linux' && process.arch === 'x64') {
  process.exitCode = runForge(process.argv.slice(2))
} else {
  const machine = `${process.platform}-${process.arch}`
  console.log(`Contract tests did not run: npm has no forge for ${machine}. CI runs them on Linux.`)
}

/** `--force`: lint and coverage leave a cache that hides tests. */
function runForge(flags: readonly string[]): number {
  const manifest = createRequire(import.meta.url).resolve(
    '@foundry-rs/forge-linux-amd64/package.json',
  )
  const forge = join(dirname(manifest), 'bin/forge')
  const { status, error } = spawnSync(forge, ['test', '--root', ROOT, '--force', ...flags], {
    stdio: 'inherit',
    env: { ...process.env, FOUNDRY_CONFIG: CONFIG },
  })
  if (error !== undefined) throw error
  return status ?? 1
}
