/**
 * Foundry's programs as npm ships them, for Linux on x86-64 alone. The wrappers in node_modules/.bin
 * lose the exit code, so the binaries themselves are run.
 */
import { join } from 'node:path'
import { ROOT } from '../../support/source-tree.ts'

export const HAS_FOUNDRY = process.platform === 'linux' && process.arch === 'x64'

export function foundryBinary(name: 'cast' | 'forge'): string {
  return join(ROOT, `node_modules/@foundry-rs/${name}-linux-amd64/bin/${name}`)
}
