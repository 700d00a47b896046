import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { expectConsistent } from '../../../support/chain-consistency.ts'
import { TestChain, temporaryDirectory } from '../../../support/chain-factory.ts'

const CHILD = fileURLToPath(new URL('./sealing-child.ts', import.meta.url))

/** Runs a process that imports blocks, and kills it amid the import after the `count`-th. */
async function importAndKill(directory: string, count: number, delayMs: number): Promise<bigint> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let last = 0n
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    last = BigInt(line)
    seen += 1
    // A few milliseconds on, the next import is under way: at another point of it each time.
    if (seen === count) setTimeout(() => child.kill('SIGKILL'), delayMs)
  }
  await exited
  return last
}

/** Three processes are started, which takes a busy machine a while. */
const PATIENT = { timeout: 240_000 }

describe('node / chain / kill', PATIENT, () => {
  it('reopens at a prefix of what was imported when it is killed amid imports', async () => {
    const directory = await temporaryDirectory()
    let before = 0n
    for (const [round, delayMs] of [3, 7, 11].entries()) {
      const told = await importAndKill(directory, 5 + 3 * round, delayMs)
      expect(told).toBeGreaterThan(before)
      const test = await TestChain.open({ directory })
      const { number } = test.chain.head.header
      // What was told is in; one more may have been written and not told.
      expect(number).toBeGreaterThanOrEqual(told)
      expect(number).toBeLessThanOrEqual(told + 1n)
      await expectConsistent(test)
      await test.extend(1)
      before = number + 1n
      await test.close()
    }
  })
})
