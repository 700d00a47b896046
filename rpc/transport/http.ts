/**
 * HTTP: JSON-RPC by POST on `/`, `/health`, `/ready`, `/metrics` for those who watch the node, and
 * the supplies for exchanges.
 *
 * Only `application/json` is read: a browser then asks for permission before it lets a foreign
 * page send anything.
 */
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Registry } from 'prom-client'
import { type ChainApi, isNode } from '../../node/api.ts'
import { invalidRequest, writeError } from '../dispatch/envelope.ts'
import type { Dispatcher } from '../dispatcher.ts'
import { formatError, INTERNAL, limitExceeded, OVERLOADED, type RpcError } from '../errors.ts'
import { quantity } from '../format/hex.ts'
import {
  BODY_BYTES_MAX,
  CONNECTIONS_MAX,
  KEEP_ALIVE_MS,
  REQUEST_TIMEOUT_MS,
  STALLED_MS,
} from '../limits.ts'
import type { RpcLog } from '../options.ts'
import { addSupplyRoutes } from '../supply/routes.ts'
import type { Backlog } from './backlog.ts'
import type { Guard } from './guard.ts'
import { JSON_TYPES } from './request-head.ts'
import { JSON_TYPE } from './response-text.ts'
import { ShortWay } from './short-way.ts'

export type HttpModules = {
  readonly api: ChainApi
  readonly dispatcher: Dispatcher
  readonly guard: Guard
  readonly backlog: Backlog
  readonly metricsRegistry: Registry
  readonly log: RpcLog
}

/** Seconds for which a browser may remember a permission. */
const PREFLIGHT_SECONDS = 600
const WELCOME = 'hanzo JSON-RPC: POST requests here, or open a WebSocket.\n'

export function createHttp(modules: HttpModules): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: STALLED_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    routerOptions: { caseSensitive: true },
  })
  app.server.maxConnections = CONNECTIONS_MAX
  const shortWay = new ShortWay(modules)
  shortWay.attach(app.server)
  app.addHook('preClose', (done) => {
    shortWay.close()
    done()
  })
  modules.backlog.watch(app.server)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(JSON_TYPES, { parseAs: 'string' }, (_, body, done) => done(null, body))
  app.addHook('onRequest', (request, reply, done) => {
    if (allow(modules.guard, request, reply)) done()
  })
  app.setErrorHandler((error, _, reply) => refuse(modules.log, error, reply))
  addRpcRoutes(app, modules)
  addWatchRoutes(app, modules)
  if (isNode(modules.api)) addSupplyRoutes(app, modules.api)
  return app
}

function addRpcRoutes(app: FastifyInstance, modules: HttpModules): void {
  const { dispatcher, guard, backlog } = modules
  app.post('/', async (request, reply) => {
    const body = typeof request.body === 'string' ? request.body : ''
    const answer = await dispatcher.answer(body, guard.clientOf(request.raw))
    if (answer === undefined) return reply.code(204).send()
    reply.header('content-type', JSON_TYPE)
    if (backlog.hasRoom(answer.length, request.raw.socket.writableLength)) return reply.send(answer)
    return reply.code(503).send(writeError(null, OVERLOADED))
  })
  app.options('/', (_, reply) => {
    void reply
      .code(204)
      .header('access-control-allow-methods', 'POST, GET, OPTIONS')
      .header('access-control-allow-headers', 'content-type, authorization')
      .header('access-control-allow-private-network', 'true')
      .header('access-control-max-age', String(PREFLIGHT_SECONDS))
      .send()
  })
  app.get('/', (_, reply) => {
    void reply.type('text/plain').send(WELCOME)
  })
}

/** `/health`: the process answers. `/ready`: the node can serve, else 503 and why not. */
function addWatchRoutes(app: FastifyInstance, { api, metricsRegistry }: HttpModules): void {
  app.get('/health', (_, reply) => {
    const { hash, header } = api.chain.head()
    void reply.send({ status: 'ok', head: { number: quantity(header.number), hash } })
  })
  app.get('/ready', (_, reply) => {
    const { isReady, reason } = api.health()
    void reply.code(isReady ? 200 : 503).send({ isReady, ...(reason && { reason }) })
  })
  app.get('/metrics', async (_, reply) => {
    const text = await metricsRegistry.metrics()
    return reply.type(metricsRegistry.contentType).send(text)
  })
}

/** False when the request has been refused. */
function allow(guard: Guard, request: FastifyRequest, reply: FastifyReply): boolean {
  const { host, origin } = request.headers
  if (!guard.isHostAllowed(host)) {
    void reply.code(403).type('text/plain').send(`host ${host} is not allowed\n`)
    return false
  }
  void reply.header('vary', 'origin')
  if (origin !== undefined && guard.isOriginAllowed(origin)) {
    void reply.header('access-control-allow-origin', origin)
  }
  return true
}

/** What never reached the dispatcher. */
function refuse(log: RpcLog, error: unknown, reply: FastifyReply): void {
  const { statusCode = 500 } = error as Partial<FastifyError>
  const isTheirs = statusCode >= 400 && statusCode < 500
  if (!isTheirs) log.error({ err: error }, 'HTTP request failed')
  const answer = isTheirs ? formatError(refusalOf(error as FastifyError)) : INTERNAL
  void reply
    .code(isTheirs ? statusCode : 500)
    .header('content-type', JSON_TYPE)
    .send(writeError(null, answer ?? INTERNAL))
}

function refusalOf({ code, message }: FastifyError): RpcError {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return limitExceeded(`body too large: at most ${BODY_BYTES_MAX} bytes`)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return invalidRequest('the content type must be application/json')
    default:
      return invalidRequest(message)
  }
}
