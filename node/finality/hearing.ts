/**
 * Whether this node has heard, once since its start, which chain its network is on. A validator
 * that was set back, by an old copy of its data or by none at all, and that is cut off besides,
 * would else sign on a chain of its own what it has signed differently before.
 *
 * Spec: docs/spec/finality.md, F19.
 */
import type { Logger } from 'pino'
import type { Clock } from '../ports.ts'

/** So long nobody must have had more than we have: what peers hold is asked for meanwhile. */
export const HEARING_MS = 3_000

export type HearingModules = {
  readonly clock: Clock
  readonly log: Logger
  readonly sync: {
    readonly peers: { readonly toldCount: number }
    /** Nobody is known to have a better chain, nor is one being fetched. */
    readonly isAtRest: boolean
  }
  /** Peers that a node is told to look for: more than half as many must have told their status. */
  readonly bootnodeCount: number | undefined
}

export class Hearing {
  readonly #modules: HearingModules
  readonly #neededCount: number
  #restMs: number | undefined
  #isDone: boolean
  #isTold = false

  constructor(modules: HearingModules) {
    this.#modules = modules
    const { bootnodeCount = 0 } = modules
    // Who has nobody to look for is the network.
    this.#neededCount = bootnodeCount === 0 ? 0 : Math.floor(bootnodeCount / 2) + 1
    this.#isDone = this.#neededCount === 0
  }

  /** Looks again; once true for good. */
  get isDone(): boolean {
    if (this.#isDone) return true
    const { clock, log, sync } = this.#modules
    const isQuiet = sync.peers.toldCount >= this.#neededCount && sync.isAtRest
    this.#restMs = isQuiet ? (this.#restMs ?? clock.now()) : undefined
    this.#isDone = this.#restMs !== undefined && clock.now() - this.#restMs >= HEARING_MS
    if (this.#isDone) log.info('Heard the network: this validator may vote')
    else if (!this.#isTold) {
      this.#isTold = true
      log.info({ peers: this.#neededCount }, 'No vote before so many peers have been heard')
    }
    return this.#isDone
  }
}
