/**
 * Compiles contracts/Till.sol once for all test files. Hardhat and forge compile it themselves,
 * with the same compiler and settings, so that all clients deploy the same bytes.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ROOT } from '../../support/source-tree.ts'

export type CompiledContract = { readonly abi: readonly object[]; readonly bytecode: `0x${string}` }

declare module 'vitest' {
  export interface ProvidedContext {
    till: CompiledContract
  }
}

type Solc = { compile(input: string): string }

const SOURCE = new URL('../contracts/Till.sol', import.meta.url)
const SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: 'osaka',
  metadata: { bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
}

export function setup(project: TestProject): void {
  // Hardhat brings a compiler of its own; this is the repository's.
  const solc = createRequire(join(ROOT, 'package.json'))('solc') as Solc
  const sources = { 'Till.sol': { content: readFileSync(SOURCE, 'utf8') } }
  const input = { language: 'Solidity', sources, settings: SETTINGS }
  const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input)))
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  const { abi, evm } = contracts['Till.sol'].Till
  project.provide('till', { abi, bytecode: `0x${evm.bytecode.object}` })
}
