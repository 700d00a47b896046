/** A binary heap: the least by `isBefore` first, adding and taking in O(log n). */
export class Heap<Item> {
  readonly #items: Item[] = []
  readonly #isBefore: (left: Item, right: Item) => boolean

  constructor(isBefore: (left: Item, right: Item) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  peek(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    const items = this.#items
    let at = items.length
    items.push(item)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = items[up]
      if (parent === undefined || !this.#isBefore(item, parent)) break
      items[at] = parent
      at = up
    }
    items[at] = item
  }

  pop(): Item | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last !== undefined && items.length > 0) this.#sink(last)
    return first
  }

  /** Puts `item` in the place of the first, and lets it sink to its own. */
  #sink(item: Item): void {
    const items = this.#items
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      let child = items[down]
      if (child === undefined) break
      const sibling = items[down + 1]
      if (sibling !== undefined && this.#isBefore(sibling, child)) {
        down += 1
        child = sibling
      }
      if (!this.#isBefore(child, item)) break
      items[at] = child
      at = down
    }
    items[at] = item
  }
}
