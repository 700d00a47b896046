/**
 * A new node imports a chain of 1,000 blocks of 10 transfers from a peer in another process, with
 * every proof verified: blocks a second, and whether the last hundred are as quick as the first.
 */
import { join } from 'node:path'
import { pino } from 'pino'
import { privateKeyToAccount } from 'viem/accounts'
import { devAccounts } from '../genesis/accounts.ts'
import type { Genesis } from '../genesis/genesis-file.ts'
import { GENESIS_FILE, writeGenesis } from '../node/devnet/prepare.ts'
import { Node } from '../node/node.ts'
import { freePortRanges } from '../test/support/free-ports.ts'
import { BenchProcess, temporaryBenchDirectory } from './processes.ts'
import type { Report } from './report.ts'

const BLOCKS = 1_000
const TRANSFERS_PER_BLOCK = 10
const EDGE_BLOCKS = 100
const SILENT = pino({ level: 'silent' })

export async function benchSync(report: Report): Promise<void> {
  const directory = await temporaryBenchDirectory()
  // Blocks are at least a second apart, and none may be ahead of the clock.
  const timestamp = BigInt(Math.floor(Date.now() / 1000) - BLOCKS - 60)
  const shape = { preset: 'instant', validatorCount: 1, isReal: false } as const
  const genesis = await writeGenesis({ directory, timestamp, ...shape })
  await makeChain(genesis, join(directory, 'source'))

  const ports = await freePortRanges(1)
  const source = new BenchProcess([
    ...[
      'node',
      '--genesis',
      join(directory, GENESIS_FILE),
      '--data-dir',
      join(directory, 'source'),
    ],
    ...['--rpc-port', String(ports.rpc), '--p2p-port', String(ports.p2p)],
  ])
  try {
    const { p2p } = await source.event('ready')
    await measureImport(genesis, join(directory, 'copy'), String(p2p), report)
  } finally {
    await source.stop()
  }
}

async function makeChain(genesis: Genesis, dataDir: string): Promise<void> {
  const seal = { pace: { kind: 'manual' }, gpu: 'cpu', dutyPercent: 100 } as const
  const node = await Node.start({ genesis, dataDir, log: SILENT, seal })
  const accounts = devAccounts().map(({ privateKey }) => privateKeyToAccount(privateKey))
  const [first, second] = accounts
  if (first === undefined || second === undefined) throw new Error('no accounts')
  for (let block = 0; block < BLOCKS; block++) {
    for (let i = 0; i < TRANSFERS_PER_BLOCK; i++) {
      const raw = await first.signTransaction({
        type: 'eip1559',
        chainId: Number(genesis.params.chainId),
        nonce: block * TRANSFERS_PER_BLOCK + i,
        to: second.address,
        value: 1n,
        gas: 21_000n,
        maxFeePerGas: 10_000_000_000n,
        maxPriorityFeePerGas: 1n,
      })
      await node.api.pool.submit(Buffer.from(raw.slice(2), 'hex'))
    }
    await node.sealer?.sealNow({ timestamp: genesis.timestamp + BigInt(block + 1) })
  }
  const { header } = node.api.chain.head()
  await node.stop()
  if (header.number !== BigInt(BLOCKS)) throw new Error(`the chain ends at ${header.number}`)
}

async function measureImport(
  genesis: Genesis,
  dataDir: string,
  peer: string,
  report: Report,
): Promise<void> {
  const node = await Node.start({
    genesis,
    dataDir,
    log: SILENT,
    p2p: { host: '127.0.0.1', port: 0, bootnodes: [peer] },
  })
  const durationsMs: number[] = []
  const startMs = performance.now()
  await new Promise<void>((resolve) => {
    node.chain.events.on('imported', (_block, _source, durationMs) => {
      durationsMs.push(durationMs)
      if (durationsMs.length === BLOCKS) resolve()
    })
  })
  const seconds = (performance.now() - startMs) / 1000
  await node.stop()
  const note = `${BLOCKS} blocks x ${TRANSFERS_PER_BLOCK} transfers, from a peer process`
  report({ name: 'sync: blocks imported', value: BLOCKS / seconds, unit: 'blocks/s', note })
  const firstMs = mean(durationsMs.slice(0, EDGE_BLOCKS))
  const lastMs = mean(durationsMs.slice(-EDGE_BLOCKS))
  report({ name: 'sync: import of the first 100 blocks', value: firstMs, unit: 'ms/block' })
  report({ name: 'sync: import of the last 100 blocks', value: lastMs, unit: 'ms/block' })
  report({ name: 'sync: last 100 against first 100', value: lastMs / firstMs, unit: 'x' })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
