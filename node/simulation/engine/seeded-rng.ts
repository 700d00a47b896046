/**
 * Chance from a seed: xoshiro128** on 32-bit words. Everything in a run draws from streams that are
 * forked by name, so that one more draw in the network does not change who crashes when.
 */
import type { Rng } from '../../ports.ts'

const TWO_32 = 2 ** 32
const TWO_53 = 2 ** 53
/** FNV-1a over 32 bits. */
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

export class SeededRng implements Rng {
  readonly #seed: string
  #a: number
  #b: number
  #c: number
  #d: number

  /** The same text gives the same numbers for ever. */
  constructor(seed: string) {
    this.#seed = seed
    const next = splitMix(hashText(seed), hashText(`${seed}/second`))
    this.#a = next()
    this.#b = next()
    this.#c = next()
    // All four must not be zero.
    this.#d = next() | 1
  }

  /** A stream of its own; it takes nothing from this one. */
  fork(name: string): SeededRng {
    return new SeededRng(`${this.#seed}/${name}`)
  }

  /** Uniform over 32 bits. */
  u32(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = rotate(this.#d, 11)
    return result
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32())
  }

  fraction(): number {
    return ((this.u32() >>> 5) * 2 ** 26 + (this.u32() >>> 6)) / TWO_53
  }

  /** Uniform over 0 ... count - 1. */
  below(count: number): number {
    return Math.floor((this.u32() / TWO_32) * count)
  }

  /** Uniform over [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.fraction()
  }

  /** Uniform over the integers low ... high. */
  integer(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.fraction())
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('there is nothing to pick from')
    return item
  }

  shuffled<T>(items: readonly T[]): T[] {
    const order = items.map((item) => ({ item, place: this.u32() }))
    return order.sort((a, b) => a.place - b.place).map(({ item }) => item)
  }
}

/** 32 bits of a text. */
export function hashText(text: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  }
  return hash >>> 0
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Spreads two words of a seed over as many as are asked for. */
function splitMix(first: number, second: number): () => number {
  let state = first
  return () => {
    state = (state + 0x9e3779b9 + second) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return mixed ^ (mixed >>> 16)
  }
}
