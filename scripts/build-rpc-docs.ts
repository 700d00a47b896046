/**
 * `npm run docs:rpc`: asks a real node for an example of every method, keeps the answers in
 * docs/rpc-examples.json and writes docs/rpc.md from them and the table of methods.
 */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { callDevMethod } from '../test/support/dev-calls.ts'
import { startDevNode } from '../test/support/dev-node.ts'
import {
  cut,
  type Example,
  formatMethodDocs,
  namesOf,
  WITHOUT_EXAMPLE,
} from '../test/support/method-docs.ts'
import { RpcCallError } from '../test/support/rpc-client.ts'
import { listedMethods } from '../test/support/rpc-methods.ts'
import { exampleParams } from '../test/support/schema/example-params.ts'
import { SchemaChain } from '../test/support/schema/schema-chain.ts'
import { ROOT } from '../test/support/source-tree.ts'

/** Those that change a chain by hand are asked of a chain of their own. */
const DEV_METHOD = /^(anvil|evm|hardhat|tenderly)_|^eth_sendUnsignedTransaction$/
const methods = await listedMethods()
const names = namesOf(methods)
  .map(([name]) => name)
  .filter((name) => !WITHOUT_EXAMPLE.has(name))
const examples = {
  ...(await collect(names.filter((name) => !DEV_METHOD.test(name)))),
  ...(await collectDev(names.filter((name) => DEV_METHOD.test(name)))),
}
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

async function collectDev(names: readonly string[]): Promise<Record<string, Example>> {
  const dev = await startDevNode()
  try {
    const examples: Record<string, Example> = {}
    for (const name of names) {
      const answer = await callDevMethod(dev.rpc, name)
      const params = cut(answer.params) as readonly unknown[]
      examples[name] =
        'error' in answer
          ? { params, error: refusalOf(name, answer.error) }
          : { params, result: cut(answer.result) }
    }
    return examples
  } finally {
    await dev.remove()
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
    return { params: shown, error: refusalOf(method, error) }
  }
}

function refusalOf(method: string, error: unknown) {
  if (!(error instanceof RpcCallError)) throw error
  const { code, message } = error
  console.log(`${method} answers ${code}: ${message}`)
  return { code, message }
}
