/**
 * A bell for a loop that waits until something has changed. Rings are remembered until the next
 * wait, so that a change between two looks is never missed.
 */
import type { Clock } from '../ports.ts'

export class Wake {
  #isRung = false
  #resolve: (() => void) | undefined

  ring(): void {
    this.#isRung = true
    this.#resolve?.()
  }

  /** Resolves at the next ring (or at once after one), on abort, and after `timeoutMs` if given. */
  async wait(clock: Clock, signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (!this.#isRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const cancel = timeoutMs === undefined ? undefined : clock.setTimer(timeoutMs, finish)
        signal.addEventListener('abort', finish, { once: true })
        this.#resolve = finish
        function finish(): void {
          cancel?.()
          signal.removeEventListener('abort', finish)
          resolve()
        }
      })
    }
    this.#resolve = undefined
    this.#isRung = false
  }
}
