/** The call time: how long a client waits for a method before it is told to go. */
import type { CallLimits, CallSignal } from '../../node/api.ts'
import type { Soon } from '../../node/state/soon.ts'
import { RpcError, timeoutSentence } from '../errors.ts'

/** Rejects with TIMED_OUT after `timeMs`; the work itself ends by its own signal. */
export function within<Value>(work: Promise<Value>, timeMs: number): Promise<Value> {
  return withTimer(work, timeMs)
}

/** The same for work that can be told to stop. */
export function withSignal<Value>(
  timeMs: number,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController()
  return withTimer(run(controller.signal), timeMs, () => controller.abort())
}

/** The same for calls, of which most are done at once and need neither timer nor AbortSignal. */
export function withLimits<Value>(
  timeMs: number,
  run: (limits: CallLimits) => Soon<Value>,
): Soon<Value> {
  const signal = new LateSignal()
  const work = run({ signal })
  return work instanceof Promise ? withTimer(work, timeMs, () => signal.abort()) : work
}

/** As much of an AbortSignal as calls look at; a whole one costs more than their HTTP. */
class LateSignal implements CallSignal {
  readonly #listeners = new Set<() => void>()
  aborted = false

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
  }

  abort(): void {
    this.aborted = true
    for (const listener of this.#listeners) listener()
  }
}

/** By hand: races, and signals of what has ended already, cost more than most reads. */
function withTimer<Value>(
  work: Promise<Value>,
  timeMs: number,
  onLate?: () => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(timedOut(timeMs))
      onLate?.()
    }, timeMs)
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

export function timedOut(timeMs: number): RpcError {
  return new RpcError({ code: 'TIMED_OUT' }, timeoutSentence(timeMs))
}
