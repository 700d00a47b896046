/**
 * The lanes of calls: few run at once, the others wait in line, and all of them give way while a
 * block is executed. A storm of calls delays calls, never blocks.
 */
import { CodedError } from '../../../consensus/errors.ts'
import type { CallLimits } from '../../api.ts'
import { andThen, lastly, type Soon } from '../../state/soon.ts'
import type { StateView } from '../../state/types.ts'
import type { Lane } from '../evm/lane.ts'
import type { LanePool } from '../evm/lane-pool.ts'
import type { PaceLimits } from '../evm/pace.ts'
import type { BlockRules } from '../rules/block-rules.ts'

/** Calls that run at once, in turns of a few milliseconds. */
const CALLS_RUNNING_MAX = 4
/** Calls that wait for one of these to end; above that a caller is told at once. */
const CALLS_WAITING_MAX = 256
/** From a caller's word to the end of the execution, waiting included. */
export const CALL_TIME_MS_MAX = 5_000

export class CallLanes {
  readonly #pool: LanePool
  readonly #timeMsMax: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(pool: LanePool, timeMsMax: number = CALL_TIME_MS_MAX) {
    this.#pool = pool
    this.#timeMsMax = timeMsMax
  }

  /**
   * Executes on `view`. Throws `InterruptError` when time is up or the caller is gone,
   * {@link CallError} when too many wait already.
   */
  run<Result>(
    rules: BlockRules,
    view: StateView,
    limits: CallLimits,
    execute: (lane: Lane) => Soon<Result>,
  ): Soon<Result> {
    return this.runAlone(rules, view, limits, (lane) =>
      andThen(execute(lane), (result) => {
        this.#pool.release(lane)
        return result
      }),
    )
  }

  /** As {@link run}, on a lane that nobody else gets afterwards, in whatever state it is left. */
  runAlone<Result>(
    rules: BlockRules,
    view: StateView,
    { signal }: CallLimits,
    execute: (lane: Lane) => Soon<Result>,
  ): Soon<Result> {
    const deadlineMs = this.#pool.time.now() + this.#timeMsMax
    const yieldTo = () => this.#pool.whenBlocksRest()
    const limits: PaceLimits = signal ? { deadlineMs, yieldTo, signal } : { deadlineMs, yieldTo }
    const begin = (): Soon<Result> => {
      const lane = this.#pool.acquire(rules, view)
      return andThen(lane.pace.start(limits), () => execute(lane))
    }
    return andThen(this.#enter(), () => lastly(begin, () => this.#leave()))
  }

  /** What to wait for, if the call has to; it has its place then. */
  #enter(): Promise<void> | undefined {
    if (this.#running < CALLS_RUNNING_MAX) {
      this.#running += 1
      return undefined
    }
    if (this.#waiting.length >= CALLS_WAITING_MAX) {
      throw new CallError({ code: 'TOO_MANY_CALLS', waitingMax: CALLS_WAITING_MAX })
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The place of a call that ended goes to the one that waited longest. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }
}

export type CallErrorType = { readonly code: 'TOO_MANY_CALLS'; readonly waitingMax: number }

export class CallError extends CodedError<CallErrorType> {}
