/**
 * A backend that outlives its engines: when one stops, the next is started after a pause and the
 * search goes on at the nonce where it was. An engine that stops again and again is given up for
 * the next of the ladder.
 *
 * Running -> Stopped -> (pause) -> Opening -> Running, or Closed.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Engine } from './engine/engine.ts'
import type { Rung } from './engine/ladder.ts'
import type { OpenRequest } from './engine/protocol.ts'
import { assert, GpuError } from './errors.ts'
import type {
  BackendInfo,
  BackendLog,
  ProofBackend,
  SearchOptions,
  SearchTemplate,
  WinningTile,
} from './proof-backend.ts'

export type SupervisedOptions = {
  readonly ladder: readonly [Rung, ...Rung[]]
  readonly request: OpenRequest
  readonly log: BackendLog
}

/** Pause before a restart: doubled with every failure in a row. */
const RESTART_MS_MIN = 100
const RESTART_MS_MAX = 10_000
/** Failures in a row, without any work done, after which the next rung is tried. */
const FAILURES_MAX = 5

export class SupervisedBackend implements ProofBackend {
  readonly #options: SupervisedOptions
  #rungs: readonly Rung[]
  #engine: Engine
  #opening: Promise<Engine> | undefined
  #failures = 0
  #macsOfEarlierEngines = 0n
  /** The search under way. */
  #search: AbortController | undefined
  readonly #closing = new AbortController()

  private constructor(options: SupervisedOptions, rungs: readonly Rung[], engine: Engine) {
    this.#options = options
    this.#rungs = rungs
    this.#engine = engine
  }

  static async open(options: SupervisedOptions): Promise<SupervisedBackend> {
    const { engine, rung } = await climb(options, options.ladder)
    const rungs = options.ladder.slice(options.ladder.indexOf(rung))
    return new SupervisedBackend(options, rungs, engine)
  }

  get info(): BackendInfo {
    return this.#engine.info
  }

  get macsDone(): bigint {
    return this.#macsOfEarlierEngines + this.#engine.macsDone
  }

  async search(template: SearchTemplate, options: SearchOptions): Promise<WinningTile | undefined> {
    assert(this.#search === undefined, 'a backend searches one thing at a time')
    if (this.#closing.signal.aborted) throw new GpuError({ code: 'CLOSED' })
    if (options.signal.aborted) return undefined
    const search = new AbortController()
    const abort = () => search.abort()
    options.signal.addEventListener('abort', abort)
    this.#search = search
    try {
      return await this.#searchOn(template, options.startNonce, search.signal)
    } finally {
      options.signal.removeEventListener('abort', abort)
      this.#search = undefined
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#search?.abort()
    await this.#opening?.catch(() => undefined)
    await this.#engine.close()
  }

  async #searchOn(
    template: SearchTemplate,
    startNonce: bigint,
    signal: AbortSignal,
  ): Promise<WinningTile | undefined> {
    let nonce = startNonce
    const onProgress = (nextNonce: bigint) => {
      this.#failures = 0
      nonce = nextNonce
    }
    while (!signal.aborted) {
      try {
        const engine = await this.#liveEngine(signal)
        return await engine.search(template, { startNonce: nonce, signal, onProgress })
      } catch (error) {
        if (signal.aborted) return undefined
        if (!(error instanceof GpuError)) throw error
        this.#failures += 1
        const fields = { ...error.type, failures: this.#failures }
        this.#options.log.warn(fields, 'The proof engine stopped: starting another')
      }
    }
    return undefined
  }

  /** The engine, or the one that takes its place; rejects when `signal` aborts the wait. */
  async #liveEngine(signal: AbortSignal): Promise<Engine> {
    if (!this.#engine.isStopped) return this.#engine
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined
    })
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new GpuError({ code: 'CLOSED' })), {
        once: true,
      })
    })
    return Promise.race([this.#opening, aborted])
  }

  /** The same kind of engine, or the next of the ladder after too many failures. */
  async #reopen(): Promise<Engine> {
    const isGivenUp = this.#failures >= FAILURES_MAX && this.#rungs.length > 1
    const pauseMs = Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** this.#failures)
    await delay(pauseMs, undefined, { signal: this.#closing.signal })
    const ladder = isGivenUp ? this.#rungs.slice(1) : this.#rungs.slice(0, 1)
    const { engine, rung } = await climb(this.#options, ladder)
    this.#rungs = this.#rungs.slice(this.#rungs.indexOf(rung))
    this.#macsOfEarlierEngines += this.#engine.macsDone
    this.#engine = engine
    this.#options.log.info({ ...engine.info }, 'Started another proof engine')
    return engine
  }
}

/** Opens the first rung that opens. */
async function climb(
  { request, log }: SupervisedOptions,
  ladder: readonly Rung[],
): Promise<{ readonly engine: Engine; readonly rung: Rung }> {
  let last = new GpuError({ code: 'NO_ADAPTER', reason: 'there is nothing to open' })
  for (const rung of ladder) {
    try {
      const port = await rung.start()
      const engine = await Engine.open(port, { ...request, accept: rung.accept }, log)
      return { engine, rung }
    } catch (error) {
      last = error instanceof GpuError ? error : couldNotStart(error)
      log.debug({ engine: rung.name, ...last.type }, 'This proof engine is not available')
    }
  }
  throw last
}

/** A disk that is full or a file that is missing. */
function couldNotStart(cause: unknown): GpuError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new GpuError({ code: 'ENGINE_STOPPED', reason }, reason, { cause })
}
