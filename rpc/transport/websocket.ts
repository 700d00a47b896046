/**
 * WebSocket: JSON-RPC messages both ways on the port of HTTP, through its upgrade event.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC". A reader that is too slow is dropped, because nobody
 * else may pay for the memory that it needs.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Dispatcher } from '../dispatcher.ts'
import type { Subscriptions } from '../feeds/subscriptions.ts'
import { BODY_BYTES_MAX, SOCKET_PING_MS, SOCKETS_MAX } from '../limits.ts'
import type { RpcMetrics } from '../metrics.ts'
import type { RpcLog } from '../options.ts'
import type { Backlog } from './backlog.ts'
import type { Guard } from './guard.ts'
import { SocketSession } from './socket-session.ts'

export type SocketModules = {
  readonly dispatcher: Dispatcher
  readonly subscriptions: Subscriptions
  readonly guard: Guard
  readonly backlog: Backlog
  readonly metrics: RpcMetrics
  readonly log: RpcLog
}

/** The node goes away, in the words of RFC 6455. */
const GOING_AWAY = 1001
const PATHS: ReadonlySet<string> = new Set(['/', '/ws'])

export class SocketServer {
  readonly #modules: SocketModules
  readonly #socketsMax: number
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: BODY_BYTES_MAX,
    perMessageDeflate: false,
  })
  readonly #alive = new WeakSet<WebSocket>()
  #pings: NodeJS.Timeout | undefined

  constructor(modules: SocketModules, socketsMax = SOCKETS_MAX) {
    this.#modules = modules
    this.#socketsMax = socketsMax
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#pings = setInterval(() => this.#ping(), SOCKET_PING_MS)
    this.#pings.unref()
  }

  close(): void {
    clearInterval(this.#pings)
    for (const socket of this.#server.clients) {
      socket.close(GOING_AWAY, 'the node stops')
      socket.terminate()
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusal(request)
    if (refusal !== undefined) {
      refuse(socket, refusal)
      return
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, request))
  }

  #refusal({ url = '/', headers }: IncomingMessage): string | undefined {
    const { guard } = this.#modules
    if (!guard.isHostAllowed(headers.host)) return '403 Forbidden'
    if (headers.origin !== undefined && !guard.isOriginAllowed(headers.origin)) {
      return '403 Forbidden'
    }
    if (!PATHS.has(url.replace(/\?.*$/, ''))) return '404 Not Found'
    return this.#server.clients.size < this.#socketsMax ? undefined : '503 Service Unavailable'
  }

  #open(webSocket: WebSocket, request: IncomingMessage): void {
    const { metrics, guard } = this.#modules
    new SocketSession(webSocket, guard.clientOf(request), this.#modules).listen()
    metrics.sockets.inc()
    this.#alive.add(webSocket)
    webSocket.on('pong', () => this.#alive.add(webSocket))
    webSocket.on('close', () => metrics.sockets.dec())
  }

  /** One missed pong is the end: the client had SOCKET_PING_MS to send it. */
  #ping(): void {
    for (const webSocket of this.#server.clients) {
      if (!this.#alive.delete(webSocket)) webSocket.terminate()
      else webSocket.ping()
    }
  }
}

/**
 * The HTTP server lets go of a socket that asks for an upgrade. Without a listener its next error
 * would end the process, and without an end of ours a client could keep it half open.
 */
function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
