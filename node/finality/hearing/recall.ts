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
import { NetworkError } from '../../../p2p/errors.ts'
import { SyncRequestError, type SyncRequests } from '../../sync/requests.ts'

/** Peers that are asked, beside the bootnodes: of a crowd that comes and goes the first. */
const STRANGERS_MAX = 256
/**
 * Times that a peer is asked in vain once all that it claims is here: half a minute of ticks. It
 * may have been busy with our own sync before. Who never answers must not silence a validator for
 * good.
 */
export const ATTEMPTS_MAX = 15

export type RecallPeer = { readonly id: string; readonly isStatic: boolean }

export type RecallModules = {
  readonly votingKey: Address
  readonly finality: Pick<FinalityState, 'config' | 'separator'>
  readonly requests: Pick<SyncRequests, 'latestVote'>
  readonly peers: () => readonly RecallPeer[]
  /** It has told its status, and all that it claims is here. */
  readonly isCovered: (peerId: string) => boolean
  readonly log: Logger
}

type Asked = {
  readonly state: 'asking' | 'answered' | 'failed' | 'lied'
  /** Answers that did not come though the peer was covered. */
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
    const { requests, votingKey } = this.#modules
    const isOurs = (signed: SignedVote) => this.#isOurs(signed)
    this.#asked.set(peerId, { state: 'asking', failures })
    try {
      const signed = await requests.latestVote(peerId, votingKey, isOurs, this.#stop.signal)
      if (signed !== undefined) this.#take(signed.vote)
      this.#asked.set(peerId, { state: 'answered', failures })
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#onFailure(peerId, failures, error)
    }
  }

  #onFailure(peerId: string, before: number, err: unknown): void {
    const { isCovered, log } = this.#modules
    const failures = before + (isCovered(peerId) ? 1 : 0)
    const fields = { err, peer: peerId }
    if (err instanceof SyncRequestError && err.type.code === 'BAD_ANSWER') {
      this.#asked.set(peerId, { state: 'lied', failures })
      log.debug(fields, 'A peer has lied about what it remembers of our votes')
    } else if (isOfEarlierVersion(err) || failures >= ATTEMPTS_MAX) {
      this.#asked.set(peerId, { state: 'answered', failures })
      log.warn(fields, 'A peer does not say what it remembers of our votes: it counts as heard')
    } else {
      this.#asked.set(peerId, { state: 'failed', failures })
      log.debug(fields, 'A peer has not said what it remembers of our votes')
    }
  }

  #isOurs({ vote, signature }: SignedVote): boolean {
    const { votingKey, finality } = this.#modules
    const digest = voteDigest(finality.separator, vote)
    return finality.config.recover(digest, hexToBytes(signature)) === votingKey
  }

  #take(vote: FinalityVote): void {
    const newest = this.#newest
    if (newest === undefined || vote.targetEpoch > newest.targetEpoch) this.#newest = vote
  }
}

/** It never answers such a question: there is nothing to wait for. */
function isOfEarlierVersion(error: unknown): boolean {
  return error instanceof NetworkError && error.type.code === 'PROTOCOL_UNSUPPORTED'
}
