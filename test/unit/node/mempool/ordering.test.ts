/** The order in which a block is offered transactions. */
import { describe, expect, it } from 'vitest'
import { BinaryHeap } from '../../../../node/mempool/pool/binary-heap.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { addressOf } from '../../../support/made-transactions.ts'
import { Random } from '../../../support/random.ts'
import { account, makePool, sketch, tryAdd } from './pool-fixture.ts'

const BASE_FEE = 100n

function tipOf({ tx }: SignedTransaction): bigint {
  if (!('maxFeePerGas' in tx)) return tx.gasPrice - BASE_FEE
  const room = tx.maxFeePerGas - BASE_FEE
  return tx.maxPriorityFeePerGas < room ? tx.maxPriorityFeePerGas : room
}

function randomPool(seed: number) {
  const random = new Random(seed)
  const pool = makePool({ executableSlotsMax: 400, queuedSlotsMax: 100 }, BASE_FEE)
  for (let index = 0; index < 300; index++) {
    const sender = addressOf(random.below(12))
    const queue = pool.held.queueOf(sender)
    const nonce = (queue?.executableEnd ?? 0n) + (random.chance(5) ? 2n : 0n)
    const feeCap = BigInt(97 + random.below(150))
    tryAdd(pool, { sender, nonce, feeCap, tipCap: BigInt(random.below(Number(feeCap))) })
  }
  return pool
}

describe('node / mempool / ordering', () => {
  it('O1: offers the best tip first, the older of equals, at this base fee', () => {
    const pool = makePool({}, BASE_FEE)
    tryAdd(pool, { sender: addressOf(1), feeCap: 1_000n, tipCap: 10n })
    tryAdd(pool, { sender: addressOf(2), feeCap: 130n, tipCap: 130n })
    tryAdd(pool, { sender: addressOf(3), feeCap: 110n, tipCap: 20n })
    const order = [...pool.bestFirst()].map(({ sender }) => sender)
    expect(order).toEqual([addressOf(2), addressOf(1), addressOf(3)])
  })

  it('O2: passes over a sender from the first one that is below the base fee', () => {
    const pool = makePool({}, BASE_FEE)
    tryAdd(pool, { nonce: 0n, feeCap: 200n })
    tryAdd(pool, { nonce: 1n, feeCap: 99n })
    tryAdd(pool, { nonce: 2n, feeCap: 900n })
    expect([...pool.bestFirst()].map(({ tx }) => tx.nonce)).toEqual([0n])
    pool.baseFee = 99n
    expect([...pool.bestFirst()].map(({ tx }) => tx.nonce)).toEqual([0n, 1n, 2n])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps nonces in order and heads by tip (seed %i)', (seed) => {
    const pool = randomPool(seed)
    const lists = new Map(
      [...pool.held.content().pending].map(([sender, list]) => [sender, [...list]]),
    )
    let offered = 0
    for (const transaction of pool.bestFirst()) {
      const list = lists.get(transaction.sender)
      expect(list?.[0]).toBe(transaction)
      // No other sender's next one would have tipped better.
      for (const [head] of lists.values()) {
        if (head !== undefined) expect(tipOf(head)).toBeLessThanOrEqual(tipOf(transaction))
      }
      list?.shift()
      offered += 1
    }
    expect(offered).toBeGreaterThan(50)
    for (const [head] of lists.values()) {
      if (head !== undefined) expect(tipOf(head)).toBeLessThan(0n)
    }
  })

  it('O3: sees what changes while a block is being filled', () => {
    const pool = makePool()
    for (const nonce of [0n, 1n, 2n]) tryAdd(pool, { nonce, feeCap: 3_000n })
    tryAdd(pool, { sender: addressOf(1), feeCap: 2_000n })
    tryAdd(pool, { sender: addressOf(2), feeCap: 1_000n })
    const order = pool.bestFirst()[Symbol.iterator]()
    expect(order.next().value?.tx.nonce).toBe(0n)
    const better = sketch({ nonce: 1n, feeCap: 4_000n })
    tryAdd(pool, { nonce: 1n, feeCap: 4_000n })
    expect(order.next().value?.hash).toBe(better.hash)
    pool.settle(addressOf(0), account({ nonce: 3n }))
    pool.settle(addressOf(1), account({ nonce: 1n }))
    tryAdd(pool, { sender: addressOf(2), nonce: 1n, feeCap: 1_000n })
    const rest = [order.next(), order.next(), order.next()].map(({ value }) => value?.tx.nonce)
    expect(rest).toEqual([0n, 1n, undefined])
  })
})

describe('node / mempool / binary-heap', () => {
  it.each([0, 1, 2, 3, 10, 1_000])('hands out %i items in order', (count) => {
    const random = new Random(count)
    const items = Array.from({ length: count }, () => random.below(100))
    const built = new BinaryHeap((a: number, b: number) => a < b, [...items])
    const pushed = new BinaryHeap((a: number, b: number) => a < b)
    for (const item of items) pushed.push(item)
    const sorted = [...items].sort((a, b) => a - b)
    for (const heap of [built, pushed]) {
      expect(heap.size).toBe(count)
      expect(heap.peek()).toBe(sorted[0])
      expect(Array.from(items, () => heap.pop())).toEqual(sorted)
      expect(heap.pop()).toBeUndefined()
    }
  })
})
