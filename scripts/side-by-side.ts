/**
 * Runs two commands at once: `tsx scripts/side-by-side.ts COMMAND COMMAND`. The first one's lines
 * are shown as they come, the second one's when it has ended, so that they do not mix. Fails when
 * one of them does, after both have ended. For one that computes beside one that waits: a suite of
 * processes with block times leaves most of a machine idle.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const [shown, kept, ...others] = process.argv.slice(2)
if (shown === undefined || kept === undefined || others.length > 0) {
  console.error('Usage: tsx scripts/side-by-side.ts COMMAND COMMAND')
  process.exit(2)
}
const codes = await Promise.all([runShown(shown), runKept(kept)])
process.exitCode = codes.find((code) => code !== 0) ?? 0

async function runShown(command: string): Promise<number> {
  const child = spawn(command, { shell: true, stdio: 'inherit' })
  return codeOf(await once(child, 'close'))
}

async function runKept(command: string): Promise<number> {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  }
  const code = codeOf(await once(child, 'close'))
  process.stdout.write(Buffer.concat(chunks))
  return code
}

/** Ended by a signal is no success. */
function codeOf([code]: readonly unknown[]): number {
  return typeof code === 'number' ? code : 1
}
