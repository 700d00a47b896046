/**
 * Time and chance, as the logic of a node sees them: handed in, never taken from the machine, so
 * that the simulator can run a node in its own time.
 */
import { randomBytes } from 'node:crypto'

/** Cancels what it was returned for; calling it twice does nothing. */
export type Cancel = () => void

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Calls `run` once, `delayMs` from now. */
  setTimer(delayMs: number, run: () => void): Cancel
  /** Lets everything else that is due run first: long loops call it now and then. */
  giveWay(): Promise<void>
}

export interface Rng {
  /** Uniform over 64 bits. */
  u64(): bigint
  /** Uniform over [0, 1). */
  fraction(): number
}

/** The machine's clock. Timers do not keep the process alive: sockets and workers do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  giveWay: () => new Promise((resolve) => setImmediate(resolve)),
}

export const systemRng: Rng = {
  u64: () => randomBytes(8).readBigUInt64BE(),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
}

/** Resolves after `delayMs` of `clock`, at once when `signal` aborts. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const finish = (): void => {
      cancel()
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.setTimer(delayMs, finish)
    signal.addEventListener('abort', finish, { once: true })
  })
}
