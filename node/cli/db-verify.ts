/** `hanzo db verify`: reads every record of a stopped node's database and says what is wrong. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { MAX_SUPPLY_WEI } from '../../genesis/build/allocation.ts'
import { dataDirectory } from '../storage/data-directory.ts'
import type { VerifyReport } from '../storage/verify/verify-database.ts'
import { CommandError, runCommand } from './failure.ts'
import { createProgress } from './progress.ts'

type Flags = { readonly dataDir: string; readonly json?: boolean }

export function addDbCommand(program: Command): void {
  program
    .command('db')
    .description('Look after the database of a stopped node')
    .command('verify')
    .description('Read every record and check it')
    .requiredOption('--data-dir <dir>', 'the data directory of the node')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      await runCommand(flags.json === true, () => verify(flags))
    })
}

async function verify(flags: Flags): Promise<void> {
  const { path, databaseDirectory } = dataDirectory(resolve(flags.dataDir))
  if (!existsSync(databaseDirectory)) {
    throw new CommandError(
      'NO_DATABASE',
      `${path} holds no database: give the --data-dir of a node, such as .hanzo/devnet/validator-0.`,
    )
  }
  // All files of level, where a node that starts checks the newest ones.
  const { Database } = await import('../storage/database.ts')
  const { verifyDatabase } = await import('../storage/verify/verify-database.ts')
  const store = await Database.open(databaseDirectory, { checkBytesMax: Number.POSITIVE_INFINITY })
  const progress = createProgress('Verifying records')
  let report: VerifyReport
  try {
    report = await verifyDatabase(store, {
      onProgress: ({ records }) => progress.update(records, 0),
    })
  } finally {
    await store.close()
  }
  progress.finish(`${report.records} read, ${report.bytes} bytes`)
  tell(report, flags.json === true)
}

function tell(report: VerifyReport, isJson: boolean): void {
  const { problems, problemCount, balancesWei } = report
  if (isJson) console.log(JSON.stringify({ ...report, balancesWei: String(balancesWei) }))
  else {
    for (const { code, table, key } of problems) console.log(`${code}  ${table}  ${key}`)
    if (problemCount > problems.length) console.log(`and ${problemCount - problems.length} more`)
    if (problemCount === 0) console.log('Every record is as it was written.')
    if (balancesWei === MAX_SUPPLY_WEI) console.log('All balances make 10^27 wei.')
  }
  if (problemCount > 0) {
    throw new CommandError(
      'DATABASE_DAMAGED',
      `${problemCount} records are damaged or missing: remove the data directory and sync again.`,
    )
  }
  if (balancesWei !== MAX_SUPPLY_WEI) {
    throw new CommandError(
      'SUPPLY_WRONG',
      `All balances make ${balancesWei} wei and not 10^27: please report it, and keep the directory.`,
    )
  }
}
