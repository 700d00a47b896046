/**
 * `hanzo node`: one node of a chain, for several machines or under the devnet's supervisor.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import type { Command } from 'commander'
import { runCommand } from './failure.ts'
import {
  collect,
  collectHash,
  parseAddress,
  parseGpuMode,
  parseHash,
  parsePercent,
  parsePortOrZero,
} from './flags.ts'
import { LOG_LEVELS } from './log-line.ts'
import type { NodeFlags } from './run-node.ts'

export function addNodeCommand(program: Command): void {
  program
    .command('node')
    .description('Run one node of a chain')
    .requiredOption('--genesis <file>', 'genesis.json of the chain, from hanzo init')
    .requiredOption('--data-dir <dir>', 'where the node keeps its chain')
    .option('--rpc-port <port>', 'JSON-RPC over HTTP and WebSocket', parsePortOrZero, 8545)
    .option('--p2p-port <port>', 'libp2p over TCP', parsePortOrZero, 30303)
    .option('--p2p-host <address>', 'the address to listen on for peers', '127.0.0.1')
    .option('--bootnode <multiaddr>', 'a peer to stay connected to; may be repeated', collect, [])
    .option('--validator-key <file>', "the validator's voting key, one line of 0x hex")
    .option('--coinbase <address>', 'where the rewards of its blocks go', parseAddress)
    .option('--mine', 'search for blocks')
    .option('--gpu <mode>', 'auto, webgpu or cpu', parseGpuMode, 'auto')
    .option('--gpu-duty <percent>', 'share of time to search', parsePercent, 50)
    .option('--exclude <hash>', 'a block never to be followed; may be repeated', collectHash, [])
    .option('--join-fork <hash>', 'after a safety fault: the certified block to follow', parseHash)
    .option('--vote-after-restore', 'vote though the record of signed votes was lost or restored')
    .option('--dev-rpc', 'answer evm_, anvil_ and hardhat_ methods, on a dev chain')
    .option('--log-level <level>', LOG_LEVELS.join(', '), 'info')
    .option('--json', 'print JSON lines')
    .action(async (flags: NodeFlags) => {
      await runCommand(flags.json === true, async () => {
        const { runNode } = await import('./run-node.ts')
        await runNode(flags)
      })
    })
}
