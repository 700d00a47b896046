/** One WebSocket client: its messages, its subscriptions, and the limits on both. */
import type { RawData, WebSocket } from 'ws'
import type { Hex } from '../../consensus/types.ts'
import {
  SOCKET_BUFFER_BYTES_MAX,
  SOCKET_REQUEST_BYTES_MAX,
  SOCKET_REQUESTS_MAX,
} from '../limits.ts'
import type { Client, SubscriberSocket } from '../method.ts'
import type { SocketModules } from './websocket.ts'

export class SocketSession implements SubscriberSocket {
  readonly #webSocket: WebSocket
  readonly #client: Client
  readonly #modules: SocketModules
  /** In progress, and their bytes. */
  #requests = 0
  #requestBytes = 0

  constructor(webSocket: WebSocket, client: Client, modules: SocketModules) {
    this.#webSocket = webSocket
    this.#client = client
    this.#modules = modules
  }

  listen(): void {
    const { subscriptions, log } = this.#modules
    this.#webSocket.on('message', (message) => void this.#answer(message))
    this.#webSocket.on('close', () => subscriptions.endAll(this))
    // Broken frames and resets; the close that follows says the rest.
    this.#webSocket.on('error', (error) => {
      log.debug({ err: error, client: this.#client.address }, 'WebSocket failed')
    })
  }

  send(text: string): void {
    const { bufferedAmount: waiting, readyState, OPEN } = this.#webSocket
    if (readyState !== OPEN) return
    const hasRoom = this.#modules.backlog.hasRoom(text.length, waiting)
    if (hasRoom && waiting <= SOCKET_BUFFER_BYTES_MAX) this.#webSocket.send(text)
    else this.drop('it reads too slowly')
  }

  drop(reason: string): void {
    const { log, metrics, subscriptions } = this.#modules
    log.warn({ client: this.#client.address, reason }, 'Dropped a WebSocket')
    metrics.socketsDropped.inc()
    subscriptions.endAll(this)
    this.#webSocket.terminate()
  }

  async #answer(message: RawData): Promise<void> {
    const { dispatcher, subscriptions } = this.#modules
    const bytes = bytesOf(message)
    this.#count(1, bytes.length)
    const opened: Hex[] = []
    const client = { ...this.#client, socket: this, opened }
    const answer = await dispatcher.answer(bytes.toString('utf8'), client)
    this.#count(-1, -bytes.length)
    if (answer !== undefined) this.send(answer)
    subscriptions.activate(this, opened)
  }

  /** What the client sends while there is no room waits on its own side. */
  #count(requests: number, bytes: number): void {
    this.#requests += requests
    this.#requestBytes += bytes
    const hasRoom =
      this.#requests < SOCKET_REQUESTS_MAX && this.#requestBytes < SOCKET_REQUEST_BYTES_MAX
    if (hasRoom) this.#webSocket.resume()
    else this.#webSocket.pause()
  }
}

/** `ws` hands over one buffer unless it is told otherwise. */
function bytesOf(message: RawData): Buffer {
  if (Buffer.isBuffer(message)) return message
  return Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message)
}
