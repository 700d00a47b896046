/**
 * Reads over JSON-RPC, beside Anvil on the same content: the six methods that wallets and indexers
 * ask most, on one connection and on 32. The servers take turns, so that the noise of the machine
 * falls on both; a figure is the middle of its rounds. Logs, blocks and receipts are read at two
 * heights of the chain, to find what grows with it.
 */
import { devAccounts } from '../genesis/accounts.ts'
import type { Report } from './report.ts'
import { median } from './report.ts'
import { balanceOfCall, deployToken, fill, RARE, type Token, wordOf } from './rpc/content.ts'
import { type Load, LoadClient } from './rpc/load.ts'
import { type Server, startAnvil, startHanzo } from './rpc/servers.ts'

const LOW_BLOCKS = 100
const HIGH_BLOCKS = 600
/** Requests of a case that are asked in turn, no two alike: nothing is answered from memory whole. */
const VARIANTS = 64
const CONNECTIONS = [1, 32] as const
const ROUNDS = 3
const ROUND_MS = 400
/** For both: a server that has been up for a minute has its compiler behind it. */
const WARM_MS = 2_500
const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

type Case = { readonly name: string; readonly bodies: readonly string[] }
type Side = { readonly server: Server; readonly token: Token }

export async function benchRpc(report: Report): Promise<void> {
  const servers: Server[] = []
  const client = new LoadClient()
  try {
    const hanzo = await startHanzo()
    servers.push(hanzo)
    const anvil = await startAnvil(Number(await hanzo.rpc('eth_chainId')))
    if (anvil === undefined) console.log('Anvil is not installed: our own figures alone')
    else servers.push(anvil)
    const sides: Side[] = []
    for (const server of servers) sides.push({ server, token: await deployToken(server.rpc) })
    for (const { server, token } of sides) await fill(server.rpc, token, LOW_BLOCKS)
    const low = `at height ${LOW_BLOCKS}`
    await measure(client, sides, (side) => logCases(side, low), report)
    for (const { server, token } of sides) await fill(server.rpc, token, HIGH_BLOCKS)
    const high = `at height ${HIGH_BLOCKS}`
    await measure(client, sides, (side) => logCases(side, high), report)
    await measure(client, sides, stateCases, report)
    await measure(client, sides, blockCases, report)
  } finally {
    client.stop()
    for (const server of servers) await server.stop()
  }
}

/** Rounds of each case on each side in turn. */
async function measure(
  client: LoadClient,
  sides: readonly Side[],
  casesOf: (side: Side) => Promise<readonly Case[]>,
  report: Report,
): Promise<void> {
  const cases = await Promise.all(sides.map(casesOf))
  for (const [index, { name }] of (cases[0] ?? []).entries()) {
    for (const connections of CONNECTIONS) {
      const loads: Load[][] = sides.map(() => [])
      for (let round = -1; round < ROUNDS; round++) {
        for (const [place, { server }] of sides.entries()) {
          const { bodies } = cases[place]?.[index] ?? { bodies: [] }
          const milliseconds = round < 0 ? WARM_MS : ROUND_MS
          const load = await client.measure(server, { bodies, connections, milliseconds })
          if (round >= 0) loads[place]?.push(load)
        }
      }
      reportLoads(`${name}, ${connections} connection${connections > 1 ? 's' : ''}`, loads, report)
    }
  }
}

function reportLoads(name: string, loads: readonly (readonly Load[])[], report: Report): void {
  const [ours = [], theirs = []] = loads
  const rate = (side: readonly Load[]) => median(side.map((load) => load.requestsPerSecond))
  const cpu = (side: readonly Load[]) => median(side.map((load) => load.cpuMicroseconds))
  const note = `${cpu(ours).toFixed(0)} us of CPU each`
  report({ name, value: rate(ours), unit: 'requests/s', note })
  if (theirs.length === 0) return
  const beside = `anvil ${rate(theirs).toFixed(0)} requests/s, ${cpu(theirs).toFixed(0)} us of CPU each`
  report({ name: `${name}: to anvil`, value: rate(ours) / rate(theirs), unit: 'x', note: beside })
}

async function stateCases({ token }: Side): Promise<readonly Case[]> {
  return [
    { name: 'eth_blockNumber', bodies: bodiesOf('eth_blockNumber', () => []) },
    {
      name: 'eth_getBalance',
      bodies: bodiesOf('eth_getBalance', (i) => [ownerAt(i), 'latest']),
    },
    {
      name: 'eth_call balanceOf',
      bodies: bodiesOf('eth_call', (i) => [balanceOfCall(token, ownerAt(i)), 'latest']),
    },
  ]
}

/** Blocks and receipts near the beginning and near the head of the chain. */
async function blockCases({ server }: Side): Promise<readonly Case[]> {
  const cases: Case[] = []
  for (const [place, first] of [
    ['low', LOW_BLOCKS - VARIANTS],
    ['high', HIGH_BLOCKS - VARIANTS],
  ] as const) {
    const block = (isFull: boolean) =>
      bodiesOf('eth_getBlockByNumber', (i) => [quantity(first + i), isFull])
    const hashes: string[] = []
    for (let i = 0; i < VARIANTS; i++) {
      const found = await server.rpc('eth_getBlockByNumber', quantity(first + i), false)
      const { transactions } = found as { transactions: string[] }
      hashes.push(transactions[i % transactions.length] ?? '')
    }
    cases.push(
      { name: `eth_getBlockByNumber hashes, ${place}`, bodies: block(false) },
      { name: `eth_getBlockByNumber full, ${place}`, bodies: block(true) },
      {
        name: `eth_getTransactionReceipt, ${place}`,
        bodies: bodiesOf('eth_getTransactionReceipt', (i) => [hashes[i]]),
      },
    )
  }
  return cases
}

/** A fixed range of low blocks, and a rare receiver in the lowest blocks of the whole chain. */
async function logCases({ token }: Side, height: string): Promise<readonly Case[]> {
  const accounts = devAccounts().map(({ address }) => address)
  const filter = (topic: string | null, more: object) => ({
    address: token,
    topics: [TRANSFER_TOPIC, null, topic],
    ...more,
  })
  const receiver = (i: number) => `0x${wordOf(accounts[i % accounts.length] ?? '')}`
  return [
    {
      name: `eth_getLogs of an account in 70 blocks, ${height}`,
      bodies: bodiesOf('eth_getLogs', (i) => [
        filter(receiver(i), {
          fromBlock: quantity(1 + (i % 31)),
          toBlock: quantity(70 + (i % 31)),
        }),
      ]),
    },
    {
      name: `eth_getLogs of nobody in the whole chain, ${height}`,
      bodies: bodiesOf('eth_getLogs', (i) => [
        filter(`0x${wordOf(quantity(i + 1))}`, { fromBlock: 'earliest', toBlock: 'latest' }),
      ]),
    },
    {
      name: `eth_getLogs of a rare receiver in ${LOW_BLOCKS} blocks, ${height}`,
      bodies: bodiesOf('eth_getLogs', (i) => [
        filter(`0x${wordOf(RARE)}`, {
          fromBlock: quantity(1 + (i % 8)),
          toBlock: quantity(LOW_BLOCKS + (i >> 3) - 7),
        }),
      ]),
    },
  ]
}

/** The accounts of both chains, and addresses that nobody has used. */
function ownerAt(index: number): string {
  return devAccounts()[index]?.address ?? `0x${(index * 0x9e3779b1).toString(16).padStart(40, 'a')}`
}

function bodiesOf(
  method: string,
  paramsOf: (index: number) => readonly unknown[],
): readonly string[] {
  return Array.from({ length: VARIANTS }, (_, id) =>
    JSON.stringify({ jsonrpc: '2.0', id, method, params: paramsOf(id) }),
  )
}

function quantity(value: number): string {
  return `0x${value.toString(16)}`
}
