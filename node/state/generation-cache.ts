/**
 * A bounded cache that forgets by generations: when the young half is full it becomes the old one,
 * and what was in the old half and not asked for since is gone. A hit costs one map look-up, where
 * a strict LRU would move an entry each time.
 *
 * It holds copies of what is on disk only, so forgetting never loses a write.
 */
export class GenerationCache<Key, Value> {
  readonly #entriesMax: number
  readonly #renew: (value: Value) => Value
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  /**
   * Holds `entriesMax` at least and twice as many at most. What is asked for in the old half goes
   * to the young one as `renew` makes it.
   */
  constructor(entriesMax: number, renew: (value: Value) => Value = (value) => value) {
    this.#entriesMax = entriesMax
    this.#renew = renew
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    const renewed = this.#renew(old)
    this.set(key, renewed)
    return renewed
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#entriesMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}
