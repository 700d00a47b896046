import { describe, expect, it } from 'vitest'
import {
  blockBudget,
  blockReward,
  calculateReward as calculateRewardHere,
} from '../../../../consensus/rules/reward.ts'
import { BUCKETS } from '../../../../genesis/build/allocation.ts'
import { PREDEPLOYS, SYSTEM_ADDRESS } from '../../../../genesis/predeploys.ts'
import { Random } from '../../../support/random.ts'
import { loadVectors, repeatedAddress, testGenesis } from '../test-genesis.ts'
import { ALICE, GenesisEvm } from './genesis-evm.ts'

const REAL_ERA = 63_072_000n
const DEV_ERA = 2_400n
const MINING = BUCKETS.ComputeMiningVault
const real = await GenesisEvm.open(await testGenesis({ real: true }))
const dev = await GenesisEvm.open(await testGenesis())

/** The schedule as the token economy words it: half of the bucket, a quarter, ... */
function scheduled(bucket: bigint, eraBlocks: bigint, n: bigint): bigint {
  const share = (era: bigint) => bucket / 2n ** (era < 4n ? era + 1n : 5n)
  let sum = 0n
  for (let era = 0n; era < n / eraBlocks; era++) sum += share(era)
  return sum + (share(n / eraBlocks) * (n % eraBlocks)) / eraBlocks
}

function calculateReward(evm: GenesisEvm, args: readonly [bigint, bigint, bigint, bigint]) {
  return evm.read('BlockRewards', 'calculateReward', args)
}

describe('genesis / contracts / EmissionSchedule', () => {
  const vectors = loadVectors()
  it.runIf(vectors)('pays what the vectors say', async () => {
    expect(vectors?.rewards.length).toBeGreaterThan(50)
    for (const vector of vectors?.rewards ?? []) {
      const evm = vector.eraBlocks === Number(REAL_ERA) ? real : dev
      const n = BigInt(vector.n)
      const trillion = 10n ** 12n
      expect(await calculateReward(evm, [n, 7n, 10_000n, 7n])).toBe(BigInt(vector.budget))
      expect(await calculateReward(evm, [n, 7n, 5_000n, 7n])).toBe(BigInt(vector.reward5000))
      expect(await calculateReward(evm, [n, trillion / 3n, 5_000n, trillion])).toBe(
        BigInt(vector.opsThird),
      )
      expect(await calculateReward(evm, [n, 10n * trillion, 7_777n, trillion])).toBe(
        BigInt(vector.opsAbove),
      )
      const due = BigInt(vector.C)
      expect(await evm.read('ComputeMiningVault', 'entitlement', [n])).toBe(
        due < MINING ? due : MINING,
      )
    }
  })

  it('pays exact eras and the whole bucket at the end of year 24', async () => {
    const vaults = [
      'ComputeMiningVault',
      'TrainingVault',
      'EcosystemVault',
      'CommunityTreasuryVault',
    ] as const
    const cumulative = [16n, 24n, 28n, 30n, 31n, 32n, 32n, 32n]
    for (const vault of vaults) {
      for (const [i, parts] of cumulative.entries()) {
        const n = BigInt(i + 1) * REAL_ERA
        expect(await real.read(vault, 'entitlement', [n])).toBe((BUCKETS[vault] / 32n) * parts)
      }
    }
  })

  it.each([
    ['real', real, REAL_ERA],
    ['dev', dev, DEV_ERA],
  ] as const)(
    'agrees with the written schedule around era boundaries (%s)',
    async (_, evm, era) => {
      for (const e of [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 40n]) {
        for (const offset of [-2n, -1n, 0n, 1n, 2n, era / 3n]) {
          const n = e * era + offset
          if (n < 1n) continue
          const budget = scheduled(MINING, era, n) - scheduled(MINING, era, n - 1n)
          expect(await calculateReward(evm, [n, 1n, 10_000n, 1n])).toBe(budget)
        }
      }
    },
  )

  it('multiplies before it divides, in 512 bits', async () => {
    const max = 2n ** 200n
    const budget = scheduled(MINING, DEV_ERA, 1n)
    expect(await calculateReward(dev, [1n, max, 5_000n, max])).toBe(budget / 2n)
    expect(await calculateReward(dev, [1n, max - 1n, 5_000n, max])).toBe(
      (budget * (max - 1n) * 5_000n) / (max * 10_000n),
    )
    expect(await calculateReward(dev, [1n, 0n, 5_000n, max])).toBe(0n)
  })
})

describe('genesis / contracts / BlockRewards and consensus / rules / reward', () => {
  it('have one schedule and one formula', async () => {
    const random = new Random(9)
    for (let i = 0; i < 200; i++) {
      const [evm, eraBlocks] = random.chance(50) ? [real, REAL_ERA] : [dev, DEV_ERA]
      const n = 1n + (BigInt(random.uint32()) * 7n * eraBlocks) / 2n ** 32n
      const difficulty = 1n + (BigInt(random.uint32()) << BigInt(random.below(168)))
      const operations = (difficulty * BigInt(random.below(1_500))) / 1_000n
      const qualityBps = BigInt(random.below(10_001))
      const budget = blockBudget(n, eraBlocks)
      const expected = calculateRewardHere({ budget, operations, qualityBps, difficulty })
      expect(await calculateReward(evm, [n, operations, qualityBps, difficulty])).toBe(expected)
    }
  })

  it('split a reward alike, to the last wei of the bucket', async () => {
    const coinbase = repeatedAddress(0xcb)
    for (const left of [1n, 9n, 10n, 1_009n, MINING]) {
      const evm = await GenesisEvm.open(await testGenesis())
      const released = MINING - left
      const word = `0x${released.toString(16).padStart(64, '0')}` as const
      await evm.setStorage(PREDEPLOYS.ComputeMiningVault, `0x${'00'.repeat(32)}`, word)
      evm.blockNumber = 14_401n
      const args = [coinbase, 3n, 5_000n, 7n]
      await evm.call({ to: 'BlockRewards', name: 'onBlock', args, from: SYSTEM_ADDRESS })
      const work = { number: 14_401n, eraBlocks: DEV_ERA, operations: 3n, epochDifficulty: 7n }
      const expected = blockReward({ ...work, released })
      const pot = await evm.read('ValidatorSet', 'pot')
      expect({ coinbase: await evm.balance(coinbase), pot }).toEqual(expected)
    }
  })
})

describe('genesis / contracts / ScheduledVault', () => {
  const open = async () => GenesisEvm.open(await testGenesis())

  it('knows its bucket, era and who it serves', async () => {
    expect(await dev.read('ComputeMiningVault', 'SPENDER')).toMatch(/0a11$/i)
    expect(await dev.read('TrainingVault', 'SPENDER')).toMatch(/0a1a$/i)
    expect(await dev.read('EcosystemVault', 'BENEFICIARY')).toMatch(/0a21$/i)
    expect(await dev.read('CommunityTreasuryVault', 'stakingShareBps')).toBe(4_000n)
    expect(await dev.read('TrainingVault', 'BUCKET')).toBe(BUCKETS.TrainingVault)
    expect(await dev.read('TrainingVault', 'ERA_BLOCKS')).toBe(DEV_ERA)
  })

  it('lets its spender release what is due, and no wei more', async () => {
    const evm = await open()
    const due = scheduled(BUCKETS.TrainingVault, DEV_ERA, 10n)
    evm.blockNumber = 10n
    const from = PREDEPLOYS.TrainingRewards
    const release = (value: bigint) =>
      evm.call({ to: 'TrainingVault', name: 'release', args: [ALICE, value], from })
    await expect(release(due + 1n)).rejects.toMatchObject({
      errorName: 'AboveEntitlement',
      args: [due + 1n, due],
    })
    const { events } = await release(due)
    expect(events.map(({ name }) => name)).toEqual(['Released', 'Transfer'])
    expect(await evm.read('TrainingVault', 'available')).toBe(0n)
    await expect(release(1n)).rejects.toMatchObject({ errorName: 'AboveEntitlement' })
    expect(await evm.read('TrainingVault', 'remaining')).toBe(BUCKETS.TrainingVault - due)
    expect(evm.supply()).toBe(10n ** 27n)
  })

  it('lets nobody else release', async () => {
    const others = [
      ALICE,
      SYSTEM_ADDRESS,
      PREDEPLOYS.AI,
      PREDEPLOYS.BlockRewards,
      PREDEPLOYS.Timelock,
    ]
    for (const from of others) {
      await expect(
        dev.call({ to: 'TrainingVault', name: 'release', args: [ALICE, 0n], from }),
      ).rejects.toMatchObject({ errorName: 'NotSpender' })
    }
  })

  it('streams to its beneficiary, whoever asks', async () => {
    const evm = await open()
    evm.blockNumber = 2_400n
    const half = BUCKETS.EcosystemVault / 2n
    const { result } = await evm.call({
      to: 'EcosystemVault',
      name: 'release',
      from: repeatedAddress(0xee),
    })
    expect(result).toBe(half)
    expect(await evm.balance(PREDEPLOYS.Timelock)).toBe(half)
    expect((await evm.call({ to: 'EcosystemVault', name: 'release' })).result).toBe(0n)
  })

  it('never releases more than its bucket, nor donations', async () => {
    const evm = await open()
    await evm.call({ to: 'AI', name: 'transfer', args: [PREDEPLOYS.EcosystemVault, 5n] })
    evm.blockNumber = 1_000_000n
    await evm.call({ to: 'EcosystemVault', name: 'release' })
    expect(await evm.balance(PREDEPLOYS.Timelock)).toBe(BUCKETS.EcosystemVault)
    expect(await evm.balance(PREDEPLOYS.EcosystemVault)).toBe(5n)
    expect(await evm.read('EcosystemVault', 'remaining')).toBe(0n)
  })

  it('takes no native coins by a plain call', async () => {
    await expect(dev.send({ to: PREDEPLOYS.TrainingVault, value: 1n })).rejects.toThrow()
  })
})
