/**
 * A conformance file: requests that are sent byte for byte and the answers that are expected,
 * with comments in front. The format is that of ethereum/execution-apis.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export type Exchange = { readonly request: string; readonly expected: unknown }

export type IoFile = {
  /** Below the folder of the tests: `eth_call/call-contract.io`. */
  readonly path: string
  readonly method: string
  /** The answer is held against the schema alone. */
  readonly isSpecOnly: boolean
  readonly exchanges: readonly Exchange[]
}

/** Every `.io` file below `root`, in the order of their paths. */
export function readIoFiles(root: string): readonly IoFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.io'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => parseIoFile(path, readFileSync(join(root, path), 'utf8')))
}

export function parseIoFile(path: string, text: string): IoFile {
  const exchanges: Exchange[] = []
  let isSpecOnly = false
  let request: string | undefined
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '') continue
    if (line.startsWith('//')) {
      const isHeader = exchanges.length === 0 && request === undefined
      if (isHeader && line.slice(2).trim().startsWith('speconly:')) isSpecOnly = true
    } else if (line.startsWith('>>') && request === undefined) {
      request = line.slice(2).trim()
    } else if (line.startsWith('<<') && request !== undefined) {
      exchanges.push({ request, expected: JSON.parse(line.slice(2)) })
      request = undefined
    } else {
      throw new Error(`${path}: a line out of turn: ${line.slice(0, 80)}`)
    }
  }
  if (request !== undefined) throw new Error(`${path}: the last request has no answer`)
  return { path, method: path.slice(0, path.indexOf('/')), isSpecOnly, exchanges }
}
