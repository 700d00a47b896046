/**
 * Quiet and flood in turns, in short windows, so that whatever else the machine does falls on both.
 * What is told of a measure is the middle of its windows of either kind, their ratio, and between
 * which values the windows of one kind lie: a ratio within that is noise.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../report.ts'
import type { Account } from './attacker.ts'
import type { FloodName } from './attacks/floods.ts'
import type { KnownCheckpoint } from './attacks/target.ts'
import type { Scene, Victim } from './scene.ts'
import { betweenMarks, markVictim } from './victim-watch.ts'

/** Of each kind. */
export const WINDOWS = 5
export const WINDOW_MS = 2_000
/** After a change: queues empty, connections close, the other kind's garbage goes. */
const SETTLE_MS = 750
const HEAP_LOOK_MS = 500

/** One window; latencies are the middle ones in it. */
export type WindowFigures = {
  readonly importMs: number
  readonly headMs: number
  readonly peerMs: number
  readonly rpcMs: number
  /** The tenth that is slowest begins here. */
  readonly rpcSlowMs: number
  readonly cpuPercent: number
  /** The least of some looks: garbage is not counted for as long. */
  readonly heapMiB: number
}

export type Comparison = {
  readonly quiet: readonly WindowFigures[]
  readonly flood: readonly WindowFigures[]
  readonly accounts: readonly Account[]
}

export async function compare(scene: Scene, name: FloodName): Promise<Comparison> {
  const quiet: WindowFigures[] = []
  const flood: WindowFigures[] = []
  const accounts: Account[] = []
  for (let turn = 0; turn < WINDOWS; turn++) {
    await scene.honest.watch(SETTLE_MS)
    quiet.push(await watchWindow(scene))
    await scene.attacker.begin(name, checkpointOf(scene))
    await scene.honest.watch(SETTLE_MS)
    flood.push(await watchWindow(scene))
    accounts.push(await scene.attacker.stop())
  }
  return { quiet, flood, accounts }
}

async function watchWindow({ victim, honest }: Scene): Promise<WindowFigures> {
  const from = await markVictim(victim)
  const watched = honest.watch(WINDOW_MS)
  const heapMiB = await leastHeap(victim, watched)
  const { headMs, peerMs, rpcMs } = await watched
  return {
    ...betweenMarks(from, await markVictim(victim)),
    headMs: median(headMs),
    peerMs: median(peerMs),
    rpcMs: median(rpcMs),
    rpcSlowMs: rpcMs.toSorted((a, b) => a - b)[Math.floor(0.9 * rpcMs.length)] ?? Number.NaN,
    heapMiB,
  }
}

async function leastHeap(victim: Victim, watched: Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  let isOver = false
  const over = watched.finally(() => {
    isOver = true
  })
  while (!isOver) {
    least = Math.min(least, (await markVictim(victim)).heapMiB)
    await Promise.race([over, sleep(HEAP_LOOK_MS)])
  }
  return least
}

/** The newest that is executed. */
function checkpointOf({ genesis, honest }: Scene): KnownCheckpoint {
  const { epochLength } = genesis.params
  const epoch = Math.floor((honest.head?.number ?? 0) / epochLength)
  return { epoch, hash: honest.blockAt(epoch * epochLength)?.hash ?? genesis.hash }
}
