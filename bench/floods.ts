/**
 * What floods do to a follower's imports and to others' latency (spec/consensus.md 6, rows 21 and
 * 28): seven floods, each in turns with quiet, from a process of the attacker's own.
 */

import type { Account } from './floods/attacker.ts'
import {
  FLOOD_NAMES,
  FLOODS,
  type FloodName,
  IDENTITIES_PER_SECOND,
} from './floods/attacks/floods.ts'
import { BLOCKS_PER_SECOND } from './floods/honest-peer.ts'
import { openScene } from './floods/scene.ts'
import { type Comparison, compare, type WindowFigures } from './floods/windows.ts'
import { median, type Report } from './report.ts'

/** Brought at once: votes may be older than what is heard of, and all code is warm. */
const WARM_BLOCKS = 650
/** What a flood takes with all that is around its windows. */
const FLOOD_SECONDS = 50
const TOLD: readonly (readonly [keyof WindowFigures, string, string])[] = [
  ['importMs', 'import of a block', 'ms'],
  ['headMs', 'from a block published to its head told', 'ms'],
  ['peerMs', "a peer's request for a header", 'ms'],
  ['rpcMs', 'eth_blockNumber', 'ms'],
  ['rpcSlowMs', 'eth_blockNumber, slowest tenth', 'ms'],
  ['cpuPercent', "the victim's processor", '% of a core'],
  ['heapMiB', "the victim's heap", 'MiB'],
]

/** `HANZO_BENCH_FLOODS`: some of the floods, by their names, with commas between. */
function chosenFloods(): readonly FloodName[] {
  const asked = process.env['HANZO_BENCH_FLOODS']?.split(',')
  return FLOOD_NAMES.filter((name) => asked?.includes(name) ?? true)
}

export async function benchFloods(report: Report): Promise<void> {
  const floods = chosenFloods()
  const scene = await openScene(WARM_BLOCKS + floods.length * FLOOD_SECONDS * BLOCKS_PER_SECOND)
  try {
    await scene.honest.bring(WARM_BLOCKS)
    for (const name of floods) reportFlood(name, await compare(scene, name), report)
  } finally {
    await scene.stop()
  }
}

function reportFlood(name: FloodName, comparison: Comparison, report: Report): void {
  for (const [key, what, unit] of TOLD) {
    const quiet = comparison.quiet.map((window) => window[key])
    const flood = comparison.flood.map((window) => window[key])
    report({
      name: `flood of ${name}: ${what}`,
      value: median(flood) / median(quiet),
      unit: 'x quiet',
      note: `${spreadOf(flood)} for ${spreadOf(quiet)} ${unit}`,
    })
  }
  const { accounts } = comparison
  const sum = (key: keyof Account) => accounts.reduce((total, each) => total + each[key], 0)
  const seconds = sum('seconds')
  const cpu = (100 * sum('cpuSeconds')) / seconds
  report({
    name: `flood of ${name}: what got through`,
    value: sum('sent') / seconds,
    unit: 'a second',
    note:
      `${FLOODS[name]}; ${sum('identities')} identities, ${sum('cutOff')} cut off, ` +
      `at most ${IDENTITIES_PER_SECOND} new ones a second; ${cpu.toFixed(0)} % of a core`,
  })
}

/** The middle, the least and the most. */
function spreadOf(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return `${median(values).toPrecision(3)} (${least.toPrecision(3)} to ${most.toPrecision(3)})`
}
