/**
 * The JSON-RPC server of a node: HTTP, WebSocket, health and metrics on one port.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC". This file only puts the parts together.
 */
import type { FastifyInstance } from 'fastify'
import { CodedError } from '../consensus/errors.ts'
import type { ChainApi } from '../node/api.ts'
import { createAnswering } from './dispatch/answering.ts'
import type { NodeFeed } from './feeds/node-feed.ts'
import { Publisher } from './feeds/publisher.ts'
import type { RpcOptions } from './options.ts'
import { Backlog } from './transport/backlog.ts'
import { Guard } from './transport/guard.ts'
import { createHttp } from './transport/http.ts'
import { SocketServer } from './transport/websocket.ts'

type Parts = {
  readonly feed: NodeFeed
  readonly publisher: Publisher
  readonly http: FastifyInstance
  readonly sockets: SocketServer
}

export class RpcServer {
  readonly #options: RpcOptions
  readonly #parts: Parts

  private constructor(options: RpcOptions, parts: Parts) {
    this.#options = options
    this.#parts = parts
  }

  static create(api: ChainApi, options: RpcOptions): RpcServer {
    const { log, metricsRegistry } = options
    const { dispatcher, feed, subscriptions, metrics } = createAnswering(api, options)
    const guard = new Guard(options)
    const backlog = new Backlog()
    return new RpcServer(options, {
      feed,
      publisher: new Publisher({ api, feed, subscriptions, log }),
      http: createHttp({ api, dispatcher, guard, backlog, metricsRegistry, log }),
      sockets: new SocketServer({ dispatcher, subscriptions, guard, backlog, metrics, log }),
    })
  }

  /** Listens from the next line on; throws {@link RpcServerError} PORT_IN_USE. */
  async start(): Promise<void> {
    const { feed, publisher, http, sockets } = this.#parts
    const { host, port } = this.#options
    feed.start()
    publisher.start()
    sockets.attach(http.server)
    try {
      await http.listen({ host, port })
    } catch (error) {
      await this.stop()
      throw isAddressInUse(error) ? portInUse(port) : error
    }
  }

  async stop(): Promise<void> {
    const { feed, publisher, http, sockets } = this.#parts
    publisher.stop()
    feed.stop()
    sockets.close()
    await http.close()
  }

  /** Where clients connect, once started: `http://127.0.0.1:8545`; WebSocket at the same place. */
  get url(): string {
    const { host } = this.#options
    const address = this.#parts.http.server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
    return `http://${name.includes(':') ? `[${name}]` : name}:${port ?? this.#options.port}`
  }
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function portInUse(port: number): RpcServerError {
  return new RpcServerError(
    { code: 'PORT_IN_USE', port },
    `Port ${port} is in use: stop what listens there, or choose another port.`,
  )
}

export type RpcServerErrorType = { readonly code: 'PORT_IN_USE'; readonly port: number }

export class RpcServerError extends CodedError<RpcServerErrorType> {}
