/**
 * The asking side of requests: one stream a request, chunks handed on as they come and no faster
 * than they are taken, every limit enforced on what the peer sends.
 */
import {
  type Connection,
  type Libp2p,
  type Stream,
  UnsupportedProtocolError,
} from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { NetworkError, reasonOf } from '../errors.ts'
import { REQUESTS_PER_PEER_MAX } from '../limits.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type { NetworkTiming, PeerId, ReplyChunk, ReplyCode, RequestOptions } from '../options.ts'
import { type ChainName, requestProtocolOf } from '../topics.ts'
import {
  CHUNK_HEAD_BYTES,
  decodeChunkHead,
  encodeRequest,
  isReplyCode,
  REFUSAL_BYTES_MAX,
} from './codec.ts'
import { withDeadline } from './deadline.ts'
import { StreamReader, writeAll } from './stream-io.ts'

export type RequestClientModules = {
  readonly node: Libp2p
  readonly timing: NetworkTiming
  readonly metrics: NetworkMetrics
  readonly report: (peer: PeerId, penalty: number, reason: string) => void
}

/** One request under way. */
type Call = {
  readonly peer: PeerId
  readonly request: RequestOptions
  readonly signal: AbortSignal | undefined
}

type Head = { readonly code: ReplyCode; readonly bytes: number }

/** Slow once is bad luck; slow ten times in ten minutes is a disconnect. */
const TIMEOUT_PENALTY = 2
const MALFORMED_PENALTY = 10

export class RequestClient {
  readonly #chain: ChainName
  readonly #requests: ReadonlyMap<string, RequestOptions>
  readonly #modules: RequestClientModules

  constructor(
    chain: ChainName,
    requests: readonly RequestOptions[],
    modules: RequestClientModules,
  ) {
    this.#chain = chain
    this.#requests = new Map(requests.map((request) => [request.name, request]))
    this.#modules = modules
  }

  /** Yields the chunks of the reply; one whose code is not 0 is the last. Leaving early resets. */
  async *request(
    peer: PeerId,
    name: string,
    payload: Uint8Array,
    signal?: AbortSignal,
  ): AsyncGenerator<ReplyChunk, void, undefined> {
    const request = this.#requests.get(name)
    if (request === undefined) throw new NetworkError({ code: 'REQUEST_UNKNOWN', name })
    const bytesMax = request.requestBytesMax
    const bytes = payload.length
    if (bytes > bytesMax) throw new NetworkError({ code: 'REQUEST_TOO_BIG', name, bytes, bytesMax })
    const call: Call = { peer, request, signal }
    let outcome = 'left'
    try {
      for await (const chunk of this.#exchange(call, payload)) {
        if (chunk.code !== 0) outcome = `code ${chunk.code}`
        yield chunk
      }
      if (outcome === 'left') outcome = 'ok'
    } catch (error) {
      outcome = error instanceof NetworkError ? error.type.code : 'bug'
      throw error
    } finally {
      this.#modules.metrics.requests.inc({ name, direction: 'outbound', outcome })
    }
  }

  async *#exchange(call: Call, payload: Uint8Array): AsyncGenerator<ReplyChunk, void, undefined> {
    const connection = this.#connectionTo(call.peer)
    const { firstByteTimeoutMs, chunkTimeoutMs } = this.#modules.timing
    let stream: Stream | undefined
    let isWhole = false
    try {
      const reader = await this.#within(call, firstByteTimeoutMs, async (signal) => {
        stream = await this.#open(connection, call.request.name, signal)
        const opened = new StreamReader(stream)
        await writeAll(stream, encodeRequest(payload), signal)
        await stream.close({ signal })
        return opened
      })
      for (let count = 0; ; count++) {
        const headTimeoutMs = count === 0 ? firstByteTimeoutMs : chunkTimeoutMs
        const head = await this.#within(call, headTimeoutMs, async (signal) => {
          return await this.#readHead(call, reader, count, signal)
        })
        if (head === undefined) break
        const chunk = await this.#within(call, chunkTimeoutMs, async (signal) => {
          return await this.#readPayload(call, reader, head, signal)
        })
        yield chunk
        if (chunk.code !== 0) break
      }
      isWhole = true
    } finally {
      if (!isWhole) stream?.abort(new Error('the request was given up'))
    }
  }

  #connectionTo(peer: PeerId): Connection {
    const connection = this.#modules.node
      .getConnections(peerIdFromString(peer))
      .findLast(({ status }) => status === 'open')
    if (connection === undefined) throw new NetworkError({ code: 'PEER_NOT_CONNECTED', peer })
    return connection
  }

  /** A stream that opens after its time is nobody's: it is reset. */
  async #open(connection: Connection, name: string, signal: AbortSignal): Promise<Stream> {
    const stream = await connection.newStream(requestProtocolOf(this.#chain, name), {
      signal,
      maxOutboundStreams: REQUESTS_PER_PEER_MAX,
    })
    if (signal.aborted) stream.abort(new Error('the request was given up'))
    return stream
  }

  /** Undefined: the reply ended in order. */
  async #readHead(
    call: Call,
    reader: StreamReader,
    count: number,
    signal: AbortSignal,
  ): Promise<Head | undefined> {
    const { chunksMax, replyBytesMax } = call.request
    const frame = await reader.read(CHUNK_HEAD_BYTES, signal)
    if (frame === undefined) return undefined
    const { code, bytes } = decodeChunkHead(frame)
    if (!isReplyCode(code)) throw this.#malformed(call, `code ${code}`)
    if (code === 0 && count >= chunksMax) throw this.#malformed(call, `over ${chunksMax} chunks`)
    const bytesMax = code === 0 ? replyBytesMax : REFUSAL_BYTES_MAX
    if (bytes > bytesMax) throw this.#malformed(call, `chunk of ${bytes} bytes`)
    return { code, bytes }
  }

  async #readPayload(
    call: Call,
    reader: StreamReader,
    { code, bytes }: Head,
    signal: AbortSignal,
  ): Promise<ReplyChunk> {
    const payload = await reader.read(bytes, signal)
    if (payload === undefined) throw this.#malformed(call, 'a chunk without its payload')
    const labels = { name: call.request.name, direction: 'outbound' }
    this.#modules.metrics.requestBytes.inc(labels, bytes)
    return { code, payload }
  }

  /** Every failure leaves as a coded error; what the peer did is charged here. */
  async #within<T>(
    { peer, request: { name }, signal }: Call,
    timeoutMs: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const onTimeout = () => {
      this.#modules.report(peer, TIMEOUT_PENALTY, `slow reply ${name}`)
      return new NetworkError({ code: 'REPLY_TIMEOUT', peer, name, timeoutMs })
    }
    try {
      return await withDeadline({ timeoutMs, signal, onTimeout }, work)
    } catch (error) {
      if (error instanceof NetworkError) throw error
      if (signal?.aborted === true) throw new NetworkError({ code: 'REQUEST_ABORTED', name })
      if (error instanceof UnsupportedProtocolError) {
        const fault = { code: 'PROTOCOL_UNSUPPORTED', peer, name } as const
        throw new NetworkError(fault, fault.code, { cause: error })
      }
      const reason = reasonOf(error)
      throw new NetworkError({ code: 'STREAM_FAILED', peer, name, reason }, reason, {
        cause: error,
      })
    }
  }

  #malformed({ peer, request: { name } }: Call, reason: string): NetworkError {
    this.#modules.report(peer, MALFORMED_PENALTY, `malformed reply ${name}`)
    return new NetworkError({ code: 'REPLY_MALFORMED', peer, name, reason })
  }
}
