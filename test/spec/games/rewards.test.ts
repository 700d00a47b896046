/**
 * R1 to R4 and R10: more pay than the schedule, the bucket or the burn allows. Rules by the
 * arithmetic that checkers use, and by the contracts of block 0 in an EVM.
 * Spec: docs/spec/proof-of-compute.md, W1 to W5.
 */
import { describe, expect, it } from 'vitest'
import {
  BLOCK_QUALITY_BPS,
  blockBudget,
  blockReward,
  COMPUTE_BUCKET_WEI,
  calculateReward,
  cumulativeRelease,
} from '../../../consensus/rules/reward.ts'
import { PREDEPLOYS, SYSTEM_ADDRESS } from '../../../genesis/predeploys.ts'
import { Random } from '../../support/random.ts'
import { GenesisEvm } from '../../unit/genesis/contracts/genesis-evm.ts'
import { repeatedAddress, testGenesis } from '../../unit/genesis/test-genesis.ts'
import { report } from './report.ts'

const REAL_ERA = 63_072_000n
const DEV_ERA = 2_400n
const AI = 10n ** 18n
const OPERATIONS = 2n ** 28n
const MINER = repeatedAddress(0xcb)
const genesis = await testGenesis()

/** An EVM whose first block was paid, at this quality. */
async function paidBlock(qualityBps = BLOCK_QUALITY_BPS): Promise<GenesisEvm> {
  const evm = await GenesisEvm.open(genesis)
  const args = [MINER, OPERATIONS, qualityBps, OPERATIONS]
  await evm.call({ to: 'BlockRewards', name: 'onBlock', args, from: SYSTEM_ADDRESS })
  return evm
}

/** The bonus of a job for which so much was burned. */
async function bonus(evm: GenesisEvm, burned: bigint): Promise<bigint> {
  const from = PREDEPLOYS.ComputePayments
  const call = { to: 'BlockRewards', name: 'payBonus', args: [MINER, burned], from } as const
  return (await evm.call(call)).result as bigint
}

describe('spec / games / rewards', () => {
  it('R1: pay is linear in work and quality, and 200 years of it stay within the bucket', () => {
    const random = new Random(1)
    const budget = blockBudget(1n, REAL_ERA)
    for (let trial = 0; trial < 1_000; trial++) {
      const difficulty = BigInt(1 + random.below(2 ** 30)) << BigInt(random.below(60))
      const share = BigInt(1 + random.below(100))
      const pay = (operations: bigint, qualityBps = BLOCK_QUALITY_BPS) =>
        calculateReward({ budget, operations, qualityBps, difficulty: difficulty * share })
      const parts = pay(difficulty) * share
      const whole = pay(difficulty * share)
      expect(whole - parts).toBeGreaterThanOrEqual(0n)
      expect(whole - parts).toBeLessThanOrEqual(share)
      expect(pay(difficulty * share * 1_000n)).toBe(whole)
      expect(pay(difficulty * share, 10_000n) - 2n * whole).toBeLessThanOrEqual(1n)
    }
    const years = 200n
    const blocks = (REAL_ERA / 4n) * years
    const scheduled = cumulativeRelease(blocks, REAL_ERA) / 2n
    report('R1', 'scheduled for blocks in 200 years, AI', String(scheduled / AI))
    // The bucket binds in the end, and the schedule alone would not.
    expect(scheduled).toBeGreaterThan(COMPUTE_BUCKET_WEI)
    const work = { number: blocks, eraBlocks: REAL_ERA, operations: 1n, epochDifficulty: 1n }
    const last = blockReward({ ...work, released: COMPUTE_BUCKET_WEI - 1n })
    expect(last.coinbase + last.pot).toBe(1n)
  })

  it('R2: a block is paid at half quality; the whole would be twice as much', async () => {
    const half = await (await paidBlock()).balance(MINER)
    const whole = await (await paidBlock(10_000n)).balance(MINER)
    expect(whole).toBe(2n * half)
    expect(half).toBe((blockBudget(1n, DEV_ERA) * 9n) / 20n)
    expect(BLOCK_QUALITY_BPS).toBe(5_000n)
  })

  it('R3: who pays for its own job loses a fifth of the burn at best, at every price', async () => {
    let best = 0
    for (const burned of [1n, 4n, 5n, 999n, AI, 12_345n * AI, 40_000n * AI, 10n ** 26n]) {
      const paid = await bonus(await paidBlock(), burned)
      expect(paid).toBeLessThan(burned)
      expect(paid).toBeLessThanOrEqual((burned * 8n) / 10n)
      if (burned >= AI) best = Math.max(best, Number((paid * 10_000n) / burned) / 10_000)
    }
    report('R3', 'bonus of a job of one’s own, of its burn', best)
    expect(best).toBe(0.8)
  })

  it('R4, R10: however many jobs settle in a block, it pays its budget and no more', async () => {
    const budget = blockBudget(1n, DEV_ERA)
    const evm = await paidBlock()
    let bonuses = 0n
    for (let job = 0; job < 20; job++) bonuses += await bonus(evm, budget / 10n)
    expect(bonuses).toBe(budget / 2n)
    // Each by itself would have been paid in full: 20 of them 1.6 budgets.
    expect(await bonus(await paidBlock(), budget / 10n)).toBe((budget * 8n) / 100n)
    const released = (await evm.read('ComputeMiningVault', 'released')) as bigint
    expect(released).toBeLessThanOrEqual(budget)
    // A block of the highest class leaves nothing for jobs.
    expect(await bonus(await paidBlock(10_000n), budget)).toBe(0n)
  })
})
