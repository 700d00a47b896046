/**
 * The one command that repeats a run: the file that made the devnet, run again with its seed. It
 * is found in the stack, so that a failure in any test runner can name it.
 */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What sets the seed of a devnet that was given none. */
export const SEED_VARIABLE = 'HANZO_SEED'

const FRAME = /\(?((?:file:\/\/)?\/[^\s()]+?):\d+:\d+\)?$/
/** Ours, and that of packages: neither is what the user runs. */
const NOT_THE_USERS = /\/node\/devnet\/library\/|\/node_modules\/|^node:/

/** Call it before anything is awaited: afterwards the caller is no longer in the stack. */
export function callingFile(): string | undefined {
  const lines = new Error().stack?.split('\n').slice(1) ?? []
  for (const line of lines) {
    const place = FRAME.exec(line.trim())?.[1]
    if (place === undefined || NOT_THE_USERS.test(place)) continue
    const path = place.startsWith('file://') ? fileURLToPath(place) : place
    return relative(process.cwd(), path)
  }
  return undefined
}

export function repeatCommand(seed: number | undefined, file: string | undefined): string {
  const { env } = process
  const variable = seed === undefined ? '' : `${SEED_VARIABLE}=${seed} `
  if (file === undefined) return `${variable}${process.argv.map(quoted).join(' ')}`
  if (env['VITEST'] !== undefined) return `${variable}npx vitest run ${quoted(file)}`
  if (env['JEST_WORKER_ID'] !== undefined) return `${variable}npx jest ${quoted(file)}`
  const runner = env['NODE_TEST_CONTEXT'] === undefined ? 'node' : 'node --test'
  return `${variable}${file.endsWith('.ts') ? 'npx tsx' : runner} ${quoted(file)}`
}

function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
