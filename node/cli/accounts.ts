/** `hanzo accounts`: the funded accounts of dev chains and their public keys' secrets. */
import type { Command } from 'commander'
import { devAccounts } from '../../genesis/accounts.ts'
import { formatAccounts } from './banner.ts'
import { runCommand } from './failure.ts'

export function addAccountsCommand(program: Command): void {
  program
    .command('accounts')
    .description('Show the ten funded accounts of every devnet, with their keys')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      await runCommand(options.json === true, async () => {
        const accounts = devAccounts()
        console.log(options.json === true ? JSON.stringify(accounts) : formatAccounts(accounts))
      })
    })
}
