/**
 * The pace of code that runs on the library's interpreter, which never leaves the thread by itself:
 * it looks at the clock at each of its steps, which take microseconds; when its turn is over others
 * run, and when time is up the execution ends.
 */
import type { EVM } from '@ethereumjs/evm'
import type { Pace } from './pace.ts'

/** For as long as the EVM lives. What `pace` throws comes out of the execution. */
export function keepPace(events: EVM['events'], pace: Pace): void {
  let interrupt: unknown
  const giveWay = async (next: () => void): Promise<void> => {
    try {
      await pace.check()
    } catch (error) {
      // Thrown at the next step: here nobody would hear of it.
      interrupt = error
    }
    next()
  }
  events.on('step', (_step, next) => {
    const reason = interrupt
    interrupt = undefined
    if (reason !== undefined) throw reason
    if (next === undefined) return
    if (pace.isDue) void giveWay(next)
    else next()
  })
}
