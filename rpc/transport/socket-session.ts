/** One WebSocket client: its messages, its subscriptions, and the limits on both. */
import type { RawData, WebSocket } from 'ws'
import type { Hex } from '../../consensus/types.ts'
import { SOCKET_BUFFER_BYTES_MAX, SOCKET_REQUESTS_MAX } from '../limits.ts'
import type { Client, SubscriberSocket } from '../method.ts'
import type { SocketModules } from './websocket.ts'

export class SocketSession implements SubscriberSocket {
  readonly #webSocket: WebSocket
  readonly #client: Client
  readonly #modules: SocketModules
  #requests = 0

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
    this.#requests++
    if (this.#requests >= SOCKET_REQUESTS_MAX) this.#webSocket.pause()
    const opened: Hex[] = []
    const client = { ...this.#client, socket: this, opened }
    const answer = await dispatcher.answer(textOf(message), client)
    this.#requests--
    if (this.#requests < SOCKET_REQUESTS_MAX) this.#webSocket.resume()
    if (answer !== undefined) this.send(answer)
    subscriptions.activate(this, opened)
  }
}

/** `ws` hands over one buffer unless it is told otherwise. */
function textOf(message: RawData): string {
  if (Buffer.isBuffer(message)) return message.toString('utf8')
  return (Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message)).toString('utf8')
}
