/**
 * The chain games that arithmetic decides (F3 to F5): a miner searches at a constant rate, a block
 * takes D / rate seconds of real time, and only its timestamps are for the miner to choose.
 */
import { describe, expect, it } from 'vitest'
import { nextEpochDifficulty } from '../../../consensus/rules/difficulty.ts'
import { FUTURE_LIMIT_MS } from '../../../consensus/rules/header-rules.ts'
import { report } from './report.ts'

const params = {
  epochLength: 8,
  idealBlockTimeMs: 2_000,
  asertTauMs: 64_000,
  minDifficulty: 2n ** 28n,
}
const IDEAL_SECONDS = 2
const FUTURE_SECONDS = FUTURE_LIMIT_MS / 1000
const START = 2n ** 36n

type Block = {
  readonly number: number
  readonly difficulty: bigint
  /** Header, seconds. */
  readonly timestamp: number
  /** Real, seconds. */
  readonly seconds: number
  readonly atSeconds: number
}

/** Where a block is dated: as late or as early as the rules allow, or as it is. */
type Dating = 'honest' | 'latest' | 'earliest'

/** MAC a second at a point in time. */
type Rate = (atSeconds: number) => number

/** A weaker rule: D never moves, or a window begins with its own first block. */
type Weakness = 'constant' | 'gaps between windows'

/** Mines `blocks` blocks; the dating of a block is chosen by its number. */
function simulate(
  rate: Rate,
  blocks: number,
  dating: (number: number) => Dating,
  weakness?: Weakness,
): Block[] {
  const chain: Block[] = []
  let difficulty = START
  let windowStart = 0
  let timestamp = 0
  let atSeconds = 0
  for (let number = 1; number <= blocks; number++) {
    // A strictly increasing timestamp is a floor of a second a block, for honest and others.
    const seconds = Math.max(
      Number(difficulty) / rate(atSeconds),
      timestamp - FUTURE_SECONDS - atSeconds,
    )
    atSeconds += seconds
    const wanted = { honest: atSeconds, latest: atSeconds + FUTURE_SECONDS, earliest: 0 }
    timestamp = Math.max(timestamp + 1, Math.floor(wanted[dating(number)]))
    chain.push({ number, difficulty, timestamp, seconds, atSeconds })
    const place = number % params.epochLength
    if (weakness === 'gaps between windows' && place === 1) windowStart = timestamp
    if (place !== 0 || weakness === 'constant') continue
    // Of a window with gaps seven intervals of eight are seen.
    const seen = weakness === undefined ? 1 : 7 / 8
    const windowSeconds = Math.floor((timestamp - windowStart) / seen)
    difficulty = nextEpochDifficulty(difficulty, BigInt(windowSeconds), params)
    windowStart = timestamp
  }
  return chain
}

const steady: Rate = () => Number(START) / IDEAL_SECONDS
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const meanSeconds = (chain: readonly Block[]) => mean(chain.map(({ seconds }) => seconds))
const weight = (chain: readonly Block[]) => chain.reduce((sum, block) => sum + block.difficulty, 0n)
const blocksOf = (epochs: number) => epochs * params.epochLength

describe('spec / games / time', () => {
  it.each<[string, (number: number) => Dating]>([
    ['honest timestamps', () => 'honest'],
    ['latest and earliest by turns', (number) => (number % 2 === 0 ? 'latest' : 'earliest')],
    ['late checkpoints', (number) => (number % 8 === 0 ? 'latest' : 'earliest')],
    ['early checkpoints', (number) => (number % 8 === 0 ? 'earliest' : 'latest')],
    ['late odd epochs', (number) => (Math.ceil(number / 8) % 2 === 1 ? 'latest' : 'earliest')],
  ])('F4: %s keep the mean block time within 2 %% and D within 6 %%', (_, dating) => {
    const chain = simulate(steady, blocksOf(50), dating)
    const honest = simulate(steady, blocksOf(50), () => 'honest')
    expect(Math.abs(meanSeconds(chain) / IDEAL_SECONDS - 1)).toBeLessThan(0.02)
    const meanD = (blocks: readonly Block[]) =>
      mean(blocks.map((block) => Number(block.difficulty)))
    expect(Math.abs(meanD(chain) / meanD(honest) - 1)).toBeLessThan(0.06)
    // One offset of at most FTL, no drift: the later epochs are as the earlier ones.
    const long = simulate(steady, blocksOf(200), dating)
    expect(Math.abs(meanSeconds(long.slice(blocksOf(50))) / IDEAL_SECONDS - 1)).toBeLessThan(0.02)
  })

  it('F4: were windows not to share their ends, late first blocks would drive D up without end', () => {
    const late = (number: number): Dating => (number % 8 === 1 ? 'latest' : 'earliest')
    const weak = simulate(steady, blocksOf(200), late, 'gaps between windows')
    const sound = simulate(steady, blocksOf(200), late)
    const drift = (chain: readonly Block[]) =>
      Number(chain.at(-1)!.difficulty) / Number(chain[blocksOf(50)]!.difficulty)
    report('F4', 'D after 200 epochs over D after 50, windows with gaps', drift(weak))
    report('F4', 'the same with windows that share their ends', drift(sound))
    expect(Math.abs(drift(sound) - 1)).toBeLessThan(0.1)
    expect(Math.abs(drift(weak) - 1)).toBeGreaterThan(0.1)
  })

  it('F4: timestamps held back for good raise D, and slow their own miners down', () => {
    const chain = simulate(steady, blocksOf(50), () => 'earliest')
    expect(weight(chain)).toBeGreaterThan(START * BigInt(chain.length))
    expect(meanSeconds(chain)).toBeGreaterThan(2 * IDEAL_SECONDS)
  })

  it('F3: a fork in banked time weighs less than the honest chain at every length', () => {
    // 90 % of the honest work on a private fork, dated so that D falls as fast as it can.
    const attacker: Block[] = []
    let difficulty = START
    for (let spent = 0n; spent < START * 2_000n; ) {
      for (let i = 0; i < params.epochLength; i++) {
        attacker.push({
          number: attacker.length + 1,
          difficulty,
          timestamp: 0,
          seconds: 0,
          atSeconds: 0,
        })
        spent += difficulty
      }
      difficulty = nextEpochDifficulty(difficulty, 31_536_000n, params)
    }
    const honest = simulate(steady, 4_000, () => 'honest')
    expect(difficulty).toBe(params.minDifficulty)
    expect(attacker.length).toBeGreaterThan(100 * honest.length)
    let [mined, attackerWeight, honestWeight] = [0, 0n, 0n]
    for (const { difficulty: ofBlock, atSeconds } of honest) {
      honestWeight += ofBlock
      const budget = 0.9 * steady(0) * atSeconds
      for (; mined < attacker.length; mined++) {
        const next = attackerWeight + (attacker[mined]?.difficulty ?? 0n)
        if (Number(next) > budget) break
        attackerWeight = next
      }
      expect(attackerWeight).toBeLessThan(honestWeight)
    }
    expect(mined).toBeGreaterThan(1_000)
  })

  it('F3: after a stop of a year the honest chain goes on with at least D/4', () => {
    const year = 31_536_000
    // The stop falls on each place within a window in turn.
    for (let from = 320; from < 320 + 16; from += IDEAL_SECONDS) {
      const isStopped = (atSeconds: number) => atSeconds >= from && atSeconds < from + year / 2
      const rate: Rate = (atSeconds) => (isStopped(atSeconds) ? Number(START) / year : steady(0))
      const chain = simulate(rate, 400, () => 'honest')
      const stop = chain.findIndex(({ seconds }) => seconds > year / 2)
      const before = chain[stop]!.difficulty
      const after = chain.slice(stop).find(({ difficulty }) => difficulty !== before)!
      expect(after.difficulty).toBeLessThan(before)
      expect(after.difficulty).toBeGreaterThanOrEqual(before / 4n)
    }
  })

  it.each([
    ['ten times the rate', 10],
    ['a tenth of the rate', 0.1],
  ])('F5: %s is caught up with in 400 blocks', (_, factor) => {
    const shockAt = 40
    const rate: Rate = (atSeconds) => steady(0) * (atSeconds < shockAt ? 1 : factor)
    const last = simulate(rate, 500, () => 'honest').slice(-100)
    expect(meanSeconds(last)).toBeGreaterThan(IDEAL_SECONDS / 2)
    expect(meanSeconds(last)).toBeLessThan(IDEAL_SECONDS * 2)
    // A difficulty that does not follow stays off for good.
    const stiff = simulate(rate, 500, () => 'honest', 'constant').slice(-100)
    const off = meanSeconds(stiff) / IDEAL_SECONDS
    expect(off > 2 || off <= 1 / 2).toBe(true)
  })

  it('F5: a hundred times the rate is caught up with in 500 blocks, a hundredth in 200', () => {
    const shockAt = 40
    const shocked = (factor: number) =>
      simulate(
        (at) => steady(0) * (at < shockAt ? 1 : factor),
        1_500,
        () => 'honest',
      )
    const difficultyOf = (blocks: readonly Block[]) =>
      mean(blocks.map(({ difficulty }) => Number(difficulty))) / Number(START)
    // Faster than a block a second no timestamp can tell: D doubles every 64 s, and not faster.
    const [fast, slow] = [shocked(100), shocked(0.01)]
    for (const [chain, caughtUp, factor] of [
      [fast, 500, 100],
      [slow, 200, 0.01],
    ] as const) {
      for (let from = caughtUp; from + 500 <= chain.length; from += 100) {
        const window = chain.slice(from, from + 500)
        expect(Math.abs(meanSeconds(window) / IDEAL_SECONDS - 1)).toBeLessThan(0.2)
        expect(Math.abs(difficultyOf(window) / factor - 1)).toBeLessThan(0.2)
      }
    }
    // No block takes longer than a hundredth of the rate accounts for.
    expect(Math.max(...slow.map(({ seconds }) => seconds))).toBeLessThanOrEqual(100 * IDEAL_SECONDS)
    report('F5', 'seconds until D is right, a hundred times the rate', fast[500]!.atSeconds)
    report('F5', 'seconds until D is right, a hundredth of the rate', slow[200]!.atSeconds)
  })

  it.each([40, 160, 600])(
    'F5: a hundredfold swing every %d s keeps D between what either rate calls for',
    (period) => {
      // Ten times the steady rate and a tenth of it by turns, for ever.
      const rate: Rate = (at) => steady(0) * (Math.floor(at / period) % 2 === 0 ? 10 : 0.1)
      const chain = simulate(rate, 4_000, () => 'honest').slice(1_000)
      // A tenth over the larger one: D follows with the lag of an epoch.
      const relative = chain.map(({ difficulty }) => Number(difficulty) / Number(START))
      expect(Math.min(...relative)).toBeGreaterThan(0.1)
      expect(Math.max(...relative)).toBeLessThan(11)
      report('F5', `mean block time of a hundredfold swing every ${period} s`, meanSeconds(chain))
      expect(meanSeconds(chain)).toBeLessThan(2 * IDEAL_SECONDS)
    },
  )

  it.each([600, 28_800])('F5: a stop of %d s costs one fall of D and no deadlock', (stop) => {
    const from = 160
    const rate: Rate = (atSeconds) =>
      atSeconds >= from && atSeconds < from + stop ? Number(START) / stop : steady(0)
    const chain = simulate(rate, 400, () => 'honest')
    const longest = Math.max(...chain.map(({ seconds }) => seconds))
    expect(longest).toBeGreaterThanOrEqual(stop * 0.9)
    expect(chain.filter(({ seconds }) => seconds > 60)).toHaveLength(1)
    const lowest = chain.reduce(
      (min, block) => (block.difficulty < min ? block.difficulty : min),
      START,
    )
    expect(lowest).toBeGreaterThanOrEqual(START / 4n)
    expect(Math.abs(meanSeconds(chain.slice(-100)) / IDEAL_SECONDS - 1)).toBeLessThan(0.1)
  })
})
