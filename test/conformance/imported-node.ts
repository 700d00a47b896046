/** `hanzo import-chain` as a process of its own, compiled, as a user runs it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../support/source-tree.ts'

const MAIN = join(ROOT, 'dist/node/cli/main.js')

export type ImportedNode = { readonly url: string; stop(): Promise<void> }

/** Resolves when it serves; rejects with what it said when it ends before. */
export async function startImportedNode(tests: string): Promise<ImportedNode> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run \`npm run build\` first.`)
  const files = ['--genesis', join(tests, 'genesis.json'), '--rlp', join(tests, 'chain.rlp')]
  const child = spawn(
    process.execPath,
    [MAIN, 'import-chain', ...files, '--serve', '0', '--json'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = await readyUrl(child)
  return {
    url,
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error(`hanzo has ended; it said:\n${said.join('\n')}`)))
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        const event = line.startsWith('{') ? JSON.parse(line) : {}
        if (event.event === 'ready') resolve(event.rpcUrl)
      })
    }
  })
}
