/** The network of one simulated node: the same methods, limits and errors as libp2p's. */
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { NetworkError } from '../../../p2p/errors.ts'
import type {
  NetworkHandlers,
  NetworkLog,
  NetworkOptions,
  PeerInfo,
  ReplyChunk,
} from '../../../p2p/options.ts'
import type { PeerNetwork } from '../../peer-services.ts'
import type { Answer } from '../engine/requests.ts'
import { hashText } from '../engine/seeded-rng.ts'
import type { Outgoing, Tampering } from './strategies/tampering.ts'
import { nodeOf, peerIdOf, type Switchboard } from './switchboard.ts'

export type GossipMessage = { readonly topic: string; readonly payload: Uint8Array }

export type PortParts = { readonly handlers: NetworkHandlers; readonly tampering: Tampering }

export class Port implements PeerNetwork {
  readonly peerId: string
  readonly #board: Switchboard
  readonly #index: number
  readonly #bytesMax: ReadonlyMap<string, number>
  readonly #parts: PortParts
  readonly #log: NetworkLog

  constructor(board: Switchboard, index: number, options: NetworkOptions, parts: PortParts) {
    this.#board = board
    this.#index = index
    this.peerId = peerIdOf(index)
    this.#bytesMax = new Map(options.topics.map(({ name, bytesMax }) => [name, bytesMax]))
    this.#parts = parts
    this.#log = options.log
  }

  async start(): Promise<void> {
    const { handlers, tampering } = this.#parts
    const { trace } = this.#board.parts
    this.#board.gossip.join(this.#index, async ({ topic, payload }, from) => {
      trace.add(topic, this.#index, payload.length * 31 + from)
      const verdict = await handlers.onGossip(topic, payload, peerIdOf(from))
      for (const message of tampering.hear(topic, payload, from)) this.#send(message)
      return tampering.isSilent ? 'ignore' : verdict
    })
    this.#board.join(this.#index, { handlers, tampering, log: this.#log })
  }

  async stop(): Promise<void> {
    this.#board.leave(this.#index)
  }

  multiaddrs(): string[] {
    return [`/memory/${this.#index}/p2p/${this.peerId}`]
  }

  async publish(topic: string, payload: Uint8Array): Promise<{ recipients: number }> {
    const bytesMax = this.#bytesMax.get(topic)
    if (bytesMax === undefined) throw new NetworkError({ code: 'TOPIC_UNKNOWN', topic })
    if (payload.length > bytesMax) {
      const bytes = payload.length
      throw new NetworkError({ code: 'MESSAGE_TOO_BIG', topic, bytes, bytesMax })
    }
    for (const message of this.#parts.tampering.publish(topic, payload)) this.#send(message)
    return { recipients: this.#board.connectedTo(this.#index).length }
  }

  async *request(
    peer: string,
    name: string,
    payload: Uint8Array,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncIterable<ReplyChunk> {
    if (!this.#board.isConnected(this.#index, nodeOf(peer))) {
      throw new NetworkError({ code: 'PEER_NOT_CONNECTED', peer })
    }
    const answer = await this.#ask(peer, name, payload, signal)
    yield* answer.items
    if (answer.isWhole) return
    throw new NetworkError({ code: 'STREAM_FAILED', peer, name, reason: 'the stream broke' })
  }

  peers(): PeerInfo[] {
    return this.#board.connectedTo(this.#index).map((peer) => ({
      id: peerIdOf(peer),
      address: `/memory/${peer}`,
      direction: this.#index < peer ? 'outbound' : 'inbound',
      isStatic: true,
      score: 0,
      gossipScore: 0,
      connectedSinceMs: this.#board.connectedSinceMs(this.#index, peer),
      latencyMs: undefined,
      agent: 'simulated',
    }))
  }

  /** Static peers, as those of a devnet are, keep their connection whatever their score. */
  report(peer: string, penalty: number, reason: string): void {
    this.#board.parts.trace.add('report', this.#index, nodeOf(peer) * 101 + penalty, () => reason)
  }

  ban(peer: string, reason: string): void {
    this.#board.parts.trace.add('ban', this.#index, nodeOf(peer), () => reason)
    this.#board.ban(this.#index, nodeOf(peer))
  }

  isBanned(peer: string): boolean {
    return this.#board.isBanned(this.#index, nodeOf(peer))
  }

  async disconnect(peer: string): Promise<void> {
    this.#board.hangUp(this.#index, nodeOf(peer))
  }

  setPartition(allowed: ReadonlySet<string> | undefined): void {
    this.#board.setAllowed(this.#index, allowed)
  }

  /** What arrives here takes no time. */
  pauseReading(): void {}

  resumeReading(): void {}

  get #isListening(): boolean {
    return this.#board.joinedAs(this.#index)?.handlers === this.#parts.handlers
  }

  #send({ topic, payload, to, delayMs = 0 }: Outgoing): void {
    const id = bytesToHex(keccak256(payload))
    const { scheduler, trace } = this.#board.parts
    trace.add(`publish ${topic}`, this.#index, hashText(id), () => `${topic} ${id.slice(0, 10)}`)
    const envelope = { id: topic + id, bytes: payload.length, message: { topic, payload } }
    const spread = () => this.#board.gossip.publish(this.#index, envelope, to)
    if (delayMs > 0) scheduler.after(delayMs, spread)
    else spread()
  }

  #ask(
    peer: string,
    name: string,
    payload: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<Answer<ReplyChunk>> {
    const { requests } = this.#board
    const to = nodeOf(peer)
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel()
        reject(new NetworkError({ code: 'REQUEST_ABORTED', name }))
      }
      const cancel = requests.ask<ReplyChunk>({
        from: this.#index,
        to,
        serve: () => this.#served(to, name, payload),
        bytesOf: (chunk) => chunk.payload.length,
        done: (answer) => {
          signal?.removeEventListener('abort', abort)
          // What was asked before a crash is nothing to the node that started after it.
          if (this.#isListening) resolve(answer)
        },
      })
      if (signal?.aborted === true) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** What the peer answers, as its strategy lets it. */
  async #served(
    to: number,
    name: string,
    payload: Uint8Array,
  ): Promise<readonly ReplyChunk[] | undefined> {
    const joined = this.#board.joinedAs(to)
    if (joined === undefined) return undefined
    const chunks: ReplyChunk[] = []
    try {
      for await (const chunk of joined.handlers.onRequest(name, payload, this.peerId)) {
        chunks.push(chunk)
      }
    } catch (err) {
      joined.log.error({ err, name }, 'Request handler failed')
      chunks.push({ code: 2, payload: new Uint8Array(0) })
    }
    return joined.tampering.answer(name, chunks, this.#index)
  }
}
