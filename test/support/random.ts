/** Chance that can be repeated: xoshiro128** from a seed, for property and fuzz tests. */

export class Random {
  readonly #state = new Uint32Array(4)

  constructor(seed: number) {
    // splitmix32, so that small seeds do not begin alike.
    let z = seed >>> 0
    for (let i = 0; i < 4; i++) {
      z = (z + 0x9e3779b9) >>> 0
      let x = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
      this.#state[i] = x ^ (x >>> 16)
    }
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const s = this.#state
    const scrambled = Math.imul(s[1]!, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0
    const shifted = s[1]! << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= shifted
    s[3] = (s[3]! << 11) | (s[3]! >>> 21)
    return result
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * below)
  }

  /** A number in (0, 1]. */
  unit(): number {
    return (this.uint32() + 1) / 2 ** 32
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.uint32() & 255)
  }
}
