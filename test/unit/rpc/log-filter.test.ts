import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { Bloom } from '@ethereumjs/vm'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../../../consensus/types.ts'
import type { Log } from '../../../node/receipt.ts'
import { ChangeRing } from '../../../rpc/feeds/change-ring.ts'
import { createLogFilter } from '../../../rpc/feeds/log-filter.ts'

const address = (i: number): Hex => `0x${i.toString(16).padStart(40, '0')}`
const topic = (i: number): Hex => `0x${i.toString(16).padStart(64, '0')}`
const log = (from: number, ...topics: readonly number[]): Log => ({
  address: address(from),
  topics: topics.map(topic),
  data: '0x',
})

const bloomOf = (...logs: readonly Log[]): Hex => {
  const bloom = new Bloom()
  for (const { address, topics } of logs) {
    for (const value of [address, ...topics]) bloom.add(hexToBytes(value))
  }
  return bytesToHex(bloom.bitvector)
}

const filter = (addresses: readonly number[], ...topics: readonly (readonly number[])[]) =>
  createLogFilter({
    addresses: addresses.map(address),
    topics: topics.map((position) => position.map(topic)),
  })

describe('rpc / feeds / log filter', () => {
  it('matches any of the addresses and, at each position, any of the topics', () => {
    expect(filter([]).matches(log(1, 2))).toBe(true)
    expect(filter([1, 2]).matches(log(2))).toBe(true)
    expect(filter([1]).matches(log(2))).toBe(false)
    expect(filter([], [1, 2]).matches(log(9, 2, 3))).toBe(true)
    expect(filter([], [1], [4]).matches(log(9, 1, 3))).toBe(false)
    expect(filter([1], [], [3]).matches(log(1, 7, 3))).toBe(true)
  })

  it('wants as many topics as it has positions, even open ones', () => {
    expect(filter([], [], []).matches(log(1, 2))).toBe(false)
    expect(filter([], [], []).matches(log(1, 2, 3))).toBe(true)
    expect(filter([], [2], []).matches(log(1, 2))).toBe(false)
  })

  it('admits every block that holds a log it matches', () => {
    for (let i = 1; i <= 64; i++) {
      const bloom = bloomOf(log(i, i * 7, i * 13), log(i + 1000))
      expect(filter([i], [i * 7], [i * 13]).admits(bloom)).toBe(true)
      expect(filter([i + 5000, i + 1000]).admits(bloom)).toBe(true)
      expect(filter([], [], [i * 13]).admits(bloom)).toBe(true)
    }
  })

  it('passes over nearly every block that holds none', () => {
    const admitted = Array.from({ length: 200 }, (_, i) => i + 1).filter((i) =>
      filter([9], [8]).admits(bloomOf(log(i + 100, i + 1000))),
    )
    expect(admitted).toEqual([])
  })

  it('passes over blocks without logs, whatever it asks for', () => {
    expect(filter([]).admits(bloomOf())).toBe(false)
  })
})

describe('rpc / feeds / change ring', () => {
  it('gives each reader what came after its cursor, in order', () => {
    const ring = new ChangeRing<number>(4)
    const start = ring.cursor
    for (let i = 1; i <= 4; i++) ring.push(i)
    expect(ring.since(start)).toEqual([1, 2, 3, 4])
    expect(ring.since(start + 3)).toEqual([4])
    expect(ring.since(ring.cursor)).toEqual([])
  })

  it('goes round, and says when a reader has missed something', () => {
    const ring = new ChangeRing<number>(4)
    for (let i = 0; i < 10; i++) ring.push(i)
    expect(ring.since(6)).toEqual([6, 7, 8, 9])
    expect(ring.since(8)).toEqual([8, 9])
    expect(ring.since(5)).toBeUndefined()
  })
})
