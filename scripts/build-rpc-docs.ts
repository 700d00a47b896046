/**
 * `npm run docs:rpc`: asks a real node for an example of every method, keeps the answers in
 * docs/rpc-examples.json and writes docs/rpc.md from them and the table of methods.
 */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FakeNode } from '../test/support/fake-node.ts'
import {
  cut,
  type Example,
  formatMethodDocs,
  WITHOUT_EXAMPLE,
} from '../test/support/method-docs.ts'
import { RpcCallError } from '../test/support/rpc-client.ts'
import { createTestMethods } from '../test/support/rpc-methods.ts'
import { exampleParams } from '../test/support/schema/example-params.ts'
import { SchemaChain } from '../test/support/schema/schema-chain.ts'
import { ROOT } from '../test/support/source-tree.ts'

const methods = createTestMethods(await FakeNode.create())
const names = Object.keys(methods).filter((name) => !WITHOUT_EXAMPLE.has(name))
const examples = await collect(names)
const kept = join(ROOT, 'docs/rpc-examples.json')
await writeFile(kept, JSON.stringify(examples))
execFileSync('npx', ['biome', 'format', '--write', kept], { cwd: ROOT })
await writeFile(join(ROOT, 'docs/rpc.md'), formatMethodDocs(methods, examples))
console.log(`${names.length} methods with an example.`)
// The threads of the node's pools would keep the process.
process.exit(0)

async function collect(names: readonly string[]): Promise<Record<string, Example>> {
  const chain = await SchemaChain.start()
  try {
    const params = await exampleParams(chain)
    const examples: Record<string, Example> = {}
    for (const name of names) examples[name] = await exampleOf(chain, name, params[name] ?? [])
    return examples
  } finally {
    await chain.stop()
  }
}

async function exampleOf(
  chain: SchemaChain,
  method: string,
  params: readonly unknown[],
): Promise<Example> {
  const shown = cut(params) as readonly unknown[]
  try {
    return { params: shown, result: cut(await chain.rpc(method, ...params)) }
  } catch (error) {
    if (!(error instanceof RpcCallError)) throw error
    console.log(`${method} answers ${error.code}: ${error.message}`)
    return { params: shown, error: { code: error.code, message: error.message } }
  }
}
