/**
 * What peers remember of this validator's votes. Who put an old copy of its data back has forgotten
 * some, and where their branch has died since, no certificate tells of them: on the branch that
 * won, with lower epochs, the next vote would contradict them. Each peer is asked until it answers.
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
/**
 * Times that a peer is asked: streams break, and peers are short of tokens. Who never answers is
 * of an earlier version, or no help: it must not silence a validator for good.
 */
export const ATTEMPTS_MAX = 5

export type RecallPeer = { readonly id: string; readonly isStatic: boolean }

export type RecallModules = {
  readonly votingKey: Address
  readonly finality: Pick<FinalityState, 'config' | 'separator'>
  readonly requests: Pick<SyncRequests, 'latestVote'>
  readonly peers: () => readonly RecallPeer[]
  readonly log: Logger
}

type Asked = {
  readonly state: 'asking' | 'answered' | 'failed' | 'lied'
  /** Answers that did not come. */
  readonly failures: number
}

export class Recall {
  readonly #modules: RecallModules
  readonly #stop = new AbortController()
  readonly #asked = new Map<string, Asked>()
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
    return this.#asked.get(peerId)?.state === 'answered'
  }

  /** Asks who was not asked yet, and again who gave no answer. */
  ask(): void {
    if (this.#stop.signal.aborted) return
    for (const { id, isStatic } of this.#modules.peers()) {
      const asked = this.#asked.get(id)
      if (asked === undefined && !isStatic && this.#asked.size >= STRANGERS_MAX) continue
      if (asked === undefined || asked.state === 'failed') void this.#askOne(id, asked?.failures)
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  async #askOne(peerId: string, failures = 0): Promise<void> {
    const { requests, votingKey, log } = this.#modules
    const end = (state: Asked['state'], count = failures) =>
      this.#asked.set(peerId, { state, failures: count })
    end('asking')
    try {
      const signed = await requests.latestVote(peerId, votingKey, this.#stop.signal)
      end(signed === undefined || this.#take(signed) ? 'answered' : 'lied')
    } catch (error) {
      end(failures + 1 < ATTEMPTS_MAX ? 'failed' : 'answered', failures + 1)
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
