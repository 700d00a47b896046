/** Something that must not happen, and did: one of the invariants I1 to I17. */
export type Violation = {
  readonly invariant: string
  /** Where it was seen; undefined: by comparing nodes. */
  readonly node: number | undefined
  /** Milliseconds of virtual time. */
  readonly atMs: number
  readonly message: string
}

export type Tell = (invariant: string, node: number | undefined, message: string) => void

/** More of the same kind are not told: the first ones say it. */
const TOLD_PER_INVARIANT_MAX = 8

export class Violations {
  readonly #nowMs: () => number
  readonly #all: Violation[] = []

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get all(): readonly Violation[] {
    return this.#all
  }

  readonly tell: Tell = (invariant, node, message) => {
    const before = this.#all.filter((violation) => violation.invariant === invariant)
    const isKnown = before.some((known) => known.node === node && known.message === message)
    if (isKnown || before.length >= TOLD_PER_INVARIANT_MAX) return
    this.#all.push({ invariant, node, atMs: Math.floor(this.#nowMs()), message })
  }
}
