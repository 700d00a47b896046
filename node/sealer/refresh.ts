/**
 * When a template is built anew for what it does not hold: soon, but not for each change, and not
 * at all if another was begun since.
 *
 * Spec: docs/spec/consensus.md, Y3.
 */
import type { Clock } from '../ports.ts'

/** New transactions are gathered for so long before a template is built anew. */
export const REFRESH_MS = 500
/** Building takes at most this share of the time: the next waits so many times the last one. */
const REFRESH_BUILD_FACTOR = 4

export class Refresh {
  readonly #clock: Clock
  readonly #onOutdated: () => void
  #cancel: (() => void) | undefined
  /** What may go into a block has changed so many times; so many the last template knew of. */
  #changes = 0
  #changesBuilt = 0
  #buildMs = 0

  constructor(clock: Clock, onOutdated: () => void) {
    this.#clock = clock
    this.#onOutdated = onOutdated
  }

  /** Builds a template: it holds all that was there when it was begun. */
  async build<Template>(build: () => Promise<Template>): Promise<Template> {
    const startMs = this.#clock.now()
    const changes = this.#changes
    const template = await build()
    this.#buildMs = this.#clock.now() - startMs
    this.#changesBuilt = changes
    return template
  }

  /** Something may go into a block that could not before. */
  onChange(): void {
    this.#changes += 1
    if (this.#cancel !== undefined) return
    const delayMs = Math.max(REFRESH_MS, REFRESH_BUILD_FACTOR * this.#buildMs)
    this.#cancel = this.#clock.setTimer(delayMs, () => {
      this.#cancel = undefined
      if (this.#changes !== this.#changesBuilt) this.#onOutdated()
    })
  }

  stop(): void {
    this.#cancel?.()
  }
}
