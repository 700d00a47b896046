#!/usr/bin/env node
/**
 * `npm run sim`: whole networks in one process, from seeds. Prints what a failure was, and the one
 * command that repeats it.
 *
 * Usage and what the words mean: docs/simulator.md.
 */
import { traceSeed } from '../run/run-seed.ts'
import { runCampaign, say } from './campaign.ts'
import { type Options, readOptions, USAGE } from './options.ts'

const LINES_OF_TRACE = 1_000_000

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    say(USAGE)
    return 0
  }
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
  return options.isTrace ? trace(options) : runCampaign(options)
}

/** Every event of the first seed. */
async function trace({ groups, untilMs, isTwice }: Options): Promise<number> {
  const [first] = groups
  const seed = first?.seeds[0]
  if (first === undefined || seed === undefined) {
    say(USAGE)
    return 2
  }
  const task = { seed, tier: first.tier, untilMs, isTwice }
  const { failure, digest } = await traceSeed(task, LINES_OF_TRACE, say)
  say(failure === undefined ? `passed, trace ${digest}` : `FAILED ${failure}`)
  return failure === undefined ? 0 : 1
}
