/**
 * What happened, as a number: two runs of one seed must agree in it. Lines for people are made only
 * when somebody wants to read them.
 */
import type { Scheduler } from './scheduler.ts'
import { hashText } from './seeded-rng.ts'

export class Trace {
  readonly #scheduler: Scheduler
  readonly #linesMax: number
  readonly #print: ((line: string) => void) | undefined
  readonly #kinds = new Map<string, number>()
  #lines: string[] = []
  #high = 0x9e3779b9
  #low = 0x7f4a7c15

  /** Keeps the last `linesMax` lines; hands each to `print` as it happens. */
  constructor(scheduler: Scheduler, linesMax = 0, print?: (line: string) => void) {
    this.#scheduler = scheduler
    this.#linesMax = linesMax
    this.#print = print
  }

  /** Counts an event; `tell` is called only for readers. */
  add(kind: string, node: number, value: number, tell?: () => string): void {
    let code = this.#kinds.get(kind)
    if (code === undefined) {
      code = hashText(kind)
      this.#kinds.set(kind, code)
    }
    const timeUs = Math.floor(this.#scheduler.nowMs * 1000)
    this.#mix(code ^ node)
    this.#mix(timeUs)
    this.#mix(value)
    if (this.#linesMax > 0) this.#keep(kind, node, tell?.() ?? String(value))
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-this.#linesMax)
  }

  /** 16 hex digits. */
  get digest(): string {
    return hex32(this.#high) + hex32(this.#low)
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ (value | 0), 0x85ebca6b)
    this.#low ^= this.#low >>> 13
    this.#high = (Math.imul(this.#high, 0x27d4eb2f) + this.#low) | 0
    this.#high ^= this.#high >>> 15
  }

  #keep(kind: string, node: number, text: string): void {
    const time = (this.#scheduler.nowMs / 1000).toFixed(3).padStart(9)
    const line = `${time}s  ${node < 0 ? '  ' : `n${node}`}  ${kind} ${text}`
    this.#print?.(line)
    this.#lines.push(line)
    if (this.#lines.length > 2 * this.#linesMax) this.#lines = this.#lines.slice(-this.#linesMax)
  }
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
