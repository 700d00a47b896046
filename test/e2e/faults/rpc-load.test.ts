/**
 * Row 33 of the table of faults: clients that ask for too much, or ask and do not read. Limits
 * answer with errors, blocks go on, and the memory of the process is bounded.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { DevnetConfig } from '../../../node/devnet/config.ts'
import { freePortRanges } from '../../support/free-ports.ts'
import { HanzoProcess, temporaryDirectory } from '../../support/hanzo-process.ts'
import { descriptorsMax, frameOf, openIdleSockets } from '../../support/idle-sockets.ts'
import { type Rpc, rpcClient } from '../../support/rpc-client.ts'

const CLIENTS = 5_000
/** Two a client: one here, one in the node. Both have other files. */
const DESCRIPTORS = CLIENTS + 256
const MIB = 1024 * 1024
/** What may wait for readers, and what Node has not collected yet. */
const GROWTH_BYTES_MAX = 512 * MIB
const LIVELY = { timeout: 60_000, interval: 200 }
const HOSTILE_CALLS = 200
const CONTRACT = `0x${'c0'.repeat(20)}`
/** JUMPDEST PUSH0 JUMP. */
const ENDLESS = { to: CONTRACT, gas: '0x2faf080' }
const ENDLESS_CODE = { [CONTRACT]: { code: '0x5b5f56' } }
/** Of some megabytes each: more than a client may leave unread. */
const LARGE_BATCHES = 40
const SUBSCRIBE = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'

let node: HanzoProcess
let url: string
let rpc: Rpc

const residentBytes = (): number => {
  const status = readFileSync(`/proc/${node.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

const height = async (): Promise<number> => Number(await rpc('eth_blockNumber'))

async function expectNewBlocks(count: number): Promise<void> {
  const from = await height()
  await expect.poll(height, LIVELY).toBeGreaterThanOrEqual(from + count)
}

const post = async (body: string): Promise<{ error?: { code: number } }> => {
  const headers = { 'content-type': 'application/json' }
  return (await (await fetch(url, { method: 'POST', headers, body })).json()) as object
}

const requestOf = (method: string, ...params: unknown[]): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

beforeAll(async () => {
  const ports = await freePortRanges(1)
  const directory = ['--data-dir', join(await temporaryDirectory(), 'node')]
  const pace = ['--block-time', '2']
  node = new HanzoProcess(['dev', '--json', '--port', String(ports.rpc), ...pace, ...directory])
  const config = (await node.event('ready')) as unknown as DevnetConfig
  url = config.validators[0]!.rpcUrl
  rpc = rpcClient(url)
})

describe('e2e / faults / rpc load', () => {
  const isPossible = descriptorsMax() >= DESCRIPTORS
  if (!isPossible) console.log(`Not tested: 5,000 clients need ulimit -n of ${DESCRIPTORS}.`)

  it.runIf(isPossible)('5,000 clients that do not read are kept in bounded memory', async () => {
    await expectNewBlocks(1)
    const before = residentBytes()
    const sockets = await openIdleSockets(url, CLIENTS, SUBSCRIBE)
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
    })
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain(`hanzo_rpc_sockets ${CLIENTS}\n`)
    await expectNewBlocks(3)
    const growth = residentBytes() - before
    console.log(`${CLIENTS} silent subscribers: ${Math.round(growth / MIB)} MiB more`)
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX)
    expect(sockets.every((socket) => !socket.destroyed)).toBe(true)
  })

  it('drops a client that asks for much and reads nothing', async () => {
    const before = residentBytes()
    const [socket] = await openIdleSockets(url, 1, requestOf('eth_chainId'))
    const code = requestOf('eth_getCode', PREDEPLOYS.AIGovernor)
    const large = frameOf(`[${Array.from({ length: 100 }, () => code).join(',')}]`)
    for (let i = 0; i < LARGE_BATCHES; i++) socket?.write(large)
    const counter = async () => (await fetch(`${url}/metrics`)).text()
    await expect.poll(counter, LIVELY).toContain('hanzo_rpc_sockets_dropped_total 1\n')
    expect(residentBytes() - before).toBeLessThan(GROWTH_BYTES_MAX)
    const closed = once(socket as NonNullable<typeof socket>, 'close')
    socket?.resume()
    await closed
  })

  it('200 calls without an end do not keep a block from being made', async () => {
    const from = await height()
    const body = requestOf('eth_call', ENDLESS, 'latest', ENDLESS_CODE)
    const answers = Promise.all(Array.from({ length: HOSTILE_CALLS }, () => post(body)))
    await expectNewBlocks(2)
    for (const { error } of await answers) expect([-32000, -32005]).toContain(error?.code)
    expect(await height()).toBeGreaterThan(from)
  })

  it('answers what is too large with errors, and goes on', async () => {
    const before = residentBytes()
    const batch = `[${Array.from({ length: 1_000 }, () => requestOf('eth_chainId')).join(',')}]`
    expect(await post(batch)).toMatchObject({ error: { code: -32005 } })
    const headers = { 'content-type': 'application/json' }
    const huge = fetch(url, { method: 'POST', headers, body: Buffer.alloc(100 * MIB, ' ') })
    // The node answers and hangs up before all of it is sent; which of both is seen is a race.
    const status = await huge.then((response) => response.status).catch(() => 413)
    expect(status).toBe(413)
    const everything = { fromBlock: 'earliest', toBlock: 'latest' }
    expect(Array.isArray(await rpc('eth_getLogs', everything))).toBe(true)
    await expectNewBlocks(1)
    expect(residentBytes() - before).toBeLessThan(GROWTH_BYTES_MAX)
  })
})
