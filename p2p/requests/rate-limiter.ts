/**
 * Two levels of token buckets for requests: one for each peer and request, one for each request of
 * all peers together (spec/consensus.md 4). At the limit a chunk is withheld; a peer that would
 * wait too long is refused.
 */
import { GLOBAL_TOKENS_FACTOR, WITHHOLD_MS_MAX } from '../limits.ts'
import type { PeerId, RequestOptions } from '../options.ts'
import { TokenBucket } from '../token-bucket.ts'

/** Peers whose buckets are kept, gone ones too: reconnecting must not refill them. */
const PEERS_MAX = 512

export class RateLimiter {
  readonly #now: () => number
  readonly #global = new Map<string, TokenBucket>()
  readonly #peers = new Map<PeerId, Map<string, TokenBucket>>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Takes one token; milliseconds to hold back first, or undefined: too long, nothing taken. */
  reserve(peer: PeerId, request: RequestOptions): number | undefined {
    const nowMs = this.#now()
    const own = this.#bucketOf(this.#bucketsOf(peer), request, 1, nowMs)
    const all = this.#bucketOf(this.#global, request, GLOBAL_TOKENS_FACTOR, nowMs)
    const waitMs = Math.max(own.waitMs(1, nowMs), all.waitMs(1, nowMs))
    if (waitMs > WITHHOLD_MS_MAX) return undefined
    own.take(1, nowMs)
    all.take(1, nowMs)
    return waitMs
  }

  #bucketsOf(peer: PeerId): Map<string, TokenBucket> {
    let buckets = this.#peers.get(peer)
    if (buckets !== undefined) return buckets
    if (this.#peers.size >= PEERS_MAX) {
      const [oldest] = this.#peers.keys()
      if (oldest !== undefined) this.#peers.delete(oldest)
    }
    buckets = new Map()
    this.#peers.set(peer, buckets)
    return buckets
  }

  #bucketOf(
    buckets: Map<string, TokenBucket>,
    { name, tokensPerSecond, burst }: RequestOptions,
    factor: number,
    nowMs: number,
  ): TokenBucket {
    let bucket = buckets.get(name)
    if (bucket === undefined) {
      bucket = new TokenBucket(tokensPerSecond * factor, burst * factor, nowMs)
      buckets.set(name, bucket)
    }
    return bucket
  }
}
