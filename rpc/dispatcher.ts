/**
 * From the text of a request to the text of its answer, for both transports. The one place of
 * this folder that catches errors.
 */
import { answerBatch } from './dispatch/batch.ts'
import { within } from './dispatch/call-time.ts'
import {
  idOf,
  isNotification,
  parseJson,
  type Request,
  type RequestId,
  readRequest,
  writeError,
  writeResult,
} from './dispatch/envelope.ts'
import { answerTooLarge, formatError, INTERNAL, RpcError } from './errors.ts'
import { ANSWER_BYTES_MAX, ECHO_CHARS_MAX } from './limits.ts'
import { type Client, type Method, type MethodTable, readParams } from './method.ts'
import type { MethodMetrics, RpcMetrics } from './metrics.ts'
import type { RpcLog } from './options.ts'

export type DispatcherOptions = {
  /** Milliseconds that a method may take before its caller is told to go. */
  readonly callTimeMs: number
  readonly log: RpcLog
  readonly metrics: RpcMetrics
}

type Answer = string | undefined | Promise<string | undefined>

type Entry = { readonly method: Method; readonly metrics: MethodMetrics }

export class Dispatcher {
  readonly #entries = new Map<string, Entry>()
  readonly #unknown: MethodMetrics
  readonly #options: DispatcherOptions

  constructor(methods: MethodTable, options: DispatcherOptions) {
    this.#options = options
    this.#unknown = options.metrics.forMethod('unknown')
    for (const [name, method] of Object.entries(methods)) {
      this.#entries.set(name, { method, metrics: options.metrics.forMethod(name) })
    }
  }

  /**
   * The answer, or undefined when there is nothing to answer; at once, when it takes no waiting.
   * Neither throws nor rejects.
   */
  answer(text: string, client: Client): Answer {
    try {
      const message = parseJson(text)
      return Array.isArray(message)
        ? this.#answerBatch(message, client)
        : this.#answerSingle(message, client)
    } catch (error) {
      return this.#refuse(null, error)
    }
  }

  async #answerBatch(items: readonly unknown[], client: Client): Promise<string | undefined> {
    try {
      return await answerBatch(items, {
        answer: (item) => this.#answerOne(item, client),
        refuse: (item, error) =>
          isNotification(item) ? undefined : this.#refuse(idOf(item), error),
        groupOf: (item) => this.#groupOf(item),
      })
    } catch (error) {
      return this.#refuse(null, error)
    }
  }

  #answerSingle(message: unknown, client: Client): Answer {
    const bounded = (answer: string | undefined) =>
      answer === undefined || answer.length <= ANSWER_BYTES_MAX
        ? answer
        : this.#refuse(idOf(message), answerTooLarge())
    const answer = this.#answerOne(message, client)
    return answer instanceof Promise ? answer.then(bounded) : bounded(answer)
  }

  #answerOne(message: unknown, client: Client): Answer {
    let request: Request
    try {
      request = readRequest(message)
    } catch (error) {
      return this.#refuse(idOf(message), error)
    }
    const { id, method } = request
    const entry = this.#entries.get(method)
    const metrics = entry?.metrics ?? this.#unknown
    const startMs = performance.now()
    const fail = (error: unknown): string | undefined => {
      metrics.ended(startMs, false)
      const refusal = this.#refuse(id ?? null, error, method)
      return id === undefined ? undefined : refusal
    }
    const succeed = (result: unknown): string | undefined => {
      try {
        const answer = id === undefined ? undefined : writeResult(id, result)
        metrics.ended(startMs, true)
        return answer
      } catch (error) {
        return fail(error)
      }
    }
    try {
      const result = this.#call(entry?.method, request, client)
      return result instanceof Promise ? result.then(succeed, fail) : succeed(result)
    } catch (error) {
      return fail(error)
    }
  }

  #call(method: Method | undefined, request: Request, client: Client): unknown {
    if (method === undefined) throw methodUnknown(request.method)
    if (method.isAdmin && !client.isAdmin) throw adminOnly(request.method)
    const result = method.handler(readParams(method, request.params), client)
    if (method.isUntimed || !(result instanceof Promise)) return result
    return within(result, this.#options.callTimeMs)
  }

  /** Requests of one concurrent method may run side by side. */
  #groupOf(item: unknown): string | undefined {
    const name = (item as { method?: unknown } | null)?.method
    if (typeof name !== 'string') return undefined
    return this.#entries.get(name)?.method.isConcurrent === true ? name : undefined
  }

  #refuse(id: RequestId, error: unknown, method?: string): string {
    const answer = formatError(error)
    if (answer !== undefined) return writeError(id, answer)
    this.#options.log.error({ err: error, method }, 'RPC method failed')
    return writeError(id, INTERNAL)
  }
}

function methodUnknown(method: string): RpcError {
  const name = method.slice(0, ECHO_CHARS_MAX)
  return new RpcError(
    { code: 'METHOD_UNKNOWN' },
    `the method ${name} does not exist/is not available`,
  )
}

function adminOnly(method: string): RpcError {
  return new RpcError(
    { code: 'ADMIN_ONLY' },
    `${method} is for this machine only, with the bearer token of the file admin.token`,
  )
}
