/**
 * Transfers included end to end: 5,000 signed before, sent over JSON-RPC to `hanzo dev
 * --block-time 1`, counted when a receipt stands in a block; then conservation is checked.
 */
import { join } from 'node:path'
import { parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { devAccounts } from '../genesis/accounts.ts'
import { MAX_SUPPLY_WEI } from '../genesis/build/allocation.ts'
import { dataDirectory } from '../node/storage/data-directory.ts'
import { Database } from '../node/storage/database.ts'
import { verifyDatabase } from '../node/storage/verify/verify-database.ts'
import { freePortRanges } from '../test/support/free-ports.ts'
import { onEachHead, type Rpc, rpcClient } from '../test/support/rpc-client.ts'
import { BenchProcess, temporaryBenchDirectory } from './processes.ts'
import type { Report } from './report.ts'

const TRANSFERS = 5_000
/** What batching wallets and load generators use. */
const BATCH = 100
const CONNECTIONS = 8

export async function benchThroughput(report: Report): Promise<void> {
  const { rpc: port } = await freePortRanges(1)
  const dataDir = join(await temporaryBenchDirectory(), 'dev')
  const startMs = performance.now()
  const dev = new BenchProcess([
    ...['dev', '--port', String(port), '--block-time', '1', '--data-dir', dataDir],
  ])
  try {
    await dev.event('ready')
    report({
      name: 'hanzo dev: command to ready',
      value: (performance.now() - startMs) / 1000,
      unit: 's',
    })
    const url = `http://127.0.0.1:${port}`
    const rpc = rpcClient(url)
    const chainId = Number(await rpc('eth_chainId'))
    const signed = await signTransfers(chainId)
    await measure(url, rpc, signed.slice(0, TRANSFERS), 1, 'one a request', report)
    await measure(url, rpc, signed.slice(TRANSFERS), BATCH, `batches of ${BATCH}`, report)
  } finally {
    await dev.stop()
  }
  await verifyState(dataDir, report)
}

/** The state root of the head computed again from its trie, the flat state, and conservation. */
async function verifyState(dataDir: string, report: Report): Promise<void> {
  const { databaseDirectory } = dataDirectory(dataDir)
  const store = await Database.open(databaseDirectory)
  const { problemCount, balancesWei, records } = await verifyDatabase(store)
  await store.close()
  if (problemCount > 0) throw new Error(`${problemCount} records are damaged`)
  if (balancesWei !== MAX_SUPPLY_WEI) throw new Error(`all balances make ${balancesWei} wei`)
  const note = 'state root of the head, flat state and conservation hold'
  report({ name: 'end to end: records verified afterwards', value: records, unit: 'records', note })
}

async function measure(
  url: string,
  rpc: Rpc,
  raws: readonly string[],
  batch: number,
  how: string,
  report: Report,
): Promise<void> {
  const startMs = performance.now()
  const chunks: string[][] = []
  for (let i = 0; i < raws.length; i += batch) chunks.push(raws.slice(i, i + batch))
  const hashes: string[] = []
  const send = async () => {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
      hashes.push(...((await callAll(url, 'eth_sendRawTransaction', chunk)) as string[]))
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
  const sentSeconds = (performance.now() - startMs) / 1000
  await onEachHead(url.replace('http', 'ws'), async () => {
    const { pending, queued } = (await rpc('txpool_status')) as { pending: string; queued: string }
    return Number(pending) + Number(queued) === 0 ? true : undefined
  })
  const seconds = (performance.now() - startMs) / 1000
  const included = await countIncluded(url, hashes)
  if (included !== raws.length) throw new Error(`${included} of ${raws.length} were included`)
  const note = `${included} of ${raws.length}, ${how}, ${CONNECTIONS} connections`
  report({
    name: `end to end: transfers accepted, ${how}`,
    value: raws.length / sentSeconds,
    unit: 'tx/s',
  })
  report({
    name: `end to end: transfers included, ${how}`,
    value: included / seconds,
    unit: 'tx/s',
    note,
  })
}

async function countIncluded(url: string, hashes: readonly string[]): Promise<number> {
  let included = 0
  for (let i = 0; i < hashes.length; i += BATCH) {
    const chunk = hashes.slice(i, i + BATCH)
    const receipts = await callAll(url, 'eth_getTransactionReceipt', chunk)
    included += receipts.filter(
      (receipt) => (receipt as { status?: string })?.status === '0x1',
    ).length
  }
  return included
}

/** One call for each item, in one request. */
async function callAll(url: string, method: string, items: readonly string[]): Promise<unknown[]> {
  const calls = items.map((item, id) => ({ jsonrpc: '2.0', id, method, params: [item] }))
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(calls.length === 1 ? calls[0] : calls),
  })
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } }[]
  return (Array.isArray(answer) ? answer : [answer]).map(({ result, error }) => {
    if (error !== undefined) throw new Error(error.message)
    return result
  })
}

/** Twice TRANSFERS transfers, spread over the ten accounts, nonces in order. */
async function signTransfers(chainId: number): Promise<readonly string[]> {
  const accounts = devAccounts().map(({ privateKey }) => privateKeyToAccount(privateKey))
  const signed: Promise<string>[] = []
  for (let i = 0; i < 2 * TRANSFERS; i++) {
    const account = accounts[i % accounts.length]
    const to = accounts[(i + 1) % accounts.length]?.address
    if (account === undefined || to === undefined) throw new Error('no accounts')
    signed.push(
      account.signTransaction({
        chainId,
        to,
        nonce: Math.floor(i / accounts.length),
        gas: 21_000n,
        value: parseEther('0.001'),
        maxFeePerGas: 100_000_000_000n,
        maxPriorityFeePerGas: 1_000_000_000n,
        type: 'eip1559',
      }),
    )
  }
  return Promise.all(signed)
}
