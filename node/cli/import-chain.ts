/**
 * `hanzo import-chain`: executes a chain of plain Ethereum from geth's `genesis.json` and a file of
 * blocks, and serves what it comes to. For the official JSON-RPC suite, and for looking at a chain
 * with our tools. Nothing is written to disk.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import type { Command } from 'commander'
import { runCommand } from './failure.ts'
import { parsePortOrZero } from './flags.ts'
import type { ImportFlags } from './run-import-chain.ts'

export function addImportChainCommand(program: Command): void {
  program
    .command('import-chain')
    .description("Execute a chain of plain Ethereum from geth's files, and serve it")
    .requiredOption('--genesis <file>', 'genesis.json in the format of geth')
    .requiredOption('--rlp <file>', 'blocks as RLP, one behind the other')
    .option(
      '--serve <port>',
      'JSON-RPC over HTTP and WebSocket; without it, only check the chain',
      parsePortOrZero,
    )
    .option('--json', 'print JSON lines')
    .action(async (flags: ImportFlags) => {
      await runCommand(flags.json === true, async () => {
        const { runImportChain } = await import('./run-import-chain.ts')
        await runImportChain(flags)
      })
    })
}
