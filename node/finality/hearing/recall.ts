/**
 * What peers remember of this validator's votes. Who put an old copy of its data back has forgotten
 * some, and where their branch has died since, no certificate tells of them: on the branch that
 * won, with lower epochs, the next vote would contradict them. Each peer is asked once.
 *
 * Spec: docs/spec/finality.md, F19; docs/spec/network.md, Q6.
 */
import { setMaxListeners } from 'node:events'
import type { Logger } from 'pino'
import { hexToBytes } from '../../../consensus/codec/hex.ts'
import type { FinalityState } from '../../../consensus/finality/finality-state.ts'
import type { FinalityVote, SignedVote } from '../../../consensus/finality/types.ts'
import { voteDigest } from '../../../consensus/finality/votes/vote-digest.ts'
import type { Address } from '../../../consensus/types.ts'
import type { SyncRequests } from '../../sync/requests.ts'

/** Peers that are asked, beside the bootnodes: of a crowd that comes and goes the first. */
const STRANGERS_MAX = 256

export type RecallPeer = { readonly id: string; readonly isStatic: boolean }

export type RecallModules = {
  readonly votingKey: Address
  readonly finality: Pick<FinalityState, 'config' | 'separator'>
  readonly requests: Pick<SyncRequests, 'latestVote'>
  readonly peers: () => readonly RecallPeer[]
  readonly log: Logger
}

export class Recall {
  readonly #modules: RecallModules
  readonly #stop = new AbortController()
  /** By peer: whether it has answered; false while it is asked, and for good if it lied. */
  readonly #asked = new Map<string, boolean>()
  #newest: FinalityVote | undefined

  constructor(modules: RecallModules) {
    this.#modules = modules
    setMaxListeners(STRANGERS_MAX, this.#stop.signal)
  }

  /** The newest vote of this key that any peer remembers. */
  get newest(): FinalityVote | undefined {
    return this.#newest
  }

  hasAnswered(peerId: string): boolean {
    return this.#asked.get(peerId) === true
  }

  /** Asks who was not asked yet, and again who had no answer. */
  ask(): void {
    if (this.#stop.signal.aborted) return
    for (const { id, isStatic } of this.#modules.peers()) {
      if (this.#asked.has(id) || (!isStatic && this.#asked.size >= STRANGERS_MAX)) continue
      void this.#askOne(id)
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  async #askOne(peerId: string): Promise<void> {
    const { requests, votingKey, log } = this.#modules
    this.#asked.set(peerId, false)
    try {
      const signed = await requests.latestVote(peerId, votingKey, this.#stop.signal)
      this.#asked.set(peerId, signed === undefined || this.#take(signed))
    } catch (error) {
      this.#asked.delete(peerId)
      log.debug({ err: error, peer: peerId }, 'A peer has not said what it remembers of our votes')
    }
  }

  /** False: nobody with our key has signed it. */
  #take({ vote, signature }: SignedVote): boolean {
    const { votingKey, finality } = this.#modules
    const digest = voteDigest(finality.separator, vote)
    if (finality.config.recover(digest, hexToBytes(signature)) !== votingKey) return false
    const newest = this.#newest
    if (newest === undefined || vote.targetEpoch > newest.targetEpoch) this.#newest = vote
    return true
  }
}
