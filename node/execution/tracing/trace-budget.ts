/**
 * How large a trace may grow: a loop of a few bytes of code can be told in gigabytes. Tracers count
 * what they keep as they go, so that a trace that is too large ends when it is, and not in memory.
 */
import { TraceSizeError } from './trace-error.ts'

/** JSON of one answer, estimated from below; what JSON-RPC may answer is a little more. */
export const TRACE_BYTES_MAX = 24_000_000

export class TraceBudget {
  readonly #bytesMax: number
  #left: number

  constructor(bytesMax: number = TRACE_BYTES_MAX) {
    this.#bytesMax = bytesMax
    this.#left = bytesMax
  }

  /** Throws a {@link TraceSizeError} when there is not so much left. */
  spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left >= 0) return
    throw new TraceSizeError(
      { code: 'TOO_LARGE', bytesMax: this.#bytesMax },
      `trace too large: more than ${this.#bytesMax} bytes; ask for less with disableStack, disableStorage, limit or another tracer`,
    )
  }
}
