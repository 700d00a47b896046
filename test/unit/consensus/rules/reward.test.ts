import { describe, expect, it } from 'vitest'
import {
  BLOCK_QUALITY_BPS,
  blockBudget,
  blockReward,
  COMPUTE_BUCKET_WEI,
  calculateReward,
  cumulativeRelease,
  poolAndPot,
} from '../../../../consensus/rules/reward.ts'

const REAL_ERA = 63_072_000n
const DEV_ERA = 2_400n
const AI = 10n ** 18n

describe('consensus / rules / reward', () => {
  it('W2: an era releases 150, 75, 37.5, 18.75, then 9.375 million AI for ever', () => {
    for (const H of [REAL_ERA, DEV_ERA]) {
      const eras = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 40n].map(
        (era) => cumulativeRelease((era + 1n) * H, H) - cumulativeRelease(era * H, H),
      )
      const millions = [150_000n, 75_000n, 37_500n, 18_750n, 9_375n, 9_375n, 9_375n, 9_375n]
      expect(eras).toEqual(millions.map((thousands) => thousands * 1_000n * AI))
    }
    expect(cumulativeRelease(6n * REAL_ERA, REAL_ERA)).toBe(COMPUTE_BUCKET_WEI)
  })

  it('W2: budgets add up to the schedule without a wei of drift', () => {
    let released = 0n
    for (let number = 1n; number <= 3n * DEV_ERA; number++) {
      released += blockBudget(number, DEV_ERA)
      expect(released).toBe(cumulativeRelease(number, DEV_ERA))
    }
  })

  it.each([
    [1n, 2_378_234_398_782_343_987n],
    [126_144_000n, 1_189_117_199_391_171_994n],
    [126_144_001n, 594_558_599_695_585_996n],
    [252_288_000n, 297_279_299_847_792_999n],
    [504_576_001n, 148_639_649_923_896_499n],
  ])('W2: block %d has the published budget of %d wei', (number, budget) => {
    expect(blockBudget(number, REAL_ERA)).toBe(budget)
  })

  it('W3: game R1: is linear in operations and in quality, and rounds once', () => {
    const budget = 10n ** 24n
    const difficulty = 10n ** 12n
    const pay = (operations: bigint, qualityBps: bigint) =>
      calculateReward({ budget, operations, qualityBps, difficulty })
    for (const share of [1n, 2n, 5n, 10n]) {
      expect(pay(difficulty / share, 5_000n) * share).toBe(pay(difficulty, 5_000n))
      expect(pay(difficulty, 10_000n / share) * share).toBe(pay(difficulty, 10_000n))
    }
    expect(pay(difficulty, 10_000n)).toBe(budget)
    expect(pay(0n, 10_000n)).toBe(0n)
    const odd = { budget: 7n, operations: 2n, qualityBps: 5_000n, difficulty: 3n }
    expect(calculateReward(odd)).toBe(2n)
  })

  it('W3: operations above the difficulty earn nothing more', () => {
    const claim = { budget: AI, qualityBps: 5_000n, difficulty: 1_000n }
    const whole = calculateReward({ ...claim, operations: 1_000n })
    expect(calculateReward({ ...claim, operations: 10n ** 30n })).toBe(whole)
  })

  it('W4: a tenth goes to the finality pot, the remainder to the coinbase', () => {
    expect(poolAndPot(1_189_117_199_391_171_993n)).toEqual({
      coinbase: 1_070_205_479_452_054_794n,
      pot: 118_911_719_939_117_199n,
    })
    for (let reward = 0n; reward < 40n; reward++) {
      const { coinbase, pot } = poolAndPot(reward)
      expect(coinbase + pot).toBe(reward)
    }
  })

  it('W1: game R2: a block is paid half its budget, whatever its proof may say', () => {
    const number = 1_000n
    const work = { number, eraBlocks: DEV_ERA, operations: 2n ** 28n, epochDifficulty: 2n ** 28n }
    const { coinbase, pot } = blockReward({ ...work, released: 0n })
    expect(BLOCK_QUALITY_BPS).toBe(5_000n)
    expect(2n * (coinbase + pot)).toBe(blockBudget(number, DEV_ERA))
  })

  it('W4: a rescue block is paid pro rata', () => {
    const work = { number: 5n, eraBlocks: DEV_ERA, epochDifficulty: 2n ** 30n, released: 0n }
    const whole = blockReward({ ...work, operations: 2n ** 30n })
    const rescue = blockReward({ ...work, operations: 2n ** 28n })
    expect(4n * (rescue.coinbase + rescue.pot)).toBe(whole.coinbase + whole.pot)
  })

  it('W4: game R1: 200 years of blocks never pay more than the bucket', () => {
    let released = 0n
    const work = { eraBlocks: DEV_ERA, operations: 1n, epochDifficulty: 1n }
    for (let number = 1n; number <= 50n * DEV_ERA; number++) {
      const { coinbase, pot } = blockReward({ ...work, number, released })
      released += coinbase + pot
    }
    // Half the schedule of 50 eras is more than there is: the last blocks are paid nothing.
    expect(cumulativeRelease(50n * DEV_ERA, DEV_ERA)).toBeGreaterThan(2n * COMPUTE_BUCKET_WEI)
    expect(released).toBe(COMPUTE_BUCKET_WEI)
    const nearlyEmpty = { ...work, number: 1n, released: COMPUTE_BUCKET_WEI - 10n }
    expect(blockReward(nearlyEmpty)).toEqual({ coinbase: 9n, pot: 1n })
    const empty = { ...work, number: 1n, released: COMPUTE_BUCKET_WEI }
    expect(blockReward(empty)).toEqual({ coinbase: 0n, pot: 0n })
  })
})
