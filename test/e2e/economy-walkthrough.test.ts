/** docs/economy.md, command by command, against a real node. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DevnetConfig } from '../../node/devnet/config.ts'
import { devArguments, initArguments } from '../../scripts/economy-chain.ts'
import { hasProgram, Shell } from '../../scripts/shell.ts'
import { isAsExpected, parseWalkthrough } from '../../scripts/walkthrough.ts'
import { HanzoProcess, temporaryDirectory } from '../support/hanzo-process.ts'
import { ROOT } from '../support/source-tree.ts'

const steps = parseWalkthrough(readFileSync(join(ROOT, 'docs/economy.md'), 'utf8'))

/** The vote takes more than a minute by itself. */
const STEP_TIMEOUT_MS = 240_000

const hasCast = hasProgram('cast', ROOT)
if (!hasCast) process.stdout.write('Not tested: docs/economy.md needs cast, which is not here.\n')

describe('e2e / economy walkthrough / page', () => {
  it('promises something in every step', () => {
    expect(steps.length).toBeGreaterThanOrEqual(10)
    const silent = steps.filter(({ commands }) =>
      commands.every(({ expected }) => expected.length === 0),
    )
    expect(silent.map(({ title }) => title)).toEqual([])
  })

  it('compares the last lines, and takes … for anything', () => {
    expect(isAsExpected('status               1 (success)', ['status 1 (success)'])).toBe(true)
    expect(isAsExpected('1\n2\n3\n', ['2', '3'])).toBe(true)
    expect(isAsExpected('999999999.95123', ['999999999.95…'])).toBe(true)
    expect(isAsExpected('1\n2\n3\n', ['1', '2'])).toBe(false)
    expect(isAsExpected('10', ['1'])).toBe(false)
    expect(isAsExpected('1x5', ['1.5'])).toBe(false)
    expect(isAsExpected('', ['1'])).toBe(false)
  })
})

describe.skipIf(!hasCast)('e2e / economy walkthrough', () => {
  let shell: Shell

  beforeAll(async () => {
    const directory = await temporaryDirectory()
    const { code } = await new HanzoProcess(initArguments(directory)).exited
    expect(code).toBe(0)
    const node = new HanzoProcess([...devArguments(directory), '--json'])
    const { validators } = (await node.event('ready')) as unknown as DevnetConfig
    const environment = { ETH_RPC_URL: validators[0]!.rpcUrl }
    shell = new Shell({ directory: ROOT, environment })
  })

  afterAll(() => shell.close())

  for (const { title, commands } of steps) {
    it(
      title,
      async ({ onTestFailed }) => {
        // What follows builds on this step, and would wait for what never comes.
        onTestFailed(() => shell.close())
        for (const { script, expected } of commands) {
          const printed = await shell.run(script)
          const said = `${script}\nprints\n${printed}\nand not\n${expected.join('\n')}`
          expect(isAsExpected(printed, expected), said).toBe(true)
        }
      },
      STEP_TIMEOUT_MS,
    )
  }
})
