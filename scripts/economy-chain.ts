/**
 * The chain that docs/economy.md is told on: of one node, with an era of two minutes, and as old as
 * it takes for the first year of vesting to end while the page runs.
 */
import { join } from 'node:path'

/** Two minutes of blocks of a second. */
const ERA_BLOCKS = 120
/** Seconds; a year of the dev clock has 1,200. */
const AGE_SECONDS = 1_100

/** What `hanzo` is given to write the chain's genesis into `directory`. */
export function initArguments(directory: string): readonly string[] {
  const timestamp = Math.floor(Date.now() / 1000) - AGE_SECONDS
  return [
    ...['init', '--preset', 'instant', '--validators', '1'],
    ...['--era-blocks', String(ERA_BLOCKS), '--timestamp', String(timestamp)],
    ...['--out', join(directory, 'genesis.json')],
  ]
}

/** What it is given then, to run that chain on a free port. */
export function devArguments(directory: string): readonly string[] {
  return ['dev', '--block-time', '1', '--port', '0', '--data-dir', directory]
}
