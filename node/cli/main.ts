#!/usr/bin/env node
/**
 * The `hanzo` command: one sub-command a file, each loaded only when it is called.
 *
 * Spec: docs/spec/interface.md, "Commands". Exit codes: 0 ok, 1 failure, 2 wrong usage.
 */
import '../../p2p/polyfill.ts'
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addAccountsCommand } from './accounts.ts'
import { addDbCommand } from './db-verify.ts'
import { addDevCommand } from './dev.ts'
import { addDevnetCommand } from './devnet.ts'
import { EXIT_USAGE } from './failure.ts'
import { addGpuCommand } from './gpu.ts'
import { addImportChainCommand } from './import-chain.ts'
import { addInitCommand } from './init.ts'
import { addNodeCommand } from './node.ts'
import { addStatusCommand } from './status.ts'
import { addVerifyProofCommand } from './verify-proof.ts'

const program = new Command('hanzo')
  .description('An EVM L2 node with Proof of Compute consensus.')
  .version(packageVersion(), '-V, --version')
  .showHelpAfterError('(hanzo --help lists the commands, hanzo COMMAND --help its options)')
  .exitOverride()

for (const add of [
  addDevnetCommand,
  addNodeCommand,
  addDevCommand,
  addInitCommand,
  addStatusCommand,
  addAccountsCommand,
  addVerifyProofCommand,
  addDbCommand,
  addGpuCommand,
  addImportChainCommand,
]) {
  add(program)
}

try {
  await program.parseAsync()
} catch (error) {
  // Commander has already said what is wrong with the words of the command line.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE
}

/** Of package.json, which lies above this file whether it runs from `dist` or from source. */
function packageVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'))
      if (name === 'hanzo-l2') return version
    } catch {
      // Not at this level: from `dist` the file is one folder further up.
    }
  }
  return '0.0.0'
}
