/**
 * The chain that the blocks of a simulation make: numbers and times that nobody gave are filled
 * in, gaps between numbers with blocks that are empty. As geth has it, and in its order.
 */
import type { EthereumHeader } from '../../../consensus/types.ts'
import { SimulationError } from './simulation-error.ts'
import type { BlockRequest } from './simulation-types.ts'

/** Blocks of one simulation, those that fill gaps included. */
export const SIMULATED_BLOCKS_MAX = 256

export type PlannedBlock = BlockRequest & {
  readonly number: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
}

const EMPTY_BLOCK: BlockRequest = { block: {}, accounts: new Map(), calls: [] }

/** `blockSeconds`: between two blocks unless a request says otherwise. */
export function planBlocks(
  base: Pick<EthereumHeader, 'number' | 'timestamp'>,
  requests: readonly BlockRequest[],
  blockSeconds: bigint,
): readonly PlannedBlock[] {
  if (requests.length > SIMULATED_BLOCKS_MAX) throw tooManyBlocks()
  const planned: PlannedBlock[] = []
  let { number: last, timestamp } = base
  for (const request of requests) {
    const { number = last + 1n, time } = request.block
    if (number <= last) {
      throw new SimulationError(
        'BLOCK_NUMBER_ORDER',
        `block numbers must be in order: ${number} <= ${last}`,
      )
    }
    if (number - base.number > SIMULATED_BLOCKS_MAX) throw tooManyBlocks()
    for (last += 1n; last < number; last += 1n) {
      timestamp += blockSeconds
      planned.push({ ...EMPTY_BLOCK, number: last, timestamp })
    }
    const at = time ?? timestamp + blockSeconds
    if (at <= timestamp) {
      throw new SimulationError(
        'BLOCK_TIME_ORDER',
        `block timestamps must be in order: ${at} <= ${timestamp}`,
      )
    }
    timestamp = at
    planned.push({ ...request, number, timestamp })
  }
  return planned
}

function tooManyBlocks(): SimulationError {
  return new SimulationError(
    'TOO_MANY_BLOCKS',
    `too many blocks: at most ${SIMULATED_BLOCKS_MAX} are simulated`,
  )
}
