/**
 * `npm run demo:economy`: runs docs/economy.md against a chain of its own and prints it as a story.
 * Ends with code 1 when something is not as the page says.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { BenchProcess, temporaryBenchDirectory } from '../bench/processes.ts'
import type { DevnetConfig } from '../node/devnet/config.ts'
import { ROOT } from '../test/support/source-tree.ts'
import { devArguments, initArguments } from './economy-chain.ts'
import { hasProgram, Shell, ShellError } from './shell.ts'
import { type Command, isAsExpected, parseWalkthrough, type Step } from './walkthrough.ts'

const PAGE = join(ROOT, 'docs/economy.md')
const COLUMNS = 100

type Style = 'bold' | 'dim' | 'green' | 'red' | 'cyan'

/** Plain text where nobody looks, or asked for it (https://no-color.org). */
const hasColors = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
const paint = (style: Style, text: string) => (hasColors ? styleText(style, text) : text)

/** Something is not as the page says. */
class PromiseBroken extends Error {}

process.exit(await main())

async function main(): Promise<number> {
  if (!hasProgram('cast', ROOT)) {
    console.error('npm has no `cast` for this machine: install https://getfoundry.sh first.')
    return 1
  }
  const startedMs = Date.now()
  const steps = parseWalkthrough(readFileSync(PAGE, 'utf8'))
  console.log('Starting a chain of one node, with a block each second and an era of two minutes')
  const directory = await temporaryBenchDirectory()
  const hanzo = join(ROOT, 'dist/node/cli/main.js')
  execFileSync(process.execPath, [hanzo, ...initArguments(directory)])
  const node = new BenchProcess(devArguments(directory))
  try {
    const { validators } = (await node.event('ready')) as unknown as DevnetConfig
    await tell(steps, validators[0]?.rpcUrl ?? '')
  } catch (error) {
    if (!(error instanceof PromiseBroken || error instanceof ShellError)) throw error
    console.log(paint('red', `\n✗ ${error.message}`))
    return 1
  } finally {
    await node.stop()
    await rm(directory, { recursive: true })
  }
  const promises = steps.flatMap(({ commands }) => commands.flatMap(({ expected }) => expected))
  const seconds = Math.round((Date.now() - startedMs) / 1000)
  const sum = `${steps.length} steps in ${seconds} s, ${promises.length} lines as the page says`
  console.log(paint('green', `\n✓ ${sum}`))
  return 0
}

async function tell(steps: readonly Step[], rpcUrl: string): Promise<void> {
  const shell = new Shell({ directory: ROOT, environment: { ETH_RPC_URL: rpcUrl } })
  try {
    for (const { title, parts } of steps) {
      console.log(`\n\n${paint('bold', title)}`)
      for (const part of parts) {
        if (part.kind === 'prose') console.log(`\n${wrap(part.text)}\n`)
        else await show(part, shell)
      }
    }
  } finally {
    shell.close()
  }
}

/** The command as it is typed, then what it prints: lines that the page promises have a mark. */
async function show({ script, expected }: Command, shell: Shell): Promise<void> {
  console.log(paint('cyan', `  $ ${script.replaceAll('\n', '\n    ')}`))
  const printed = await shell.run(script)
  const lines = printed === '' ? [] : printed.split('\n')
  const promised = isAsExpected(printed, expected) ? expected.length : 0
  lines.forEach((line, i) => {
    const isPromised = i >= lines.length - promised
    console.log(isPromised ? paint('green', `  ✓ ${line}`) : paint('dim', `    ${line}`))
  })
  if (promised < expected.length) {
    throw new PromiseBroken(`docs/economy.md promises:\n    ${expected.join('\n    ')}`)
  }
}

/** Paragraphs within the columns of a terminal; Markdown's marks stay. */
function wrap(text: string): string {
  const paragraphs = text.split(/\n\n+/).map((paragraph) => {
    const lines: string[] = ['']
    for (const word of paragraph.split(/\s+/)) {
      const line = lines.at(-1) ?? ''
      if (line.length + word.length + 3 > COLUMNS) lines.push(word)
      else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
    }
    return lines.map((line) => `  ${line}`).join('\n')
  })
  return paragraphs.join('\n\n')
}
