/** What one WebSocket and all of them may ask of a node, on real sockets. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Dispatcher } from '../../../rpc/dispatcher.ts'
import { Subscriptions } from '../../../rpc/feeds/subscriptions.ts'
import {
  BODY_BYTES_MAX,
  SOCKET_PING_MS,
  SOCKET_REQUEST_BYTES_MAX,
  SOCKET_REQUESTS_MAX,
} from '../../../rpc/limits.ts'
import { method, optional } from '../../../rpc/method.ts'
import { RpcMetrics } from '../../../rpc/metrics.ts'
import { text } from '../../../rpc/params/primitives.ts'
import { Backlog } from '../../../rpc/transport/backlog.ts'
import { Guard } from '../../../rpc/transport/guard.ts'
import { SocketSession } from '../../../rpc/transport/socket-session.ts'
import { type SocketModules, SocketServer } from '../../../rpc/transport/websocket.ts'

const CLIENT = { address: '127.0.0.1', isAdmin: false }
const ignore = (): void => undefined
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
/** Half of what may be in progress, as a request with its JSON around it. */
const HALF_TEXT = 'x'.repeat(SOCKET_REQUEST_BYTES_MAX / 2)

/** Calls of `wait` end when the test says so. */
class Waiting {
  readonly modules: SocketModules
  readonly #ends: (() => void)[] = []
  #onCall: () => void = ignore

  constructor() {
    const wait = method({
      description: 'Waits',
      params: [optional('text', text, '')],
      isUntimed: true,
      handler: () => {
        this.#onCall()
        return new Promise<void>((resolve) => this.#ends.push(resolve))
      },
    })
    const echo = method({ description: 'Answers', params: [], handler: () => true })
    const metrics = new RpcMetrics(new Registry())
    this.modules = {
      dispatcher: new Dispatcher(
        { test_wait: wait, test_echo: echo },
        { callTimeMs: 1, log, metrics },
      ),
      subscriptions: new Subscriptions(ignore),
      guard: new Guard({ corsOrigins: [], allowedHosts: [] }),
      backlog: new Backlog(),
      metrics,
      log,
    }
  }

  get count(): number {
    return this.#ends.length
  }

  async until(count: number): Promise<void> {
    while (this.count < count) {
      await new Promise<void>((resolve) => {
        this.#onCall = resolve
      })
    }
  }

  end(): void {
    for (const end of this.#ends.splice(0)) end()
  }
}

function request(name: string, ...params: unknown[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: name, params })
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('rpc / transport / socket session', () => {
  let http: Server
  let ours: WebSocket
  let theirs: WebSocket
  let waiting: Waiting
  beforeEach(async () => {
    http = createServer()
    const server = new WebSocketServer({ server: http, maxPayload: BODY_BYTES_MAX })
    waiting = new Waiting()
    theirs = new WebSocket(await listening(http))
    ;[ours] = (await once(server, 'connection')) as [WebSocket]
    new SocketSession(ours, CLIENT, waiting.modules).listen()
    await once(theirs, 'open')
  })
  afterEach(() => {
    theirs.terminate()
    http.close()
  })

  it('stops reading while too many requests are in progress, and goes on after', async () => {
    for (let i = 1; i < SOCKET_REQUESTS_MAX; i++) theirs.send(request('test_wait'))
    await waiting.until(SOCKET_REQUESTS_MAX - 1)
    expect(ours.isPaused).toBe(false)
    theirs.send(request('test_wait'))
    await waiting.until(SOCKET_REQUESTS_MAX)
    expect(ours.isPaused).toBe(true)
    const answered = once(theirs, 'message')
    waiting.end()
    await answered
    expect(ours.isPaused).toBe(false)
  })

  it('stops reading while requests in progress hold too many bytes, however few', async () => {
    theirs.send(request('test_wait', HALF_TEXT))
    await waiting.until(1)
    expect(ours.isPaused).toBe(false)
    theirs.send(request('test_wait', HALF_TEXT))
    await waiting.until(2)
    expect(ours.isPaused).toBe(true)
    theirs.send(request('test_wait'))
    const answered = once(theirs, 'message')
    waiting.end()
    await answered
    // The third was read when there was room again.
    await waiting.until(1)
    expect(ours.isPaused).toBe(false)
  })
})

describe('rpc / transport / sockets', () => {
  let http: Server
  let url: string
  let sockets: SocketServer
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    http = createServer()
    sockets = new SocketServer(new Waiting().modules, 2)
    sockets.attach(http)
    url = await listening(http)
  })
  afterEach(() => {
    vi.useRealTimers()
    sockets.close()
    http.close()
  })
  const open = async (options = {}): Promise<WebSocket> => {
    const socket = new WebSocket(url, options)
    await once(socket, 'open')
    return socket
  }
  const roundTrip = async (socket: WebSocket): Promise<void> => {
    const answer = once(socket, 'message')
    socket.send(request('test_echo'))
    await answer
  }

  it('answers 503 to one more than there may be, until one has gone', async () => {
    const [first] = [await open(), await open()]
    const refused = new WebSocket(url)
    const [, response] = await once(refused, 'unexpected-response')
    expect(response.statusCode).toBe(503)
    first?.terminate()
    // The server hears of it when it hears of it: it says so by taking the next.
    let third: WebSocket | undefined
    while (third === undefined) third = await open().catch(() => undefined)
    expect(third.readyState).toBe(WebSocket.OPEN)
  })

  it('drops the one that does not answer a ping, and keeps the others', async () => {
    const alive = await open()
    const dead = await open({ autoPong: false })
    const pinged = Promise.all([once(alive, 'ping'), once(dead, 'ping')])
    vi.advanceTimersByTime(SOCKET_PING_MS)
    await pinged
    await roundTrip(alive)
    const closed = once(dead, 'close')
    vi.advanceTimersByTime(SOCKET_PING_MS)
    await closed
    await roundTrip(alive)
    expect(alive.readyState).toBe(WebSocket.OPEN)
  })
})
