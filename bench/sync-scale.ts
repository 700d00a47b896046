/**
 * A new node imports 20,000 blocks from a peer in another process: once where nobody votes, from
 * genesis by work alone, and once where every epoch was certified, so that a certificate proves the
 * chain and finality follows the import. Looks for whatever grows with height.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Hex } from '../consensus/types.ts'
import type { Genesis } from '../genesis/genesis-file.ts'
import { GENESIS_FILE, validatorKeyPath, writeGenesis } from '../node/devnet/prepare.ts'
import { Node } from '../node/node.ts'
import { freePortRanges } from '../test/support/free-ports.ts'
import { BenchProcess, temporaryBenchDirectory } from './processes.ts'
import type { Report } from './report.ts'

const BLOCKS = 20_000
const EDGE_BLOCKS = 1_000
const MEBIBYTE = 2 ** 20
const SILENT = pino({ level: 'silent' })

export async function benchSyncScale(report: Report): Promise<void> {
  for (const isFinal of [false, true]) await measureChain({ blocks: BLOCKS, isFinal }, report)
}

export type ScalePlan = {
  readonly blocks: number
  /** Whether the chain's one validator votes, and its blocks carry certificates. */
  readonly isFinal: boolean
}

export async function measureChain(plan: ScalePlan, report: Report): Promise<void> {
  const directory = await temporaryBenchDirectory()
  // Blocks are at least a second apart, and none may be ahead of the clock.
  const timestamp = BigInt(Math.floor(Date.now() / 1000) - plan.blocks - 60)
  const shape = { preset: 'instant', validatorCount: 1, isReal: false } as const
  const genesis = await writeGenesis({ directory, timestamp, ...shape })
  const source = join(directory, 'source')
  await makeChain(plan, genesis, directory, source, report)
  const ports = await freePortRanges(1)
  const flags = ['--genesis', join(directory, GENESIS_FILE), '--data-dir', source]
  const peer = new BenchProcess([
    ...['node', ...flags, '--rpc-port', String(ports.rpc), '--p2p-port', String(ports.p2p)],
  ])
  try {
    const { p2p } = await peer.event('ready')
    await measureImport(plan, genesis, join(directory, 'copy'), String(p2p), report)
  } finally {
    await peer.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function makeChain(
  { blocks, isFinal }: ScalePlan,
  genesis: Genesis,
  directory: string,
  dataDir: string,
  report: Report,
): Promise<void> {
  const votingKey = (await readFile(validatorKeyPath(directory, 0), 'utf8')).trim() as Hex
  const seal = { pace: { kind: 'manual' }, gpu: 'cpu', dutyPercent: 100, certify: isFinal } as const
  const node = await Node.start({
    ...{ genesis, dataDir, log: SILENT, seal },
    ...(isFinal && { votingKey }),
  })
  const startMs = performance.now()
  for (let number = 1; number <= blocks; number++) {
    await node.sealer?.sealNow({ timestamp: genesis.timestamp + BigInt(number) })
    if (isFinal) await untilVoted(node, genesis, BigInt(number))
  }
  const seconds = (performance.now() - startMs) / 1000
  const { header } = node.api.chain.head()
  const { finalized } = node.api.finality.status()
  await node.stop()
  if (header.number !== BigInt(blocks)) throw new Error(`the chain ends at ${header.number}`)
  const note = isFinal ? `certified, final up to epoch ${finalized.epoch}` : 'nobody votes'
  report({ name: nameOf(isFinal, 'sealed'), value: blocks / seconds, unit: 'blocks/s', note })
}

/** The block under a vote is due: a real chain has seconds for it. */
async function untilVoted(node: Node, { params }: Genesis, number: bigint): Promise<void> {
  const epochLength = BigInt(params.epochLength)
  const depth = BigInt(node.chain.finality.config.voteDepth)
  if (number < epochLength + depth || (number - depth) % epochLength !== 0n) return
  const epoch = (number - depth) / epochLength
  await untilFinality(node, () => node.chain.finality.justified.epoch >= epoch)
}

function untilFinality(node: Node, isReached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isReached()) return
      node.chain.events.off('finality', look)
      resolve()
    }
    node.chain.events.on('finality', look)
    look()
  })
}

async function measureImport(
  { blocks, isFinal }: ScalePlan,
  genesis: Genesis,
  dataDir: string,
  peer: string,
  report: Report,
): Promise<void> {
  const p2p = { host: '127.0.0.1', port: 0, bootnodes: [peer] }
  const node = await Node.start({ genesis, dataDir, log: SILENT, p2p })
  const durationsMs: number[] = []
  // This process made the chain before: only what the import adds says something.
  const rssBefore = process.memoryUsage.rss()
  let rssMax = rssBefore
  const startMs = performance.now()
  await new Promise<void>((resolve) => {
    node.chain.events.on('imported', (_block, _source, durationMs) => {
      durationsMs.push(durationMs)
      if (durationsMs.length % 500 === 0) rssMax = Math.max(rssMax, process.memoryUsage.rss())
      if (durationsMs.length === blocks) resolve()
    })
  })
  const seconds = (performance.now() - startMs) / 1000
  const note = `${blocks} blocks without transactions${isFinal ? ' but certificates' : ''}`
  report({ name: nameOf(isFinal, 'imported'), value: blocks / seconds, unit: 'blocks/s', note })
  if (isFinal) await reportFinality(node, genesis, blocks, report)
  await node.stop()
  const edge = Math.min(EDGE_BLOCKS, Math.floor(blocks / 4))
  // The first blocks pay for a cold start.
  const early = mean(durationsMs.slice(edge, 2 * edge))
  const late = mean(durationsMs.slice(-edge))
  report({ name: nameOf(isFinal, 'import, early'), value: early, unit: 'ms/block' })
  report({ name: nameOf(isFinal, 'import, last'), value: late, unit: 'ms/block' })
  report({ name: nameOf(isFinal, 'last against early'), value: late / early, unit: 'x' })
  report({
    name: nameOf(isFinal, 'memory gained'),
    value: (rssMax - rssBefore) / MEBIBYTE,
    unit: 'MiB',
  })
}

/** How long after the last block the copy is as final as its source. */
async function reportFinality(
  node: Node,
  { params }: Genesis,
  blocks: number,
  report: Report,
): Promise<void> {
  const depth = node.chain.finality.config.voteDepth
  const last = BigInt(Math.floor((blocks - depth) / params.epochLength))
  const behind = last - node.chain.finality.justified.epoch
  const startMs = performance.now()
  await untilFinality(node, () => node.chain.finality.justified.epoch >= last)
  const seconds = (performance.now() - startMs) / 1000
  const note = `${behind} of ${last} epochs were left to certify`
  report({ name: nameOf(true, 'as final as its peer, after'), value: seconds, unit: 's', note })
}

function nameOf(isFinal: boolean, what: string): string {
  return `sync at scale, ${isFinal ? 'certified' : 'by work'}: ${what}`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
