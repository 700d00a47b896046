#!/usr/bin/env node
/**
 * solc-js with the two options of native solc that forge uses, so that contracts are tested with
 * the very compiler that builds the artifacts, and without a download.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const solc = createRequire(import.meta.url)('solc')
const flags = process.argv.slice(2)

if (flags.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`)
} else if (flags.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')))
} else {
  console.error(`solc.mjs knows --version and --standard-json, not: ${flags.join(' ')}`)
  process.exitCode = 1
}
