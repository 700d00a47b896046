/** `hanzo status`: one screen about a running node, read over its JSON-RPC. */
import type { Command } from 'commander'
import { runCommand } from './failure.ts'
import { parseUrl } from './flags.ts'
import { callNode } from './rpc-client.ts'

type Header = { number: string; hash: string; timestamp: string; difficulty: string }
type Stats = { sealer?: { adapter?: string; isSoftware?: boolean } | null }

export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('Show the state of a running node')
    .option('--rpc <url>', 'its JSON-RPC endpoint', parseUrl, 'http://127.0.0.1:8545')
    .option('--json', 'print JSON')
    .action(async (options: { rpc: string; json?: boolean }) => {
      await runCommand(options.json === true, () => showStatus(options.rpc, options.json === true))
    })
}

async function showStatus(url: string, isJson: boolean): Promise<void> {
  const call = (method: string, ...params: unknown[]) => callNode(url, method, params)
  const [client, chainId, head, finalized, peers, pool, syncing, stats] = await Promise.all([
    call('web3_clientVersion'),
    call('eth_chainId'),
    call('eth_getBlockByNumber', 'latest', false),
    call('eth_getBlockByNumber', 'finalized', false),
    call('hanzo_peers'),
    call('txpool_status'),
    call('eth_syncing'),
    call('hanzo_getStats'),
  ])
  const status = { url, client, chainId, head, finalized, peers, pool, syncing, stats }
  console.log(isJson ? JSON.stringify(status) : describe(status))
}

function describe(status: Record<string, unknown>): string {
  const head = status['head'] as Header
  const finalized = status['finalized'] as Header
  const pool = status['pool'] as { pending: string; queued: string }
  const peers = status['peers'] as readonly unknown[]
  const sealer = (status['stats'] as Stats).sealer
  const age = Math.max(0, Math.round(Date.now() / 1000 - Number(head.timestamp)))
  const rows: readonly (readonly [string, string])[] = [
    ['node', `${String(status['client'])} at ${String(status['url'])}`],
    ['chain id', String(BigInt(String(status['chainId'])))],
    ['head', `${BigInt(head.number)}  ${head.hash}  ${age} s ago`],
    ['finalized', `${BigInt(finalized.number)}`],
    ['difficulty', `${BigInt(head.difficulty)} MAC a block`],
    ['peers', String(peers.length)],
    ['pool', `${Number(pool.pending)} pending, ${Number(pool.queued)} queued`],
    ['syncing', status['syncing'] === false ? 'no' : 'yes'],
    ['adapter', sealer?.adapter ?? 'none: this node does not mine'],
  ]
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n')
}
