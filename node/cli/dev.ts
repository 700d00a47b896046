/**
 * `hanzo dev`: a chain of one node for dapp work. Proofs are computed by the CPU twin; a block
 * comes as soon as a transaction waits, or each `--block-time` seconds.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import type { Command } from 'commander'
import { runCommand } from './failure.ts'
import { parseCompat, parsePortOrZero, parseSeconds } from './flags.ts'
import type { DevFlags } from './run-dev.ts'

export function addDevCommand(program: Command): void {
  program
    .command('dev')
    .description('Run a chain of one node for dapp work: a block as soon as a transaction waits')
    .option('--port <port>', 'JSON-RPC over HTTP and WebSocket', parsePortOrZero, 8545)
    .option('--block-time <seconds>', 'a block each so many seconds instead', parseSeconds)
    .option('--data-dir <dir>', 'keep the chain there (default: a temporary directory)')
    .option('--compat <tool>', 'answer as this program: anvil', parseCompat)
    .option('--verbose', 'show the logs of the node')
    .option('--json', 'print JSON lines')
    .action(async (flags: DevFlags) => {
      await runCommand(flags.json === true, async () => {
        const { runDev } = await import('./run-dev.ts')
        await runDev(flags)
      })
    })
}
