/** Room by size: a large transaction is worth the places that it takes, or it is refused. */
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_MEMPOOL_OPTIONS,
  SLOT_BYTES,
  TRANSACTION_BYTES_MAX,
} from '../../../../node/mempool/options.ts'
import { addressOf } from '../../../support/made-transactions.ts'
import { account, makePool, noncesOf, tryAdd } from './pool-fixture.ts'

const [ALICE, BOB, CAROL] = [addressOf(0), addressOf(1), addressOf(2)]
const THREE_SLOTS = 2 * SLOT_BYTES + 1

describe('node / mempool / room', () => {
  it('V6: lets as many go as a larger one takes slots', () => {
    const pool = makePool({ executableSlotsMax: 5 })
    for (let at = 0; at < 5; at++) {
      tryAdd(pool, { sender: addressOf(10 + at), feeCap: BigInt(1_000 + at) })
    }
    const large = { sender: ALICE, feeCap: 1_003n, bytes: THREE_SLOTS }
    expect(tryAdd(pool, large)).toBeUndefined()
    expect(pool.held.executableSlots).toBe(5)
    expect([...pool.held.queues()].map(({ sender }) => sender)).toEqual([
      addressOf(13),
      addressOf(14),
      ALICE,
    ])
  })

  it('V6: lets nobody go for one that is worth less than some that it would displace', () => {
    const pool = makePool({ executableSlotsMax: 5 })
    for (let at = 0; at < 5; at++) {
      tryAdd(pool, { sender: addressOf(10 + at), feeCap: BigInt(1_000 + at) })
    }
    const large = { sender: ALICE, feeCap: 1_002n, bytes: THREE_SLOTS }
    expect(tryAdd(pool, large)).toBe('POOL_FULL')
    expect(pool.held.executableCount).toBe(5)
  })

  it('V6: takes a run from its end, as far as it is cheaper', () => {
    const pool = makePool({ executableSlotsMax: 4 })
    for (const [nonce, feeCap] of [2_000n, 1_500n, 9_000n].entries()) {
      tryAdd(pool, { sender: BOB, nonce: BigInt(nonce), feeCap })
    }
    tryAdd(pool, { sender: CAROL, feeCap: 1_600n })
    expect(tryAdd(pool, { sender: ALICE, feeCap: 1_600n, bytes: THREE_SLOTS })).toBe('POOL_FULL')
    expect(tryAdd(pool, { sender: ALICE, feeCap: 1_601n, bytes: THREE_SLOTS })).toBeUndefined()
    expect(noncesOf(pool, BOB)).toEqual({ pending: [0n], queued: [] })
    expect(noncesOf(pool, CAROL)).toEqual({ pending: [], queued: [] })
  })

  it('V6: makes room for a larger one that waited, and keeps what waits under its cap', () => {
    const pool = makePool({ executableSlotsMax: 3, queuedSlotsMax: 3 })
    for (let at = 0; at < 3; at++) {
      tryAdd(pool, { sender: addressOf(10 + at), feeCap: BigInt(1_000 + at) })
    }
    tryAdd(pool, { sender: ALICE, nonce: 1n, feeCap: 2_000n, bytes: THREE_SLOTS })
    pool.settle(ALICE, account({ nonce: 1n }))
    expect(noncesOf(pool, ALICE)).toEqual({ pending: [1n], queued: [] })
    expect(pool.held.executableSlots).toBe(3)
    expect(pool.held.queuedSlots).toBe(3)
    expect(tryAdd(pool, { sender: BOB, nonce: 1n, feeCap: 1_001n })).toBeUndefined()
    expect(pool.held.queuedSlots).toBe(3)
    expect(noncesOf(pool, addressOf(10))).toEqual({ pending: [], queued: [] })
  })

  it('R4: a replacement that is larger makes its room by the same rules', () => {
    const pool = makePool({ executableSlotsMax: 3 })
    tryAdd(pool, { sender: ALICE, feeCap: 1_000n })
    tryAdd(pool, { sender: BOB, feeCap: 1_200n })
    tryAdd(pool, { sender: CAROL, feeCap: 1_300n })
    const larger = (feeCap: bigint) => ({ sender: ALICE, feeCap, bytes: THREE_SLOTS })
    expect(tryAdd(pool, larger(1_300n))).toBe('POOL_FULL')
    expect(noncesOf(pool, BOB).pending).toEqual([0n])
    expect(tryAdd(pool, larger(1_301n))).toBeUndefined()
    expect(pool.held.size).toBe(1)
    expect(pool.held.executableSlots).toBe(3)
  })

  it('R4: never takes that room from its own account', () => {
    const pool = makePool({ executableSlotsMax: 3 })
    for (const nonce of [0n, 1n, 2n]) tryAdd(pool, { sender: ALICE, nonce, feeCap: 1_000n })
    const larger = { sender: ALICE, nonce: 0n, feeCap: 5_000n, bytes: THREE_SLOTS }
    expect(tryAdd(pool, larger)).toBe('POOL_FULL')
    expect(noncesOf(pool, ALICE).pending).toEqual([0n, 1n, 2n])
  })

  it('L5: holds no more than 48 MiB, however large what comes is', () => {
    const pool = makePool(DEFAULT_MEMPOOL_OPTIONS)
    for (let at = 0; at < 1_000; at++) {
      const fields = { sender: addressOf(at), feeCap: BigInt(1_000 + at) }
      tryAdd(pool, { ...fields, nonce: BigInt(at % 2), bytes: TRANSACTION_BYTES_MAX }, 'peer')
    }
    const bytes = [...pool.held.all()].reduce((sum, { transaction }) => {
      return sum + transaction.raw.length
    }, 0)
    expect(bytes).toBe(48 * 1024 * 1024)
  })
})
