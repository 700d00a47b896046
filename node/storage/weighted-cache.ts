/** A cache bounded by the weights of its entries, in whatever unit they are. */
import { assert } from '../../consensus/errors.ts'

/** The least recently used goes first once the weights of all entries exceed a bound. */
export class WeightedCache<Key, Value> {
  readonly #entries = new Map<Key, { readonly value: Value; readonly weight: number }>()
  readonly #weightMax: number
  #weight = 0

  /** `weightMax` is in the unit of the weights that `set` is given. */
  constructor(weightMax: number) {
    this.#weightMax = weightMax
  }

  get weight(): number {
    return this.#weight
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    // A Map keeps the order of insertion: what is read moves to the young end.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** As {@link get}, but not counted as a use. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key)?.value
  }

  /** An entry heavier than the bound is not kept at all. */
  set(key: Key, value: Value, weight: number): void {
    assert(weight > 0, 'what weighs nothing would never have to go')
    this.delete(key)
    if (weight > this.#weightMax) return
    this.#entries.set(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#weightMax) break
      this.delete(oldest)
    }
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#weight -= entry.weight
  }
}
