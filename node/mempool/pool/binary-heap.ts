/** A binary heap: the item that comes before all others is at hand, changes take O(log n). */

export class BinaryHeap<Item> {
  readonly #items: Item[]
  readonly #isBefore: (a: Item, b: Item) => boolean

  /** Takes over `items` and orders them in O(n). */
  constructor(isBefore: (a: Item, b: Item) => boolean, items: Item[] = []) {
    this.#isBefore = isBefore
    this.#items = items
    for (let at = (items.length >> 1) - 1; at >= 0; at--) this.#sink(at)
  }

  get size(): number {
    return this.#items.length
  }

  peek(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    this.#items.push(item)
    this.#rise(this.#items.length - 1)
  }

  pop(): Item | undefined {
    const first = this.#items[0]
    const last = this.#items.pop()
    if (last !== undefined && this.#items.length > 0) this.replaceFirst(last)
    return first
  }

  /** The same as a pop and a push, at half the price. */
  replaceFirst(item: Item): void {
    this.#items[0] = item
    this.#sink(0)
  }

  #rise(from: number): void {
    const items = this.#items
    const item = items[from]
    if (item === undefined) return
    let at = from
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above]
      if (parent === undefined || !this.#isBefore(item, parent)) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  #sink(from: number): void {
    const items = this.#items
    const item = items[from]
    if (item === undefined) return
    let at = from
    for (;;) {
      const left = items[2 * at + 1]
      const right = items[2 * at + 2]
      const isRight = right !== undefined && left !== undefined && this.#isBefore(right, left)
      const child = isRight ? right : left
      if (child === undefined || !this.#isBefore(child, item)) break
      items[at] = child
      at = 2 * at + (isRight ? 2 : 1)
    }
    items[at] = item
  }
}
