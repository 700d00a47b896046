/**
 * Answers that are text already. What is said of a block or a receipt never changes, and is asked
 * for by many: it is made once and kept for a while.
 */
import { WeightedCache } from '../../node/storage/weighted-cache.ts'

/** JSON that goes into an answer as it is. */
export class JsonText {
  readonly text: string

  constructor(value: unknown) {
    this.text = JSON.stringify(value)
  }
}

export class JsonTexts {
  readonly #kept: WeightedCache<string, JsonText>

  /** `charsMax`: of all texts together; the ones that nobody asked for go first. */
  constructor(charsMax: number) {
    this.#kept = new WeightedCache(charsMax)
  }

  get(key: string): JsonText | undefined {
    return this.#kept.get(key)
  }

  /** Makes a text and keeps it. */
  add(key: string, value: unknown): JsonText {
    const made = new JsonText(value)
    this.#kept.set(key, made, made.text.length)
    return made
  }
}
