import { describe, expect, it } from 'vitest'
import {
  asertStep,
  checkpointBefore,
  epochOfBlock,
  isCheckpoint,
  isRescue,
  medianTimePast,
  nextEpochDifficulty,
  requiredDifficulty,
} from '../../../../consensus/rules/difficulty.ts'
import { DIFFICULTY_MAX } from '../../../../genesis/params.ts'
import { TEST_PARAMS } from '../../../support/mined-blocks.ts'

const params = { ...TEST_PARAMS, minDifficulty: 2n ** 28n }
const D = 2n ** 36n + 12_345n
const IDEAL_SECONDS = 16n

describe('consensus / rules / difficulty', () => {
  it('D1: blocks 1 to E have epoch 0, and a checkpoint the epoch that it closes', () => {
    const epochs = [0n, 1n, 7n, 8n, 9n, 16n, 17n].map((number) => epochOfBlock(number, 8))
    expect(epochs).toEqual([0n, 0n, 0n, 0n, 1n, 1n, 2n])
    const before = [0n, 1n, 8n, 9n, 16n, 17n].map((number) => checkpointBefore(number, 8))
    expect(before).toEqual([0n, 0n, 0n, 8n, 8n, 16n])
    expect([0n, 1n, 7n, 8n, 16n].map((number) => isCheckpoint(number, 8))).toEqual([
      true,
      false,
      false,
      true,
      true,
    ])
  })

  it('D2: a window of ideal length leaves D as it is', () => {
    expect(nextEpochDifficulty(D, IDEAL_SECONDS, params)).toBe(D)
  })

  it('D2: a pause counts for no more than eight windows, whatever its length', () => {
    const longest = nextEpochDifficulty(D, 8n * IDEAL_SECONDS, params)
    expect(nextEpochDifficulty(D, 8n * IDEAL_SECONDS + 1n, params)).toBe(longest)
    expect(nextEpochDifficulty(D, 31_536_000n, params)).toBe(longest)
    expect(longest).toBeGreaterThanOrEqual(D / 4n)
    expect(longest).toBeLessThan((D * 30n) / 100n)
  })

  it('D2: windows that go backwards count as none', () => {
    expect(nextEpochDifficulty(D, -5n, params)).toBe(nextEpochDifficulty(D, 0n, params))
  })

  it('D2: with tau of four windows the factors of four never bind', () => {
    const fastest = nextEpochDifficulty(D, 0n, params)
    expect(fastest * 100n).toBeGreaterThan(D * 118n)
    expect(fastest * 100n).toBeLessThan(D * 119n)
  })

  it('D2: with a small tau the factors of four bind', () => {
    const eager = { ...params, asertTauMs: 1_000 }
    expect(nextEpochDifficulty(D, 31_536_000n, eager)).toBe(D / 4n)
    expect(nextEpochDifficulty(D, 0n, eager)).toBe(4n * D)
  })

  it('D2: D stays between MIN_D and 2^200', () => {
    expect(nextEpochDifficulty(params.minDifficulty, 1_000n, params)).toBe(params.minDifficulty)
    expect(nextEpochDifficulty(DIFFICULTY_MAX - 1n, 0n, params)).toBe(DIFFICULTY_MAX)
  })

  it.each([
    [1_048_576n, -13_235n, 64_000, 908_632n],
    [16_777_217n, -27_763n, 32_000, 9_195_904n],
    [268_435_460n, -25_856n, 128_000, 233_383_939n],
    [4_294_967_305n, -45_571n, 99_991, 3_131_342_854n],
    [68_719_476_752n, 2_817_100n, 64_000, 1_223_461_854_229_571_712_319_488n],
    [1_099_511_627_801n, 4_516n, 32_000, 1_212_623_618_075n],
  ])('D3: %d over %d ms at tau %d steps to %d', (previous, deltaMs, tauMs, expected) => {
    expect(asertStep(previous, deltaMs, tauMs)).toBe(expected)
  })

  it('D3: a delta of tau doubles and halves exactly', () => {
    expect(asertStep(D, 64_000n, 64_000)).toBe(2n * D)
    expect(asertStep(D, -64_000n, 64_000)).toBe(D / 2n)
    expect(asertStep(D, 20n * 64_000n, 64_000)).toBe(D << 20n)
    expect(asertStep(D, -64_000_000_000_000n, 64_000)).toBe(0n)
  })

  it('D3: rises with every millisecond that counts', () => {
    let last = 0n
    for (let deltaMs = -200_000n; deltaMs < 200_000n; deltaMs += 997n) {
      const stepped = asertStep(D, deltaMs, 64_000)
      expect(stepped).toBeGreaterThan(last)
      last = stepped
    }
  })

  it('D4: the median is the upper one of at most eleven', () => {
    expect(medianTimePast([5n])).toBe(5n)
    expect(medianTimePast([5n, 6n])).toBe(6n)
    expect(medianTimePast([9n, 5n, 6n])).toBe(6n)
    expect(medianTimePast([5n, 6n, 9n, 10n])).toBe(9n)
    const twenty = Array.from({ length: 20 }, (_, i) => BigInt(i))
    expect(medianTimePast(twenty)).toBe(14n)
  })

  it('D6: a block over a minute late may carry the minimum, on dev chains that say so', () => {
    expect(isRescue(params, 100n, 160n)).toBe(false)
    expect(isRescue(params, 100n, 161n)).toBe(true)
    expect(isRescue({ ...params, dev: false }, 100n, 161n)).toBe(false)
    expect(isRescue({ ...params, rescueSeconds: 0 }, 100n, 1_000n)).toBe(false)
    expect(requiredDifficulty(params, D, 100n, 160n)).toBe(D)
    expect(requiredDifficulty(params, D, 100n, 161n)).toBe(params.minDifficulty)
  })
})
