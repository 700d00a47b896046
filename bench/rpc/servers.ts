/** The two servers that are compared, as processes: ours, and Anvil where its binary is installed. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePortRanges } from '../../test/support/free-ports.ts'
import { type Rpc, rpcClient } from '../../test/support/rpc-client.ts'
import { ROOT } from '../../test/support/source-tree.ts'
import { BenchProcess, temporaryBenchDirectory } from '../processes.ts'

export type Server = {
  readonly name: 'hanzo' | 'anvil'
  readonly port: number
  readonly pid: number
  readonly rpc: Rpc
  stop(): Promise<void>
}

const ANVIL = join(ROOT, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil')
/** What Linux counts the time of processes in. */
const TICKS_PER_SECOND = 100

export async function startHanzo(): Promise<Server> {
  const { rpc: port } = await freePortRanges(1)
  const dataDir = join(await temporaryBenchDirectory(), 'dev')
  const dev = new BenchProcess(['dev', '--port', String(port), '--data-dir', dataDir])
  await dev.event('ready')
  const rpc = rpcClient(`http://127.0.0.1:${port}`)
  await rpc('evm_setAutomine', false)
  return { name: 'hanzo', port, pid: dev.pid, rpc, stop: () => dev.stop() }
}

/** Undefined where Anvil is not installed: npm has a binary for Linux on x64 alone. */
export async function startAnvil(chainId: number): Promise<Server | undefined> {
  if (!existsSync(ANVIL)) return undefined
  const { p2p: port } = await freePortRanges(1)
  const args = ['--port', String(port), '--chain-id', String(chainId), '--no-mining']
  const child = spawn(ANVIL, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error('anvil has ended')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('Listening on')) resolve()
    })
  })
  const stop = async () => {
    child.kill('SIGKILL')
    await closed
  }
  const rpc = rpcClient(`http://127.0.0.1:${port}`)
  return { name: 'anvil', port, pid: child.pid ?? 0, rpc, stop }
}

/** Seconds of processor time that a process has used, all its threads. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name, in parentheses; user and system time are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
