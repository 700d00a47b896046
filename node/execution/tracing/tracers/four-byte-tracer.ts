/** Selectors that are called, with the bytes of their arguments: geth's `4byteTracer`. */
import type { TraceBudget } from '../trace-budget.ts'
import type { FrameEntry, FrameKind, StateProbe, TracedMessage, Tracer } from '../tracer.ts'
import { hexOf } from '../words.ts'

const SELECTOR_BYTES = 4
const ENTRY_BYTES = 20
const CALLS: ReadonlySet<FrameKind> = new Set(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'])

export class FourByteTracer implements Tracer {
  readonly #budget: TraceBudget
  readonly #counts = new Map<string, number>()
  #state: StateProbe | undefined

  constructor(budget: TraceBudget) {
    this.#budget = budget
  }

  start(_: TracedMessage, state: StateProbe): void {
    this.#state = state
  }

  enter({ kind, to, input }: FrameEntry): void {
    if (input.length < SELECTOR_BYTES || !CALLS.has(kind)) return
    if (this.#state?.isPrecompile(to) === true) return
    const selector = hexOf(input.subarray(0, SELECTOR_BYTES))
    const key = `${selector}-${input.length - SELECTOR_BYTES}`
    const count = this.#counts.get(key)
    if (count === undefined) this.#budget.spend(ENTRY_BYTES)
    this.#counts.set(key, (count ?? 0) + 1)
  }

  result(): unknown {
    return Object.fromEntries(this.#counts)
  }
}
