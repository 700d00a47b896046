/** The call time: how long a client waits for a method before it is told to go. */
import { RpcError } from '../errors.ts'

/** Rejects with TIMED_OUT after `timeMs`; the work itself ends by its own signal. */
export async function within<Value>(work: Promise<Value>, timeMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(timeMs)), timeMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The same for work that can be told to stop. */
export async function withSignal<Value>(
  timeMs: number,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController()
  try {
    return await within(run(controller.signal), timeMs)
  } finally {
    controller.abort()
  }
}

/** The sentence is geth's. */
export function timedOut(timeMs: number): RpcError {
  return new RpcError({ code: 'TIMED_OUT' }, `execution aborted (timeout = ${timeMs / 1000}s)`)
}
