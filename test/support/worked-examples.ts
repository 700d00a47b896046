/**
 * The code of a page for people, run as it stands: each block becomes a file of its own, in which
 * alone the package's name is replaced by our sources.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './source-tree.ts'

const BLOCK = /^## (.+)$|^```js\n([\s\S]*?)^```$/gm
/** Ignored by git; within the project, so that packages are found. */
const FOLDER = join(ROOT, '.cache', 'worked-examples')
const LIBRARY = join(ROOT, 'node/devnet/library/create-devnet.ts')

export type WorkedExample = { readonly heading: string; readonly path: string }

/** Writes every block of the page to a file. */
export function extractExamples(page: string): readonly WorkedExample[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  mkdirSync(FOLDER, { recursive: true })
  const examples: WorkedExample[] = []
  let heading = ''
  for (const [, title, code] of text.matchAll(BLOCK)) {
    heading = title ?? heading
    if (code === undefined) continue
    const name = heading.toLowerCase().replaceAll(/[^a-z]+/g, '-')
    const path = join(FOLDER, `${process.pid}-${name}.js`)
    writeFileSync(path, code.replaceAll("'hanzo-l2/devnet'", JSON.stringify(LIBRARY)))
    examples.push({ heading, path })
  }
  return examples
}
