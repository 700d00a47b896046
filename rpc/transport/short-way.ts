/**
 * The short way for HTTP connections whose requests are what nearly all clients send: `POST /` with
 * a JSON body, each whole in one piece, one after the other. These are answered on the socket, at a
 * third of the time. At the first that is anything else the connection goes to Node.js's own
 * server from that request on: it defines what is answered, and here is the same, byte by byte.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { assert } from '../../consensus/errors.ts'
import type { Dispatcher } from '../dispatcher.ts'
import { KEEP_ALIVE_MS, REQUEST_TIMEOUT_MS, STALLED_MS } from '../limits.ts'
import type { Client } from '../method.ts'
import type { RpcLog } from '../options.ts'
import type { Backlog } from './backlog.ts'
import type { Guard } from './guard.ts'
import { readRequestHead } from './request-head.ts'
import { responseText } from './response-text.ts'

export type ShortWayModules = {
  readonly dispatcher: Dispatcher
  readonly guard: Guard
  readonly backlog: Backlog
  readonly log: RpcLog
}

type HandOver = (socket: Socket) => void

const HEAD_END = '\r\n\r\n'

export class ShortWay {
  readonly #modules: ShortWayModules
  readonly #sockets = new Set<Socket>()

  constructor(modules: ShortWayModules) {
    this.#modules = modules
  }

  /** Puts itself between the connections of `server` and what the server does with them. */
  attach(server: Server): void {
    const listeners = server.listeners('connection')
    assert(listeners.length > 0, 'the server serves its connections')
    server.removeAllListeners('connection')
    const handOver: HandOver = (socket) => {
      this.#sockets.delete(socket)
      for (const listener of listeners) listener.call(server, socket)
    }
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      new ShortConnection(socket, handOver, this.#modules).listen()
    })
  }

  /** Cuts the connections that the server does not know of. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Reading -> Answering -> Reading, until it is handed over or closed. */
class ShortConnection {
  readonly #socket: Socket
  readonly #handOver: HandOver
  readonly #modules: ShortWayModules
  readonly #client: Client
  /** The last head, which clients repeat, and the bytes of the body behind it. */
  #head = ''
  #bodyBytes = 0
  #isAnswering = false
  /** What came while something was answered: the socket is paused then. */
  #waiting: Buffer | undefined
  #hasEnded = false
  #isStalled = false

  constructor(socket: Socket, handOver: HandOver, modules: ShortWayModules) {
    this.#socket = socket
    this.#handOver = handOver
    this.#modules = modules
    this.#client = modules.guard.strangerOn(socket)
  }

  listen(): void {
    // As long as for a whole request, until there was one.
    this.#socket.setTimeout(REQUEST_TIMEOUT_MS)
    this.#socket.on('data', this.#onData)
    this.#socket.on('end', this.#onEnd)
    this.#socket.on('error', this.#onError)
    this.#socket.on('timeout', this.#onTimeout)
  }

  readonly #onData = (piece: Buffer): void => {
    if (this.#isAnswering) {
      assert(this.#waiting === undefined, 'a paused socket hands out nothing')
      this.#waiting = piece
      this.#socket.pause()
      return
    }
    const body = this.#bodyOf(piece)
    if (body === undefined) this.#giveAway(piece)
    else this.#answer(body)
  }

  /** Of a request that is all of `piece`; undefined when this is for the server. */
  #bodyOf(piece: Buffer): string | undefined {
    const headBytes = piece.indexOf(HEAD_END)
    if (headBytes < 0) return undefined
    const head = piece.toString('latin1', 0, headBytes)
    if (head !== this.#head) {
      const { host, bodyBytes } = readRequestHead(head) ?? {}
      if (bodyBytes === undefined || !this.#modules.guard.isHostAllowed(host)) return undefined
      this.#head = head
      this.#bodyBytes = bodyBytes
    }
    const bodyStart = headBytes + HEAD_END.length
    return piece.length === bodyStart + this.#bodyBytes
      ? piece.toString('utf8', bodyStart)
      : undefined
  }

  #answer(body: string): void {
    this.#isStalled = false
    if (this.#socket.timeout !== KEEP_ALIVE_MS) this.#socket.setTimeout(KEEP_ALIVE_MS)
    const answer = this.#modules.dispatcher.answer(body, this.#client)
    if (!(answer instanceof Promise)) {
      this.#send(answer)
      return
    }
    this.#isAnswering = true
    void answer.then((text) => {
      this.#isAnswering = false
      this.#send(text)
    })
  }

  #send(answer: string | undefined): void {
    const socket = this.#socket
    if (!socket.writable) return
    const { text, isAscii } = responseText(answer, socket.writableLength, this.#modules.backlog)
    if (socket.write(text, isAscii ? 'latin1' : 'utf8')) {
      this.#goOn()
      return
    }
    // Who does not read is not read from.
    this.#isAnswering = true
    socket.once('drain', this.#onDrain)
  }

  readonly #onDrain = (): void => {
    this.#isAnswering = false
    this.#goOn()
  }

  #goOn(): void {
    const piece = this.#waiting
    if (piece !== undefined) {
      this.#waiting = undefined
      this.#socket.resume()
      this.#onData(piece)
    } else if (this.#hasEnded) this.#socket.end()
  }

  /** The client sends nothing more, but may wait for its answer. */
  readonly #onEnd = (): void => {
    this.#hasEnded = true
    if (!this.#isAnswering) this.#socket.end()
  }

  readonly #onError = (error: Error): void => {
    this.#modules.log.debug({ err: error, client: this.#client.address }, 'HTTP connection failed')
  }

  /** Idle for too long; a connection that waits for an answer, or should read it, has longer. */
  readonly #onTimeout = (): void => {
    if (!this.#isAnswering || this.#isStalled) {
      this.#socket.destroy()
      return
    }
    this.#isStalled = true
    this.#socket.setTimeout(STALLED_MS - KEEP_ALIVE_MS)
  }

  /** Reading -> handed over, with what has been read. */
  #giveAway(piece: Buffer): void {
    const socket = this.#socket
    socket.setTimeout(0)
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('error', this.#onError)
    socket.off('timeout', this.#onTimeout)
    socket.unshift(piece)
    this.#handOver(socket)
  }
}
