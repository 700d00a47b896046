/**
 * The answering side of requests: reads one request a stream under a time limit, pulls chunks from
 * the handler as fast as tokens and the reader of the stream allow, and ends with a code when it
 * cannot go on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { reasonOf } from '../errors.ts'
import {
  REQUESTS_IN_FLIGHT_ALWAYS,
  REQUESTS_IN_FLIGHT_MAX,
  REQUESTS_IN_FLIGHT_PER_PEER_MAX,
  REQUESTS_PER_PEER_MAX,
} from '../limits.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type {
  NetworkHandlers,
  NetworkLog,
  NetworkTiming,
  PeerId,
  ReplyChunk,
  ReplyCode,
  RequestOptions,
} from '../options.ts'
import { type ChainName, requestProtocolOf } from '../topics.ts'
import { decodeRequestHead, encodeChunk, encodeRefusal, REQUEST_HEAD_BYTES } from './codec.ts'
import { withDeadline } from './deadline.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { StreamReader, writeAll } from './stream-io.ts'

export type RequestServerModules = {
  readonly node: Libp2p
  readonly handlers: NetworkHandlers
  readonly limiter: RateLimiter
  readonly timing: NetworkTiming
  readonly log: NetworkLog
  readonly metrics: NetworkMetrics
  readonly report: (peer: PeerId, penalty: number, reason: string) => void
}

/** One request being answered. `gone` fires when its stream closes: nothing waits for it then. */
type Exchange = {
  readonly request: RequestOptions
  readonly stream: Stream
  readonly peer: PeerId
  readonly gone: AbortSignal
  /** Whether it counts among the requests in flight, until its stream is closed. */
  hasPlace: boolean
}

type Refusal = Exclude<ReplyCode, 0>
type Outcome = 'ok' | 'invalid' | 'failed' | 'unavailable' | 'broken'

/** A request above its size, or a stream that never tells one. */
const MALFORMED_PENALTY = 10
/** Asking on with empty buckets. */
const FLOOD_PENALTY = 1
const REFUSED: Record<Refusal, Outcome> = { 1: 'invalid', 2: 'failed', 3: 'unavailable' }

export class RequestServer {
  readonly #chain: ChainName
  readonly #requests: readonly RequestOptions[]
  readonly #modules: RequestServerModules
  #inFlight = 0
  readonly #inFlightOf = new Map<PeerId, number>()

  constructor(
    chain: ChainName,
    requests: readonly RequestOptions[],
    modules: RequestServerModules,
  ) {
    this.#chain = chain
    this.#requests = requests
    this.#modules = modules
  }

  /** Before libp2p listens: what we serve is what tells a peer that we are of its chain. */
  async register(): Promise<void> {
    for (const request of this.#requests) {
      const protocol = requestProtocolOf(this.#chain, request.name)
      await this.#modules.node.handle(
        protocol,
        async (stream, connection) => await this.#serve(request, stream, connection),
        { maxInboundStreams: REQUESTS_PER_PEER_MAX, maxOutboundStreams: REQUESTS_PER_PEER_MAX },
      )
    }
  }

  async #serve(request: RequestOptions, stream: Stream, connection: Connection): Promise<void> {
    const { metrics, log } = this.#modules
    const peer = connection.remotePeer.toString()
    const gone = new AbortController()
    const onClose = () => gone.abort(new Error('the stream was closed'))
    stream.addEventListener('close', onClose, { once: true })
    let outcome: Outcome = 'broken'
    const exchange = { request, stream, peer, gone: gone.signal, hasPlace: false }
    try {
      outcome = await this.#answer(exchange)
      await stream.close({ signal: AbortSignal.timeout(this.#modules.timing.chunkTimeoutMs) })
    } catch (error) {
      log.debug({ name: request.name, peer, error: reasonOf(error) }, 'Request broke off')
      stream.abort(error instanceof Error ? error : new Error(reasonOf(error)))
    } finally {
      if (exchange.hasPlace) this.#count(peer, -1)
      metrics.requests.inc({ name: request.name, direction: 'inbound', outcome })
    }
  }

  async #answer(exchange: Exchange): Promise<Outcome> {
    const { request, peer } = exchange
    // Before it has a place: requests that come a byte a second would hold all of them.
    const payload = await this.#readRequest(exchange)
    if (payload === undefined) return await this.#refuse(exchange, 1, 'request too big')
    if (this.#isBusy(peer)) return await this.#refuse(exchange, 3, 'busy')
    exchange.hasPlace = true
    this.#count(peer, 1)
    if (!(await this.#waitForToken(exchange))) return await this.#refuse(exchange, 3, 'too many')
    const chunks = this.#modules.handlers.onRequest(request.name, payload, peer)
    const iterator = chunks[Symbol.asyncIterator]()
    try {
      return await this.#sendChunks(exchange, iterator)
    } finally {
      // Not awaited: a handler that is stuck would never let go.
      iterator.return?.().catch((error: unknown) => this.#onHandlerError(request.name, error))
    }
  }

  #count(peer: PeerId, change: 1 | -1): void {
    this.#inFlight += change
    const own = (this.#inFlightOf.get(peer) ?? 0) + change
    if (own === 0) this.#inFlightOf.delete(peer)
    else this.#inFlightOf.set(peer, own)
  }

  #isBusy(peer: PeerId): boolean {
    const own = this.#inFlightOf.get(peer) ?? 0
    if (own >= REQUESTS_IN_FLIGHT_PER_PEER_MAX) return true
    return this.#inFlight >= REQUESTS_IN_FLIGHT_MAX && own >= REQUESTS_IN_FLIGHT_ALWAYS
  }

  /** Undefined: longer than allowed. Throws when it does not come whole and in time. */
  async #readRequest({
    request: { name, requestBytesMax },
    stream,
    peer,
    gone,
  }: Exchange): Promise<Uint8Array | undefined> {
    const { timing, report } = this.#modules
    const reader = new StreamReader(stream)
    const onTimeout = () => {
      report(peer, MALFORMED_PENALTY, `slow request ${name}`)
      return new Error('the request did not come in time')
    }
    return await withDeadline(
      { timeoutMs: timing.requestReadTimeoutMs, signal: gone, onTimeout },
      async (signal) => {
        const head = await reader.read(REQUEST_HEAD_BYTES, signal)
        if (head === undefined) throw new Error('the stream ended without a request')
        const bytes = decodeRequestHead(head)
        if (bytes > requestBytesMax) {
          report(peer, MALFORMED_PENALTY, `request too big ${name}`)
          return undefined
        }
        const payload = await reader.read(bytes, signal)
        if (payload === undefined) throw new Error('the stream ended without its request')
        return payload
      },
    )
  }

  async #sendChunks(exchange: Exchange, iterator: AsyncIterator<ReplyChunk>): Promise<Outcome> {
    const { name } = exchange.request
    for (let count = 0; ; count++) {
      const chunk = await this.#nextChunk(exchange, iterator, count)
      if (chunk === undefined) return 'ok'
      if (chunk === 'failed') return await this.#refuse(exchange, 2, 'failed')
      if (chunk.code !== 0) {
        return await this.#refuse(exchange, chunk.code, new TextDecoder().decode(chunk.payload))
      }
      if (!(await this.#waitForToken(exchange))) return await this.#refuse(exchange, 3, 'later')
      await this.#write(exchange, encodeChunk(0, chunk.payload))
      const labels = { name, direction: 'inbound' }
      this.#modules.metrics.requestBytes.inc(labels, chunk.payload.length)
    }
  }

  /** The handler's next chunk; 'failed' when it throws, stalls or breaks its own limits. */
  async #nextChunk(
    { request: { name, replyBytesMax, chunksMax }, gone }: Exchange,
    iterator: AsyncIterator<ReplyChunk>,
    count: number,
  ): Promise<ReplyChunk | 'failed' | undefined> {
    const timeoutMs = this.#modules.timing.chunkTimeoutMs
    const onTimeout = () => new Error('the handler gave no chunk in time')
    try {
      const next = await withDeadline(
        { timeoutMs, signal: gone, onTimeout },
        async () => await iterator.next(),
      )
      if (next.done === true) return undefined
      const chunk = next.value
      if (chunk.code === 0 && count >= chunksMax) throw new Error(`more than ${chunksMax} chunks`)
      if (chunk.payload.length > replyBytesMax)
        throw new Error(`chunk above ${replyBytesMax} bytes`)
      return chunk
    } catch (error) {
      if (gone.aborted) throw error
      this.#onHandlerError(name, error)
      return 'failed'
    }
  }

  #onHandlerError(name: string, error: unknown): void {
    this.#modules.log.error({ name, error: reasonOf(error) }, 'Request handler failed')
  }

  /** False: the wait would outlast the requester's patience. */
  async #waitForToken({ request, peer, gone }: Exchange): Promise<boolean> {
    const waitMs = this.#modules.limiter.reserve(peer, request)
    if (waitMs === undefined) {
      this.#modules.report(peer, FLOOD_PENALTY, `request flood ${request.name}`)
      return false
    }
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: gone })
    return true
  }

  async #refuse(exchange: Exchange, code: Refusal, reason: string): Promise<Outcome> {
    await this.#write(exchange, encodeRefusal(code, reason))
    return REFUSED[code]
  }

  async #write({ stream, gone }: Exchange, frame: Uint8Array): Promise<void> {
    const timeoutMs = this.#modules.timing.chunkTimeoutMs
    const onTimeout = () => new Error('the peer does not read')
    await withDeadline(
      { timeoutMs, signal: gone, onTimeout },
      async (signal) => await writeAll(stream, frame, signal),
    )
  }
}
