/** The call time: how long a client waits for a method before it is told to go. */
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
