/**
 * Whether this node has heard, once since its start, which chain its network is on. A validator
 * that was set back, by an old copy of its data or by none at all, and that is cut off besides,
 * would else sign on a chain of its own what it has signed differently before.
 *
 * Spec: docs/spec/finality.md, F19.
 */
import type { Logger } from 'pino'
import type { Clock } from '../../ports.ts'

/** From when all is here that a peer claimed: the certificates it holds are asked for meanwhile. */
export const HEARING_MS = 3_000
/** Peers that are remembered; newer ones of a crowd that comes and goes are not needed. */
const COVERED_PEERS_MAX = 256

export type HearingPeer = {
  readonly id: string
  /** One of the bootnodes: chosen by the operator, where anybody may be another peer. */
  readonly isStatic: boolean
  /** It has told its status, and all that it claims is here. */
  readonly isCovered: boolean
}

export type HearingModules = {
  readonly clock: Clock
  readonly log: Logger
  readonly peers: () => readonly HearingPeer[]
  /** Nobody is known to have a better chain, nor is one being fetched. */
  readonly isAtRest: () => boolean
  /** Peers that a node is told to look for: more than half as many must have been heard. */
  readonly bootnodeCount: number | undefined
}

export class Hearing {
  readonly #modules: HearingModules
  readonly #neededCount: number
  /** Since when all is here that a peer claimed, by id; what it claims later changes nothing. */
  readonly #coveredMs = new Map<string, { readonly sinceMs: number; readonly isStatic: boolean }>()
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
    const { log } = this.#modules
    this.#cover()
    this.#isDone = this.#hasHeardBootnodes() || this.#hasHeardOthers()
    if (this.#isDone) log.info('Heard the network: this validator may vote')
    else if (!this.#isTold) {
      this.#isTold = true
      log.info({ peers: this.#neededCount }, 'No vote before so many peers have been heard')
    }
    return this.#isDone
  }

  #cover(): void {
    const { clock, peers } = this.#modules
    for (const { id, isStatic, isCovered } of peers()) {
      if (!isCovered || this.#coveredMs.has(id)) continue
      if (!isStatic && this.#coveredMs.size >= COVERED_PEERS_MAX) continue
      this.#coveredMs.set(id, { sinceMs: clock.now(), isStatic })
    }
  }

  /** Whatever strangers boast of: claims without proof must not silence a validator. */
  #hasHeardBootnodes(): boolean {
    const bootnodes = [...this.#coveredMs.values()].filter(({ isStatic }) => isStatic)
    return bootnodes.filter((peer) => this.#isLongAgo(peer.sinceMs)).length >= this.#neededCount
  }

  /** Where bootnodes are gone, others stand in for them, as long as nobody claims more. */
  #hasHeardOthers(): boolean {
    const { clock, isAtRest } = this.#modules
    const isQuiet = this.#coveredMs.size >= this.#neededCount && isAtRest()
    this.#restMs = isQuiet ? (this.#restMs ?? clock.now()) : undefined
    return this.#restMs !== undefined && this.#isLongAgo(this.#restMs)
  }

  #isLongAgo(sinceMs: number): boolean {
    return this.#modules.clock.now() - sinceMs >= HEARING_MS
  }
}
