/**
 * Work under a time limit and a caller's signal. One timer and one listener, both gone when the
 * work is done: `AbortSignal.any` over a long-lived signal keeps every part of it.
 */

export type DeadlineOptions = {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Made when the time is up; what is thrown then. */
  readonly onTimeout: () => Error
}

/** Runs `work`; it is told to stop by its signal, and no longer waited for either way. */
export async function withDeadline<T>(
  options: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutMs, signal, onTimeout } = options
  const controller = new AbortController()
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = (error: unknown) => {
    reject(error)
    controller.abort(error)
  }
  const onAbort = () => stop(signal?.reason)
  const timer = setTimeout(() => stop(onTimeout()), timeoutMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    signal?.throwIfAborted()
    const working = work(controller.signal)
    // What it throws after it has been given up is the same story told twice.
    working.catch(() => {})
    stopped.catch(() => {})
    return await Promise.race([working, stopped])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
