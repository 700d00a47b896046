/**
 * So many votes of one peer are judged a second, whoever made them: a vote costs a signature check,
 * and forged ones without end must not hold blocks up. What comes above that waits its turn beside
 * the votes of others; an honest peer, which passes each vote on once, never meets the limit.
 *
 * Spec: docs/spec/network.md, V1.
 */
import { assert } from '../../consensus/errors.ts'
import { SIGNERS_MAX } from '../../consensus/finality/types.ts'
import type { Verdict } from '../../p2p/options.ts'
import { TokenBucket } from '../../p2p/token-bucket.ts'
import type { Cancel, Clock } from '../ports.ts'

/** Of one peer: a set of 200 votes twice in an epoch of 16 s, which is 25. */
export const VOTES_PER_SECOND_MAX = 64
/** Of one peer at once: a whole set whose votes come due together, and some repeated. */
export const VOTES_BURST_MAX = 256
/** Of one peer; further ones are ignored. */
export const VOTES_WAITING_PER_PEER_MAX = 256
/** Who connects anew has what it had; of more, who voted first is forgotten. */
export const VOTERS_REMEMBERED_MAX = 512

assert(VOTES_BURST_MAX >= SIGNERS_MAX, 'the votes of a whole set are judged at once')

type Waiting = {
  readonly payload: Uint8Array
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (error: unknown) => void
}

type Sender = {
  readonly bucket: TokenBucket
  readonly waiting: Waiting[]
  cancelTimer: Cancel | undefined
}

export class VoteTurns {
  readonly #clock: Clock
  readonly #judge: (payload: Uint8Array) => Verdict
  readonly #senders = new Map<string, Sender>()

  constructor(clock: Clock, judge: (payload: Uint8Array) => Verdict) {
    this.#clock = clock
    this.#judge = judge
  }

  /** The verdict, when its turn has come; rejects with what `judge` throws. */
  async take(payload: Uint8Array, peerId: string): Promise<Verdict> {
    const sender = this.#senderOf(peerId)
    const isFirst = sender.waiting.length === 0
    if (isFirst && sender.bucket.tryTake(1, this.#clock.now())) return this.#judge(payload)
    if (sender.waiting.length >= VOTES_WAITING_PER_PEER_MAX) return 'ignore'
    return new Promise((resolve, reject) => {
      sender.waiting.push({ payload, resolve, reject })
      if (isFirst) this.#awaitTurn(sender)
    })
  }

  /** What waits is ignored. */
  stop(): void {
    for (const sender of this.#senders.values()) ignoreAll(sender)
    this.#senders.clear()
  }

  #senderOf(peerId: string): Sender {
    const known = this.#senders.get(peerId)
    if (known !== undefined) return known
    for (const [first, sender] of this.#senders) {
      if (this.#senders.size < VOTERS_REMEMBERED_MAX) break
      ignoreAll(sender)
      this.#senders.delete(first)
    }
    const bucket = new TokenBucket(VOTES_PER_SECOND_MAX, VOTES_BURST_MAX, this.#clock.now())
    const sender: Sender = { bucket, waiting: [], cancelTimer: undefined }
    this.#senders.set(peerId, sender)
    return sender
  }

  #awaitTurn(sender: Sender): void {
    const delayMs = Math.ceil(sender.bucket.waitMs(1, this.#clock.now()))
    sender.cancelTimer = this.#clock.setTimer(delayMs, () => this.#takeTurn(sender))
  }

  #takeTurn(sender: Sender): void {
    const nowMs = this.#clock.now()
    while (sender.waiting.length > 0 && sender.bucket.tryTake(1, nowMs)) {
      const next = sender.waiting.shift()
      assert(next !== undefined, 'somebody waits')
      try {
        next.resolve(this.#judge(next.payload))
      } catch (error) {
        next.reject(error)
      }
    }
    if (sender.waiting.length > 0) this.#awaitTurn(sender)
  }
}

function ignoreAll({ waiting, cancelTimer }: Sender): void {
  cancelTimer?.()
  for (const { resolve } of waiting.splice(0)) resolve('ignore')
}
