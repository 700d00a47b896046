/**
 * A hundred thousand accounts at the default limits: dust, gaps, replacements that pay too little,
 * and accounts that promise more than they have. What the pool holds is bounded all the while, and
 * who pays is in it, in order (spec/consensus.md 6, row 32).
 */
import { describe, expect, it } from 'vitest'
import { DEFAULT_MEMPOOL_OPTIONS } from '../../../../node/mempool/options.ts'
import { addressOf } from '../../../support/made-transactions.ts'
import { Random } from '../../../support/random.ts'
import { account, costOf, makePool, type SketchFields, sketch, tryAdd } from './pool-fixture.ts'

const ACCOUNTS = 100_000
/** Every so many one pays far more than all the others. */
const PAYING_EVERY = 1_000
const PAYING_WEI = 1_000_000n
const DUST_WEI_MAX = 1_000
const { executableSlotsMax, queuedSlotsMax } = DEFAULT_MEMPOOL_OPTIONS

describe('node / mempool / crowd', () => {
  it('100,000 accounts leave no more than the pool may hold, best first', () => {
    const pool = makePool(DEFAULT_MEMPOOL_OPTIONS)
    const random = new Random(32)
    const refusals = new Map<string, number>()
    const add = (fields: SketchFields, owner = account()): void => {
      const outcome = tryAdd(pool, fields, 'peer', owner) ?? 'added'
      refusals.set(outcome, (refusals.get(outcome) ?? 0) + 1)
    }
    const paying = new Set<string>()
    for (let index = 0; index < ACCOUNTS; index++) {
      const sender = addressOf(index)
      if (index % PAYING_EVERY === 0) {
        paying.add(sender)
        for (const nonce of [0n, 1n]) add({ sender, nonce, feeCap: PAYING_WEI })
        continue
      }
      const feeCap = BigInt(1 + random.below(DUST_WEI_MAX))
      // Of two that it could pay for one by one, it can pay for one.
      const owner = account({ balance: costOf(sketch({ feeCap })) + 1n })
      add({ sender, nonce: BigInt(random.below(3)), feeCap }, owner)
      const kind = random.below(3)
      if (kind === 0) add({ sender, nonce: 1n + BigInt(random.below(90)), feeCap }, owner)
      else add({ sender, feeCap: feeCap + BigInt(kind - 1), salt: 1 }, owner)
      expect(pool.held.executableCount).toBeLessThanOrEqual(executableSlotsMax)
      expect(pool.held.queuedCount).toBeLessThanOrEqual(queuedSlotsMax)
    }
    console.log(`crowd: ${JSON.stringify(Object.fromEntries(refusals))}`)
    for (const code of ['added', 'REPLACEMENT_UNDERPRICED', 'INSUFFICIENT_FUNDS', 'POOL_FULL']) {
      expect(refusals.get(code) ?? 0, code).toBeGreaterThan(0)
    }
    const { held } = pool
    expect(held.executableCount).toBe(executableSlotsMax)
    // Nothing is kept of those who hold nothing.
    expect([...held.queues()].length).toBeLessThanOrEqual(held.size)
    expect([...pool.waitingSenders()].length).toBeLessThanOrEqual(held.queuedCount)

    const order = [...pool.bestFirst()]
    expect(order.length).toBe(held.executableCount)
    // Who pays comes first, both nonces of each.
    const first = order.slice(0, 2 * paying.size)
    expect(new Set(first.map(({ sender }) => sender))).toEqual(paying)
    const next = new Map<string, bigint>()
    let tipBefore = PAYING_WEI
    for (const { sender, tx } of order) {
      expect(tx.nonce).toBe(next.get(sender) ?? 0n)
      next.set(sender, tx.nonce + 1n)
      const tip = 'maxPriorityFeePerGas' in tx ? tx.maxPriorityFeePerGas : 0n
      // A later nonce may have waited behind a poorer one; a first one has not.
      if (tx.nonce === 0n) {
        expect(tip).toBeLessThanOrEqual(tipBefore)
        tipBefore = tip
      }
    }
  })
})
