/**
 * A devnet as a user meets it: seconds from the command to the first block, the rhythm of blocks
 * 101 to 200, and the memory of a validator between blocks.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePortRanges } from '../test/support/free-ports.ts'
import { type BlockAnswer, onEachHead, type Rpc, rpcClient } from '../test/support/rpc-client.ts'
import { startBenchDevnet, temporaryBenchDirectory } from './processes.ts'
import { median, type Report } from './report.ts'

const VALIDATORS = 4
const RHYTHM_FROM = 100
const RHYTHM_TO = 200

export async function benchDevnet(report: Report): Promise<void> {
  const directory = join(await temporaryBenchDirectory(), 'net')
  const ports = await freePortRanges(VALIDATORS)
  const startMs = performance.now()
  const devnet = startBenchDevnet([
    ...['--data-dir', directory, '--base-port', String(ports.rpc)],
    ...['--base-p2p-port', String(ports.p2p)],
  ])
  try {
    await devnet.event('block')
    const firstBlockSeconds = (performance.now() - startMs) / 1000
    report({
      name: 'devnet: command to first block',
      value: firstBlockSeconds,
      unit: 's',
      note: `${VALIDATORS} validators, preset cpu`,
    })
    const ready = await devnet.event('ready')
    const [first] = ready['validators'] as { rpcUrl: string; wsUrl: string; adapter: string }[]
    if (first === undefined) throw new Error('a devnet without validators')
    const rpc = rpcClient(first.rpcUrl)
    await onEachHead(first.wsUrl, async () =>
      Number(await rpc('eth_blockNumber')) >= RHYTHM_TO ? true : undefined,
    )
    await reportRhythm(rpc, report, first.adapter)
    for (const event of devnet.events('validatorReady')) {
      reportMemory(Number(event['index']), Number(event['pid']), report)
    }
  } finally {
    await devnet.stop()
  }
}

async function reportRhythm(rpc: Rpc, report: Report, note: string): Promise<void> {
  const timestamps: number[] = []
  for (let number = RHYTHM_FROM; number <= RHYTHM_TO; number++) {
    const block = (await rpc(
      'eth_getBlockByNumber',
      `0x${number.toString(16)}`,
      false,
    )) as BlockAnswer
    timestamps.push(Number(block.timestamp))
  }
  const gaps = timestamps.slice(1).map((time, index) => time - (timestamps[index] ?? time))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  report({ name: 'devnet: mean block time, blocks 101 to 200', value: mean, unit: 's', note })
  report({ name: 'devnet: median block time, blocks 101 to 200', value: median(gaps), unit: 's' })
  report({ name: 'devnet: longest gap, blocks 101 to 200', value: Math.max(...gaps), unit: 's' })
}

/** Resident memory of the node's process, and of its children (the GPU child) beside it. */
function reportMemory(index: number, pid: number, report: Report): void {
  const mib = (process: number) => {
    const status = readFileSync(`/proc/${process}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
  }
  const children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => mib(Number(line)))
  const gpu = children.reduce((sum, size) => sum + size, 0)
  report({
    name: `devnet: memory of validator ${index}, node process`,
    value: mib(pid),
    unit: 'MiB RSS',
    note: `GPU child ${gpu.toFixed(0)} MiB beside it`,
  })
}
