/** A JSON-RPC server on a fake node, on a free port, and callers for it. */
import { Registry } from 'prom-client'
import WebSocket from 'ws'
import type { RpcOptions } from '../../rpc/options.ts'
import { RpcServer } from '../../rpc/server.ts'
import { FakeNode } from './fake-node.ts'
import { type Rpc, rpcClient } from './rpc-client.ts'

export type LogEntry = { readonly level: string; readonly message: string }

export class RpcFixture {
  readonly node: FakeNode
  readonly server: RpcServer
  readonly rpc: Rpc
  /** What the server logged. */
  readonly logged: readonly LogEntry[]
  readonly #sockets: TestSocket[] = []

  private constructor(node: FakeNode, server: RpcServer, logged: readonly LogEntry[]) {
    this.node = node
    this.server = server
    this.logged = logged
    this.rpc = rpcClient(server.url)
  }

  static async start(options: Partial<RpcOptions> = {}, node?: FakeNode): Promise<RpcFixture> {
    const fake = node ?? (await FakeNode.create())
    const logged: LogEntry[] = []
    const line = (level: string) => (_: object, message: string) => {
      logged.push({ level, message })
    }
    const log = {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
    }
    const server = RpcServer.create(fake, {
      host: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      allowedHosts: [],
      metricsRegistry: new Registry(),
      log,
      gasCap: 50_000_000n,
      callTimeMs: 5_000,
      isDev: true,
      ...options,
    })
    await server.start()
    return new RpcFixture(fake, server, logged)
  }

  /** The whole answer to a body, as it is. */
  async post(body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
  }

  /** The answer to anything, read as JSON. */
  async answer(message: unknown): Promise<Record<string, unknown>> {
    const response = await this.post(
      typeof message === 'string' ? message : JSON.stringify(message),
    )
    return (await response.json()) as Record<string, unknown>
  }

  async socket(headers: Record<string, string> = {}): Promise<TestSocket> {
    const socket = await TestSocket.open(this.server.url.replace('http', 'ws'), headers)
    this.#sockets.push(socket)
    return socket
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.close()
    await this.server.stop()
  }
}

type Notice = { readonly subscription: string; readonly result: unknown }

/** A WebSocket whose answers and notices can be waited for. */
export class TestSocket {
  readonly raw: WebSocket
  readonly #waiting = new Map<number, (answer: Record<string, unknown>) => void>()
  readonly #notices: Notice[] = []
  #wake: () => void = () => undefined
  #id = 0

  private constructor(raw: WebSocket) {
    this.raw = raw
    raw.on('message', (text: Buffer) => this.#receive(JSON.parse(text.toString())))
  }

  static async open(url: string, headers: Record<string, string>): Promise<TestSocket> {
    const raw = new WebSocket(url, { headers })
    const socket = new TestSocket(raw)
    await new Promise((resolve, reject) => {
      raw.once('open', resolve)
      raw.once('error', reject)
    })
    return socket
  }

  async call(method: string, ...params: unknown[]): Promise<unknown> {
    const id = ++this.#id
    const answer = new Promise<Record<string, unknown>>((resolve) => this.#waiting.set(id, resolve))
    this.raw.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    const { error, result } = await answer
    if (error !== undefined) throw new Error(JSON.stringify(error))
    return result
  }

  /** The next `count` notices, in order of arrival. */
  async notices(count: number): Promise<readonly Notice[]> {
    while (this.#notices.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#notices.splice(0, count)
  }

  closed(): Promise<void> {
    return new Promise((resolve) => this.raw.once('close', () => resolve()))
  }

  close(): void {
    this.raw.terminate()
  }

  #receive(message: Record<string, unknown>): void {
    if (message['method'] === 'eth_subscription') {
      this.#notices.push(message['params'] as Notice)
      this.#wake()
      return
    }
    const id = message['id'] as number
    this.#waiting.get(id)?.(message)
    this.#waiting.delete(id)
  }
}
