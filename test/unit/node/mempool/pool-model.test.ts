/** The pool and its naive twin do the same, whatever happens to them. */
import { describe, expect, it } from 'vitest'
import type { Hash } from '../../../../consensus/types.ts'
import type { PoolContent } from '../../../../node/api.ts'
import { SLOT_BYTES } from '../../../../node/mempool/options.ts'
import type { SenderAccount } from '../../../../node/mempool/pool/account-queue.ts'
import type { Origin } from '../../../../node/mempool/pool/pooled-transaction.ts'
import { type PoolLimits, TransactionPool } from '../../../../node/mempool/pool/transaction-pool.ts'
import { addressOf } from '../../../support/made-transactions.ts'
import { Random } from '../../../support/random.ts'
import { NaivePool } from './naive-pool.ts'
import { newcomer, refusalOf, sketch } from './pool-fixture.ts'

type Setting = {
  readonly limits: PoolLimits
  readonly senders: number
  readonly ahead: number
  readonly slots: number
}

/**
 * Few places for many, then many places for few: the caps of the pool, those of an account. Then
 * transactions of many sizes.
 */
const SETTINGS: readonly Setting[] = [
  {
    limits: { executableSlotsMax: 12, queuedSlotsMax: 8, lifetimeMs: 60 },
    senders: 7,
    ahead: 4,
    slots: 1,
  },
  {
    limits: { executableSlotsMax: 50, queuedSlotsMax: 120, lifetimeMs: 900 },
    senders: 2,
    ahead: 90,
    slots: 1,
  },
  {
    limits: { executableSlotsMax: 30, queuedSlotsMax: 25, lifetimeMs: 90 },
    senders: 6,
    ahead: 5,
    slots: 6,
  },
]
const STEPS = 500

/** Counted over all runs: a walk that never gets there would prove nothing. */
const seen = new Map<string, number>()

class Walk {
  readonly #random: Random
  readonly #setting: Setting
  readonly #pool: TransactionPool
  readonly #naive: NaivePool
  readonly #accounts: SenderAccount[]
  readonly #departed: Hash[] = []
  #nowMs = 0

  constructor(seed: number, setting: Setting) {
    this.#random = new Random(seed)
    this.#setting = setting
    this.#pool = new TransactionPool(setting.limits, 0n, ({ transaction }) =>
      this.#departed.push(transaction.hash),
    )
    this.#naive = new NaivePool(setting.limits)
    this.#accounts = Array.from({ length: setting.senders }, () => this.#account(0n))
  }

  get displaced(): number {
    return this.#naive.displaced
  }

  get severalWent(): number {
    return this.#naive.severalWent
  }

  step(): void {
    const random = this.#random
    this.#nowMs += 1
    if (random.chance(85)) this.#add()
    else if (random.chance(60)) this.#settle()
    else if (random.chance(50)) this.#expire()
    else this.#moveBaseFee()
    this.#compare()
  }

  #add(): void {
    const index = this.#index()
    const account = this.#accounts[index]!
    const origin = this.#random.pick<Origin>(['local', 'peer', 'peer', 'peer'])
    const newest = newcomer(this.#transaction(index), origin, this.#nowMs)
    if (newest.transaction.tx.nonce < account.nonce) return
    const refusal = refusalOf(() => this.#pool.add(newest, account))
    expect(refusal).toBe(this.#naive.add(newest, account))
    count(refusal ?? 'added')
  }

  #settle(): void {
    const index = this.#index()
    const before = this.#accounts[index]!
    const isBack = this.#random.chance(25) && before.nonce > 0n
    const account = this.#account(isBack ? before.nonce - 1n : before.nonce + this.#below(3))
    this.#accounts[index] = account
    const orphans = isBack
      ? Array.from({ length: 1 + this.#random.below(2) }, () =>
          newcomer(this.#transaction(index), 'orphan', this.#nowMs),
        )
      : []
    this.#pool.settle(addressOf(index), account, orphans)
    this.#naive.settle(addressOf(index), account, orphans)
    count(isBack ? 'went back' : 'settled')
  }

  #expire(): void {
    this.#pool.expire(this.#nowMs)
    this.#naive.expire(this.#nowMs)
    count('expired')
  }

  #moveBaseFee(): void {
    const baseFee = BigInt(this.#random.below(130))
    this.#pool.baseFee = baseFee
    this.#naive.baseFee = baseFee
  }

  #compare(): void {
    const { held } = this.#pool
    const { pending, queued } = held.content()
    const hashes = (lists: typeof pending) =>
      new Set([...lists.values()].flat().map(({ hash }) => hash))
    expect(hashes(pending)).toEqual(this.#naive.executable())
    expect(hashes(queued)).toEqual(this.#naive.queued())
    expect(held.executableCount).toBe(this.#naive.executable().size)
    expect(held.queuedCount).toBe(this.#naive.queued().size)
    const { executableSlotsMax, queuedSlotsMax } = this.#setting.limits
    expect(held.executableSlots).toBeLessThanOrEqual(executableSlotsMax)
    expect(held.queuedSlots).toBeLessThanOrEqual(queuedSlotsMax)
    expect(held.executableSlots).toBe(slotsOf(pending))
    expect(held.queuedSlots).toBe(slotsOf(queued))
    expect([...this.#pool.bestFirst()].map(({ hash }) => hash)).toEqual(this.#naive.bestFirst())
    for (const hash of this.#departed.splice(0)) expect(held.get(hash)).toBeUndefined()
    const isWaiting = new Set(this.#pool.waitingSenders())
    for (const queue of held.queues()) {
      expect(isWaiting.has(queue.sender)).toBe(queue.next !== undefined)
      isWaiting.delete(queue.sender)
    }
    expect(isWaiting.size).toBe(0)
  }

  #transaction(index: number) {
    const { nonce } = this.#accounts[index]!
    const feeCap = BigInt(50 + 10 * this.#random.below(10))
    return sketch({
      sender: addressOf(index),
      nonce: nonce + this.#below(this.#setting.ahead),
      feeCap,
      tipCap: this.#random.chance(50) ? feeCap : BigInt(10 * this.#random.below(5)),
      gasLimit: 1n,
      value: this.#below(3),
      bytes: SLOT_BYTES * (1 + this.#random.below(this.#setting.slots)),
    })
  }

  #account(nonce: bigint): SenderAccount {
    const isPoor = this.#random.chance(30)
    const balance = isPoor ? BigInt(100 * this.#random.below(20)) : 1_000_000n
    const isContract = this.#random.chance(2)
    return { nonce, balance, isContract, isDelegated: false }
  }

  #index(): number {
    return this.#random.below(this.#setting.senders)
  }

  #below(below: number): bigint {
    return BigInt(this.#random.below(below))
  }
}

function slotsOf(content: PoolContent): number {
  const sizes = [...content.values()].flat().map(({ raw }) => Math.ceil(raw.length / SLOT_BYTES))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function count(what: string, times = 1): void {
  seen.set(what, (seen.get(what) ?? 0) + times)
}

describe('node / mempool / model', () => {
  const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1)
  const cases = SETTINGS.flatMap((setting, index) =>
    seeds.map((seed) => ({ setting, index, seed })),
  )

  it.each(cases)('is its naive twin in setting $index, seed $seed', ({ setting, seed }) => {
    const walk = new Walk(seed, setting)
    for (let step = 0; step < STEPS; step++) walk.step()
    count('displaced', walk.displaced)
    count('several went', walk.severalWent)
  })

  it('has been everywhere', () => {
    const places = [
      'added',
      'ALREADY_KNOWN',
      'INSUFFICIENT_FUNDS',
      'REPLACEMENT_UNDERPRICED',
      'ACCOUNT_FULL',
      'POOL_FULL',
      'settled',
      'went back',
      'displaced',
      'several went',
      'expired',
    ]
    for (const place of places) expect.soft(seen.get(place) ?? 0, place).toBeGreaterThan(10)
  })
})
