/**
 * The last so many things that happened, for readers that come back now and then: each keeps a
 * cursor of its own, so a reader costs nothing while it is away.
 */
import { assert } from '../../consensus/errors.ts'

export class ChangeRing<Item> {
  readonly #items: Item[] = []
  readonly #capacity: number
  #cursor = 0

  constructor(capacity: number) {
    assert(capacity > 0, 'a ring holds something')
    this.#capacity = capacity
  }

  /** Where a reader that begins now stands: after everything so far. */
  get cursor(): number {
    return this.#cursor
  }

  /** At capacity the oldest item makes room. */
  push(item: Item): void {
    this.#items[this.#cursor % this.#capacity] = item
    this.#cursor++
  }

  /** Everything from `cursor` on, oldest first; undefined when some of it is gone. */
  since(cursor: number): readonly Item[] | undefined {
    const count = this.#cursor - cursor
    if (count > this.#capacity) return undefined
    const start = cursor % this.#capacity
    const head = this.#items.slice(start, start + count)
    return head.length === count ? head : head.concat(this.#items.slice(0, count - head.length))
  }
}
