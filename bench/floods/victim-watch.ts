/** What the victim says of itself at the beginning and the end of a window. */
import { cpuSeconds } from '../rpc/servers.ts'
import type { Victim } from './scene.ts'

const MEBIBYTE = 2 ** 20

export type VictimMark = {
  readonly atMs: number
  readonly cpuSeconds: number
  readonly imports: number
  readonly importSeconds: number
  readonly heapMiB: number
}

export async function markVictim({ pid, rpcPort }: Victim): Promise<VictimMark> {
  const text = await (await fetch(`http://127.0.0.1:${rpcPort}/metrics`)).text()
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
  return {
    atMs: performance.now(),
    cpuSeconds: cpuSeconds(pid),
    imports: metric('hanzo_block_import_seconds_count'),
    importSeconds: metric('hanzo_block_import_seconds_sum'),
    heapMiB: metric('hanzo_heap_bytes') / MEBIBYTE,
  }
}

export type VictimShare = {
  /** Of one core, all threads. */
  readonly cpuPercent: number
  /** Mean, from the start of an import to its events. */
  readonly importMs: number
}

export function betweenMarks(from: VictimMark, to: VictimMark): VictimShare {
  return {
    cpuPercent: (100_000 * (to.cpuSeconds - from.cpuSeconds)) / (to.atMs - from.atMs),
    importMs: (1000 * (to.importSeconds - from.importSeconds)) / (to.imports - from.imports),
  }
}
