/**
 * Serves the searches of an engine, one at a time: step after step until one wins or it is aborted,
 * resting between steps so that searching takes `dutyPercent` of the time.
 */
import { SHAPES } from '../reference/shape.ts'
import { OperandCache } from './operand-cache.ts'
import type { EngineRequest, SearchRequest, ServicePort } from './protocol.ts'
import type { Searcher } from './search-task.ts'

export class SearchService {
  readonly #port: ServicePort
  readonly #searcher: Searcher
  readonly #restPerStep: number
  readonly #operands = new OperandCache()
  /** The search that is wanted; the one that runs sees after its step that it is not. */
  #wantedId: number | undefined
  #running: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}

  constructor(port: ServicePort, searcher: Searcher, dutyPercent: number) {
    this.#port = port
    this.#searcher = searcher
    this.#restPerStep = 100 / Math.min(100, Math.max(1, dutyPercent)) - 1
  }

  /** Rejects when the searcher fails: the engine is then of no more use. */
  handle(request: EngineRequest): Promise<void> {
    if (request.type === 'search') {
      this.#wantedId = request.id
      this.#wake()
      this.#running = this.#running.then(() => this.#run(request))
    } else if (request.type === 'abort' && request.id === this.#wantedId) {
      this.#wantedId = undefined
      this.#wake()
    }
    return this.#running
  }

  async #run({ id, template, startNonce }: SearchRequest): Promise<void> {
    const shape = SHAPES[template.shape]
    // Read also when this search was aborted meanwhile: the next one may build on its operands.
    const operands = this.#operands.get(shape, template.operands)
    if (this.#wantedId !== id) return
    this.#searcher.begin({ ...template, shape, operands, startNonce })
    while (this.#wantedId === id) {
      const startedMs = performance.now()
      const { macs, nextNonce, winner } = await this.#searcher.step()
      this.#port.post({ type: 'progress', id, macs, nextNonce })
      if (this.#wantedId === id && winner !== undefined) {
        this.#wantedId = undefined
        this.#port.post({ type: 'found', id, tile: winner })
        return
      }
      await this.#rest((performance.now() - startedMs) * this.#restPerStep)
    }
  }

  /** Gives way to messages at least, so that an abort is seen. */
  async #rest(durationMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      if (durationMs < 1) {
        setImmediate(resolve)
        return
      }
      const timer = setTimeout(resolve, durationMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = () => {}
  }
}
