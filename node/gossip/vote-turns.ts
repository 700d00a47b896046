/**
 * So many votes of one peer, and of all together, are judged a second, whoever made them: a vote
 * costs a signature check, and forged ones without end must not hold blocks up. What comes above
 * that waits, and peers take turns: an honest peer, which passes each vote on once, waits for one
 * vote of every flooder at most, however many they are and however many names they take.
 *
 * Spec: docs/spec/network.md, V1.
 */
import { assert } from '../../consensus/errors.ts'
import { SIGNERS_MAX } from '../../consensus/finality/types.ts'
import { READING_PAUSE_MS_MAX, UNJUDGED_MESSAGES_MAX } from '../../p2p/limits.ts'
import type { Verdict } from '../../p2p/options.ts'
import { TokenBucket } from '../../p2p/token-bucket.ts'
import type { Cancel, Clock } from '../ports.ts'

/** Of one peer: a set of 200 votes twice in an epoch of 16 s, which is 25. */
export const VOTES_PER_SECOND_MAX = 64
/** Of one peer at once: a whole set whose votes come due together, and some repeated. */
export const VOTES_BURST_MAX = 256
/** Of all peers together: some 4 % of a core in signature checks. */
export const VOTES_OF_ALL_PER_SECOND_MAX = 256
/** Of all peers at once. */
export const VOTES_OF_ALL_BURST_MAX = 512
/** Of one peer; further ones are ignored. */
export const VOTES_WAITING_PER_PEER_MAX = 256
/** Of all peers; then who has most of them gives up its last one. */
export const VOTES_WAITING_MAX = 2_048
/** As long as reading pauses: an import may take far longer, and finality must not wait for it. */
export const VOTES_PAUSE_MS_MAX = READING_PAUSE_MS_MAX
/** Who connects anew has what it had; of more, who voted first is forgotten. */
export const VOTERS_REMEMBERED_MAX = 512

assert(VOTES_BURST_MAX >= SIGNERS_MAX, 'the votes of a whole set are judged at once')
// A vote that waits is a message without a verdict, and of those there are so many for all topics.
assert(2 * VOTES_WAITING_MAX <= UNJUDGED_MESSAGES_MAX, 'votes that wait leave blocks their places')

type Waiting = {
  readonly payload: Uint8Array
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (error: unknown) => void
}

type Sender = {
  readonly bucket: TokenBucket
  readonly waiting: Waiting[]
}

export class VoteTurns {
  readonly #clock: Clock
  readonly #judge: (payload: Uint8Array) => Verdict
  readonly #senders = new Map<string, Sender>()
  /** Senders with votes that wait; who was served goes to the end. */
  readonly #line = new Set<Sender>()
  readonly #all: TokenBucket
  #waitingCount = 0
  /** By the clock; in the past if nothing pauses. */
  #pausedUntilMs = 0
  #cancelTimer: Cancel | undefined

  constructor(clock: Clock, judge: (payload: Uint8Array) => Verdict) {
    this.#clock = clock
    this.#judge = judge
    const nowMs = clock.now()
    this.#all = new TokenBucket(VOTES_OF_ALL_PER_SECOND_MAX, VOTES_OF_ALL_BURST_MAX, nowMs)
  }

  /** The verdict, when its turn has come; rejects with what `judge` throws. */
  async take(payload: Uint8Array, peerId: string): Promise<Verdict> {
    const sender = this.#senderOf(peerId)
    const mayGoFirst = sender.waiting.length === 0 && !this.#isContended()
    if (mayGoFirst && this.#pay(sender)) return this.#judge(payload)
    if (sender.waiting.length >= VOTES_WAITING_PER_PEER_MAX) return 'ignore'
    if (!this.#makeRoom(sender)) return 'ignore'
    return new Promise((resolve, reject) => {
      sender.waiting.push({ payload, resolve, reject })
      this.#waitingCount += 1
      if (this.#line.has(sender)) return
      this.#line.add(sender)
      this.#awaitTurn()
    })
  }

  /** Whether a vote of the peer is judged, now or later; otherwise it is ignored. */
  hasRoomFor(peerId: string): boolean {
    const sender = this.#senders.get(peerId)
    if (sender === undefined || sender.waiting.length === 0) return true
    if (sender.waiting.length >= VOTES_WAITING_PER_PEER_MAX) return false
    return this.#waitingCount < VOTES_WAITING_MAX || this.#longestBeside(sender) !== sender
  }

  /** All votes wait until `resume`, but not for longer than VOTES_PAUSE_MS_MAX. */
  pause(): void {
    this.#pausedUntilMs = this.#clock.now() + VOTES_PAUSE_MS_MAX
    this.#awaitTurn()
  }

  resume(): void {
    this.#pausedUntilMs = 0
    this.#awaitTurn()
  }

  /** What waits of a peer that is gone is ignored; its budget is as it was if it comes back. */
  leave(peerId: string): void {
    const sender = this.#senders.get(peerId)
    if (sender !== undefined) this.#forget(sender)
  }

  /** What waits is ignored. */
  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    for (const sender of this.#senders.values()) this.#forget(sender)
    this.#senders.clear()
  }

  #senderOf(peerId: string): Sender {
    const known = this.#senders.get(peerId)
    if (known !== undefined) return known
    for (const [first, sender] of this.#senders) {
      if (this.#senders.size < VOTERS_REMEMBERED_MAX) break
      this.#forget(sender)
      this.#senders.delete(first)
    }
    const bucket = new TokenBucket(VOTES_PER_SECOND_MAX, VOTES_BURST_MAX, this.#clock.now())
    const sender: Sender = { bucket, waiting: [] }
    this.#senders.set(peerId, sender)
    return sender
  }

  #forget(sender: Sender): void {
    this.#line.delete(sender)
    this.#waitingCount -= sender.waiting.length
    for (const { resolve } of sender.waiting.splice(0)) resolve('ignore')
  }

  /** Whether one more of the sender may wait; if all places are taken, not if it has most. */
  #makeRoom(sender: Sender): boolean {
    if (this.#waitingCount < VOTES_WAITING_MAX) return true
    const longest = this.#longestBeside(sender)
    if (longest === sender) return false
    longest.waiting.pop()?.resolve('ignore')
    this.#waitingCount -= 1
    if (longest.waiting.length === 0) this.#line.delete(longest)
    return true
  }

  /** All wait, or somebody in the line does who has votes left of its own. */
  #isContended(): boolean {
    const nowMs = this.#clock.now()
    if (nowMs < this.#pausedUntilMs) return true
    for (const { bucket } of this.#line) if (bucket.waitMs(1, nowMs) === 0) return true
    return false
  }

  /** Who has more waiting than the sender, and most of all; the sender if nobody has. */
  #longestBeside(sender: Sender): Sender {
    let longest = sender
    for (const each of this.#line) if (each.waiting.length > longest.waiting.length) longest = each
    return longest
  }

  /** Takes one vote from both budgets, or from none. */
  #pay({ bucket }: Sender): boolean {
    const nowMs = this.#clock.now()
    if (this.#all.waitMs(1, nowMs) > 0 || !bucket.tryTake(1, nowMs)) return false
    this.#all.take(1, nowMs)
    return true
  }

  /** One timer for all, set anew when somebody joins the line who may be due before the others. */
  #awaitTurn(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#line.size === 0) return
    const nowMs = this.#clock.now()
    let waitMs = Number.POSITIVE_INFINITY
    for (const { bucket } of this.#line) waitMs = Math.min(waitMs, bucket.waitMs(1, nowMs))
    const pauseMs = this.#pausedUntilMs - nowMs
    const delayMs = Math.ceil(Math.max(waitMs, this.#all.waitMs(1, nowMs), pauseMs))
    this.#cancelTimer = this.#clock.setTimer(delayMs, () => this.#takeTurns())
  }

  /** A vote of each in turn, as long as the budgets have it. */
  #takeTurns(): void {
    let isServed = true
    while (isServed) {
      isServed = false
      for (const sender of [...this.#line]) {
        if (!this.#pay(sender)) continue
        isServed = true
        this.#serve(sender)
      }
    }
    this.#awaitTurn()
  }

  #serve(sender: Sender): void {
    const next = sender.waiting.shift()
    assert(next !== undefined, 'who is in the line waits for something')
    this.#waitingCount -= 1
    this.#line.delete(sender)
    if (sender.waiting.length > 0) this.#line.add(sender)
    try {
      next.resolve(this.#judge(next.payload))
    } catch (error) {
      next.reject(error)
    }
  }
}
