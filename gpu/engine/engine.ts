/** One life of an engine, from the side that uses it: opened, asked to search, closed or lost. */

import { assert, GpuError, type GpuErrorType } from '../errors.ts'
import type {
  BackendInfo,
  BackendLog,
  SearchOptions,
  SearchTemplate,
  WinningTile,
} from '../proof-backend.ts'
import type { EnginePort } from './engine-port.ts'
import type {
  EngineReply,
  EngineReport,
  EngineRequest,
  InspectRequest,
  OpenRequest,
} from './protocol.ts'

export type EngineSearchOptions = SearchOptions & {
  readonly onProgress: (nextNonce: bigint) => void
}

type PendingSearch = {
  readonly id: number
  readonly onProgress: EngineSearchOptions['onProgress']
  readonly settle: (result: WinningTile | undefined | GpuError) => void
}

type PendingAnswer = {
  readonly resolve: (reply: Answer) => void
  readonly reject: (error: GpuError) => void
}
type Answer = Extract<EngineReply, { type: 'ready' | 'inspection' }>

/** A cold start takes 2 s, 10 s on a busy machine; one that takes longer than this is broken. */
const ANSWER_MS_MAX = 60_000
const CLOSE_MS_MAX = 2000

export class Engine {
  readonly #port: EnginePort
  readonly #log: BackendLog
  readonly #exited: Promise<void>
  #info: BackendInfo | undefined
  #answer: PendingAnswer | undefined
  #search: PendingSearch | undefined
  #lastSearchId = 0
  #macsDone = 0n
  #lastOperands: SearchTemplate['operands'] | undefined
  #end: GpuErrorType | undefined

  private constructor(port: EnginePort, log: BackendLog) {
    this.#port = port
    this.#log = log
    this.#exited = new Promise((resolve) => {
      port.listen({
        onReply: (reply) => this.#onReply(reply),
        onExit: (reason) => {
          this.#stop({ code: 'ENGINE_STOPPED', reason })
          resolve()
        },
      })
    })
  }

  /** Rejects with a {@link GpuError} that says why the engine could not start. */
  static async open(port: EnginePort, request: OpenRequest, log: BackendLog): Promise<Engine> {
    const engine = new Engine(port, log)
    const answer = await engine.#ask(request)
    assert(answer.type === 'ready', 'an engine that was asked to open is ready')
    engine.#info = answer.info
    return engine
  }

  /** What a new engine on this port finds; the engine ends with it. */
  static async inspect(
    port: EnginePort,
    request: InspectRequest,
    log: BackendLog,
  ): Promise<EngineReport> {
    const engine = new Engine(port, log)
    const answer = await engine.#ask(request)
    assert(answer.type === 'inspection', 'an engine that was asked to inspect answers that')
    await engine.close()
    return answer.report
  }

  get info(): BackendInfo {
    assert(this.#info !== undefined, 'an open engine has information')
    return this.#info
  }

  get macsDone(): bigint {
    return this.#macsDone
  }

  get isStopped(): boolean {
    return this.#end !== undefined
  }

  /** Resolves to undefined when aborted, rejects when the engine stops. */
  async search(
    template: SearchTemplate,
    { startNonce, signal, onProgress }: EngineSearchOptions,
  ): Promise<WinningTile | undefined> {
    assert(this.#search === undefined, 'an engine searches one thing at a time')
    if (signal.aborted) return undefined
    if (this.#end !== undefined) throw new GpuError(this.#end)
    const id = ++this.#lastSearchId
    const isRepeated = this.#lastOperands === template.operands
    const operands = isRepeated ? 'previous' : template.operands
    this.#lastOperands = template.operands
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#port.send({ type: 'abort', id })
        settle(undefined)
      }
      const settle: PendingSearch['settle'] = (result) => {
        signal.removeEventListener('abort', onAbort)
        this.#search = undefined
        if (result instanceof GpuError) reject(result)
        else resolve(result)
      }
      signal.addEventListener('abort', onAbort)
      this.#search = { id, onProgress, settle }
      this.#port.send({ type: 'search', id, template: { ...template, operands }, startNonce })
    })
  }

  async close(): Promise<void> {
    this.#port.send({ type: 'close' })
    const timer = setTimeout(() => this.#port.kill(), CLOSE_MS_MAX)
    await this.#exited
    clearTimeout(timer)
  }

  async #ask(request: EngineRequest): Promise<Answer> {
    const timer = setTimeout(() => this.#port.kill(), ANSWER_MS_MAX)
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#answer = { resolve, reject }
        this.#port.send(request)
      })
    } catch (error) {
      this.#port.kill()
      await this.#exited
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #onReply(reply: EngineReply): void {
    switch (reply.type) {
      case 'ready':
      case 'inspection':
        this.#answer?.resolve(reply)
        return
      case 'progress':
        // The step in which a search was aborted counts as work, not as progress.
        this.#macsDone += BigInt(reply.macs)
        if (this.#search?.id === reply.id) this.#search.onProgress(reply.nextNonce)
        return
      case 'found':
        if (this.#search?.id === reply.id) this.#search.settle(reply.tile)
        return
      case 'log':
        this.#log[reply.level](reply.fields, reply.message)
        return
      case 'failed':
        this.#stop(reply.reason)
    }
  }

  /** The first reason counts: that a failed engine then exits says nothing more. */
  #stop(reason: GpuErrorType): void {
    this.#end ??= reason
    const error = new GpuError(this.#end)
    this.#answer?.reject(error)
    this.#search?.settle(error)
  }
}
