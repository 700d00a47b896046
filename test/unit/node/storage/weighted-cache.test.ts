import { describe, expect, it } from 'vitest'
import { receiptsWeight } from '../../../../node/storage/block-weights.ts'
import { WeightedCache } from '../../../../node/storage/weighted-cache.ts'

describe('node / storage / weighted-cache', () => {
  it('lets the least recently used go once the weights exceed the bound', () => {
    const cache = new WeightedCache<string, number>(10)
    cache.set('a', 1, 4)
    cache.set('b', 2, 4)
    expect(cache.get('a')).toBe(1)
    cache.set('c', 3, 4)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
    expect(cache.weight).toBe(8)
  })

  it('does not keep what is heavier than the bound, nor what stood under its key', () => {
    const cache = new WeightedCache<string, number>(10)
    cache.set('a', 1, 1)
    cache.set('a', 2, 11)
    expect(cache.get('a')).toBeUndefined()
    expect(cache.weight).toBe(0)
  })

  it('counts a replaced entry once', () => {
    const cache = new WeightedCache<string, number>(10)
    for (let i = 0; i < 100; i++) cache.set('a', i, 6)
    expect(cache.weight).toBe(6)
    expect(cache.get('a')).toBe(99)
  })

  it('takes nothing without a weight, of which it could hold any number', () => {
    const cache = new WeightedCache<string, number>(10)
    expect(() => cache.set('a', 1, 0)).toThrow('weighs nothing')
    expect(receiptsWeight([])).toBeGreaterThan(0)
  })
})
