/** Several tracers at once, each with its own result: geth's `muxTracer`. */
import type {
  EmittedLog,
  FrameEntry,
  FrameResult,
  StateProbe,
  Step,
  TracedMessage,
  Tracer,
} from '../tracer.ts'

export class MuxTracer implements Tracer {
  readonly #tracers: readonly (readonly [name: string, tracer: Tracer])[]

  constructor(tracers: readonly (readonly [name: string, tracer: Tracer])[]) {
    this.#tracers = tracers
  }

  async start(message: TracedMessage, state: StateProbe): Promise<void> {
    for (const [, tracer] of this.#tracers) await tracer.start?.(message, state)
  }

  step(step: Step): undefined | Promise<void> {
    const waiting = this.#tracers.flatMap(([, tracer]) => tracer.step?.(step) ?? [])
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined)
  }

  stepFailed(error: string): void {
    for (const [, tracer] of this.#tracers) tracer.stepFailed?.(error)
  }

  enter(frame: FrameEntry): void {
    for (const [, tracer] of this.#tracers) tracer.enter?.(frame)
  }

  exit(result: FrameResult): void {
    for (const [, tracer] of this.#tracers) tracer.exit?.(result)
  }

  log(log: EmittedLog): void {
    for (const [, tracer] of this.#tracers) tracer.log?.(log)
  }

  async end(gasUsed: bigint): Promise<void> {
    for (const [, tracer] of this.#tracers) await tracer.end?.(gasUsed)
  }

  result(): unknown {
    return Object.fromEntries(this.#tracers.map(([name, tracer]) => [name, tracer.result()]))
  }
}
