/**
 * Data that is published beside the repository and shared by all implementations of the protocol:
 * `../shared`. A checkout without it still tests against the values pinned in the unit tests.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const SHARED = resolve(fileURLToPath(import.meta.url), '../../../../shared')

/** The file's absolute path, or undefined, with a line that says what is not tested. */
export function sharedPath(name: string): string | undefined {
  const path = resolve(SHARED, name)
  if (existsSync(path)) return path
  process.stdout.write(`Not tested: ../shared/${name} is not beside this checkout.\n`)
  return undefined
}

/** The JSON of a shared file, or undefined as above. */
export function sharedJson<Data>(name: string): Data | undefined {
  const path = sharedPath(name)
  return path === undefined ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as Data)
}
