/**
 * Gives a process of Node a clock that a test sets while it runs: a module, loaded before all others,
 * that moves `Date` by what a file says. Time that only passes, `performance.now`, stays as it is.
 */

/** Milliseconds, as text. Without it the clock is right. */
export const CLOCK_FILE = 'test-clock'
const LOOK_MS = 100

/** What the process has to be started with. */
export function clockEnvironment(path: string): Record<string, string> {
  const url = `data:text/javascript,${encodeURIComponent(moved(path))}`
  return { NODE_OPTIONS: `--import=${url}` }
}

function moved(path: string): string {
  return `
    import { readFileSync } from 'node:fs'
    const Machine = Date
    let offset = 0
    const look = () => {
      try { offset = Number(readFileSync(${JSON.stringify(path)}, 'utf8')) } catch { offset = 0 }
    }
    look()
    setInterval(look, ${LOOK_MS}).unref()
    globalThis.Date = class Date extends Machine {
      constructor(...given) {
        if (given.length === 0) super(Machine.now() + offset)
        else super(...given)
      }
      static now() { return Machine.now() + offset }
    }
  `
}
