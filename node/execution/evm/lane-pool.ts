/** Lanes that wait for the next execution, and the right of blocks to go before calls. */
import type { StateView } from '../../state/types.ts'
import type { PrecompileThreads } from '../precompiles/precompile-threads.ts'
import type { BlockRules } from '../rules/block-rules.ts'
import { Lane } from './lane.ts'
import { type ExecutionTime, machineTime } from './pace.ts'

/** An idle lane holds an EVM, about a megabyte; more of a fork than this at once are made anew. */
const IDLE_LANES_MAX = 8
/** A block that waits for a thread for longer lets calls run meanwhile. */
const STAND_ASIDE_MS = 100

export type LanePoolOptions = {
  readonly time?: ExecutionTime | undefined
  /** Where precompiles that take long run; in place if not given. */
  readonly threads?: PrecompileThreads | undefined
}

export class LanePool {
  readonly time: ExecutionTime
  readonly #threads: PrecompileThreads | undefined
  /** By the rules that they are made for. */
  readonly #idle = new Map<BlockRules, Lane[]>()
  #blocksRunning = 0
  #waiting: (() => void)[] = []

  constructor({ time = machineTime, threads }: LanePoolOptions = {}) {
    this.time = time
    this.#threads = threads
  }

  /** A lane on `view`. Whoever can't bring it back whole keeps it: it is not used again. */
  acquire(rules: BlockRules, view: StateView): Lane {
    const modules = { time: this.time, threads: this.#threads }
    const lane = this.#idle.get(rules)?.pop() ?? Lane.create(rules, view, modules)
    lane.overlay.reset(view)
    return lane
  }

  release(lane: Lane): void {
    lane.restorePrecompiles()
    const idle = this.#idle.get(lane.rules)
    if (idle === undefined) this.#idle.set(lane.rules, [lane])
    else if (idle.length < IDLE_LANES_MAX) idle.push(lane)
  }

  /** Runs a block: calls stand still meanwhile, at their next turn. */
  async runBlock<Result>(
    rules: BlockRules,
    view: StateView,
    run: (lane: Lane) => Promise<Result>,
  ): Promise<Result> {
    this.#blocksRunning += 1
    try {
      const lane = this.acquire(rules, view)
      await lane.pace.start({ standAside: (work) => this.#standAside(work) })
      const result = await run(lane)
      this.release(lane)
      return result
    } finally {
      this.#rest()
    }
  }

  /** Resolves when no block runs; undefined while none does. */
  whenBlocksRest(): Promise<void> | undefined {
    if (this.#blocksRunning === 0) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The thread of a block's precompile leaves this one free. */
  async #standAside<Value>(work: Promise<Value>): Promise<Value> {
    let isAside = false
    const timer = setTimeout(() => {
      isAside = true
      this.#rest()
    }, STAND_ASIDE_MS)
    try {
      return await work
    } finally {
      clearTimeout(timer)
      if (isAside) this.#blocksRunning += 1
    }
  }

  #rest(): void {
    this.#blocksRunning -= 1
    if (this.#blocksRunning === 0) for (const wake of this.#waiting.splice(0)) wake()
  }
}
