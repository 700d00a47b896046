/** Hardhat against `hanzo dev`, as its network `localhost`: it compiles, deploys, and tests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { temporaryDirectory } from '../support/hanzo-process.ts'
import { ROOT } from '../support/source-tree.ts'
import { type DevProcess, startDevProcess } from './support/dev-process.ts'

const HERE = join(ROOT, 'test/clients')

let dev: DevProcess

beforeAll(async () => {
  dev = await startDevProcess()
})

/** Runs a task in the project of the folder `hardhat`, on our node. */
async function hardhat(...task: readonly string[]): Promise<{ code: number; said: string }> {
  const cli = join(HERE, 'node_modules/hardhat/internal/cli/bootstrap.js')
  const config = join(HERE, 'hardhat/hardhat.config.cjs')
  const output = await temporaryDirectory()
  const child = spawn(process.execPath, [cli, '--config', config, ...task], {
    cwd: join(HERE, 'hardhat'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // Where it keeps what it knows of its user and of compilers.
      HOME: output,
      HANZO_URL: dev.url,
      HANZO_CHAIN_ID: String(dev.chainId),
      HARDHAT_OUT: output,
      HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
      TILL_BYTECODE: inject('till').bytecode,
    },
  })
  const texts = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await once(child, 'close')) as [number]
  return { code, said: (await texts).join('\n') }
}

describe('clients / Hardhat', () => {
  it("passes a project's tests on the network localhost", async () => {
    const { code, said } = await hardhat('--network', 'localhost', 'test')
    expect(said).toMatch(/\b5 passing\b/)
    expect(said).not.toMatch(/\bfailing\b/)
    expect(code).toBe(0)
    // Deployed and paid by Hardhat's tests, and still on the chain after them.
    expect(
      await dev.rpc('eth_getTransactionCount', dev.config.accounts[0]!.address, 'latest'),
    ).not.toBe('0x0')
  })
})
