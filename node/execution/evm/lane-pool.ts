/** Lanes that wait for the next execution, and the right of blocks to go before calls. */
import type { Common } from '@ethereumjs/common'
import type { StateView } from '../../state/types.ts'
import { Lane } from './lane.ts'
import type { TransferRule } from './native-transfer-precompile.ts'
import { type ExecutionTime, machineTime } from './pace.ts'

/** An idle lane holds an EVM, about a megabyte; more than this at once are made anew. */
const IDLE_LANES_MAX = 8

export class LanePool {
  readonly time: ExecutionTime
  readonly #common: Common
  readonly #rules: readonly TransferRule[] | undefined
  readonly #idle: Lane[] = []
  #blocksRunning = 0
  #waiting: (() => void)[] = []

  constructor(
    common: Common,
    rules: readonly TransferRule[] | undefined,
    time: ExecutionTime = machineTime,
  ) {
    this.time = time
    this.#common = common
    this.#rules = rules
  }

  /** A lane on `view`. Whoever can't bring it back whole keeps it: it is not used again. */
  acquire(view: StateView): Lane {
    const lane = this.#idle.pop() ?? Lane.create(this.#common, view, this.#rules, this.time)
    lane.overlay.reset(view)
    return lane
  }

  release(lane: Lane): void {
    if (this.#idle.length < IDLE_LANES_MAX) this.#idle.push(lane)
  }

  /** Runs a block: calls stand still meanwhile, at their next turn. */
  async runBlock<Result>(view: StateView, run: (lane: Lane) => Promise<Result>): Promise<Result> {
    this.#blocksRunning += 1
    try {
      const lane = this.acquire(view)
      await lane.pace.start({})
      const result = await run(lane)
      this.release(lane)
      return result
    } finally {
      this.#blocksRunning -= 1
      if (this.#blocksRunning === 0) for (const wake of this.#waiting.splice(0)) wake()
    }
  }

  /** Resolves when no block runs. */
  async whenBlocksRest(): Promise<void> {
    if (this.#blocksRunning === 0) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
