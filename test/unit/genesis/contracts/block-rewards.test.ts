import { beforeEach, describe, expect, it } from 'vitest'
import {
  PREDEPLOY_ARTIFACTS,
  readStorageVariable,
  storageVariable,
} from '../../../../genesis/artifacts.ts'
import { PREDEPLOYS, SYSTEM_ADDRESS, TRANSFER_PRECOMPILE } from '../../../../genesis/predeploys.ts'
import { repeatedAddress, testGenesis } from '../test-genesis.ts'
import { ALICE, GenesisEvm } from './genesis-evm.ts'

const COINBASE = repeatedAddress(0xcb)
const OPERATIONS = 2n ** 28n
/** Half of the budget of a block in era 0 of a dev chain. */
const REWARD = 31_250n * 10n ** 18n
const genesis = await testGenesis()

let evm: GenesisEvm
beforeEach(async () => {
  evm = await GenesisEvm.open(genesis)
})

type BlockArgs = {
  coinbase?: `0x${string}`
  operations?: bigint
  qualityBps?: bigint
  difficulty?: bigint
  from?: `0x${string}`
}

function onBlock(options: BlockArgs = {}) {
  const { coinbase = COINBASE, operations = OPERATIONS, qualityBps = 5_000n } = options
  const { difficulty = OPERATIONS, from = SYSTEM_ADDRESS } = options
  const args = [coinbase, operations, qualityBps, difficulty]
  return evm.call({ to: 'BlockRewards', name: 'onBlock', args, from })
}

describe('genesis / contracts / BlockRewards', () => {
  it('pays nine tenths to the coinbase and a tenth to the pot', async () => {
    await onBlock()
    expect(await evm.balance(COINBASE)).toBe((REWARD * 9n) / 10n)
    expect(await evm.read('ValidatorSet', 'pot')).toBe(REWARD / 10n)
    expect(await evm.read('ComputeMiningVault', 'released')).toBe(REWARD)
    expect(await evm.read('BlockRewards', 'totalPaid')).toBe(REWARD)
    expect(evm.supply()).toBe(10n ** 27n)
  })

  it('remembers the last block', async () => {
    await onBlock({ operations: OPERATIONS / 4n })
    const last = (await evm.read('BlockRewards', 'last')) as unknown[]
    expect(String(last[1]).toLowerCase()).toBe(COINBASE)
    expect([last[0], ...last.slice(2)]).toEqual([
      1n,
      OPERATIONS / 4n,
      5_000n,
      OPERATIONS,
      REWARD / 4n,
    ])
  })

  it('keeps its record where the storage layout says', async () => {
    await onBlock({ operations: OPERATIONS / 4n })
    const values: Record<string, bigint> = {}
    for (const { label } of PREDEPLOY_ARTIFACTS.BlockRewards.storageLayout) {
      const variable = storageVariable('BlockRewards', label)
      const word = await evm.storage(PREDEPLOYS.BlockRewards, variable.slot)
      values[label] = readStorageVariable(variable, word)
    }
    expect(values).toEqual({
      '_record.number': 1n,
      '_record.coinbase': BigInt(COINBASE),
      '_record.qualityBps': 5_000n,
      '_record.operations': OPERATIONS / 4n,
      '_record.difficulty': OPERATIONS,
      '_record.reward': REWARD / 4n,
      '_record.totalPaid': REWARD / 4n,
      '_bonuses.number': 0n,
      '_bonuses.paid': 0n,
      '_bonuses.total': 0n,
    })
    expect(() => storageVariable('BlockRewards', 'owner')).toThrow(RangeError)
  })

  it('pays a rescue block pro rata', async () => {
    await onBlock({ operations: OPERATIONS, difficulty: 3n * OPERATIONS })
    expect(await evm.read('BlockRewards', 'totalPaid')).toBe(REWARD / 3n)
  })

  it('pays once a block', async () => {
    await onBlock()
    await expect(onBlock()).rejects.toMatchObject({ errorName: 'AlreadyPaid', args: [1n] })
    evm.blockNumber = 2n
    await onBlock()
    expect(await evm.read('BlockRewards', 'totalPaid')).toBe(2n * REWARD)
    evm.blockNumber = 1n
    await expect(onBlock()).rejects.toMatchObject({ errorName: 'AlreadyPaid' })
  })

  it('listens to the system alone', async () => {
    for (const from of [ALICE, PREDEPLOYS.AI, PREDEPLOYS.ValidatorSet, COINBASE]) {
      await expect(onBlock({ from })).rejects.toMatchObject({ errorName: 'NotSystem' })
    }
    expect(await evm.balance(COINBASE)).toBe(0n)
  })

  it('refuses what no valid block has', async () => {
    await expect(onBlock({ difficulty: 0n })).rejects.toMatchObject({
      errorName: 'DifficultyIsZero',
    })
    await expect(onBlock({ qualityBps: 10_001n })).rejects.toMatchObject({
      errorName: 'QualityOutOfRange',
    })
  })

  it('keeps the reward of a coinbase that cannot be paid, and the block stands', async () => {
    const { AI, ComputeMiningVault } = PREDEPLOYS
    for (const [i, coinbase] of [repeatedAddress(0), AI, ComputeMiningVault].entries()) {
      evm.blockNumber = BigInt(i + 1)
      await onBlock({ coinbase })
    }
    expect(await evm.read('BlockRewards', 'totalPaid')).toBe(0n)
    expect(await evm.read('ComputeMiningVault', 'released')).toBe(0n)
    expect(await evm.read('ValidatorSet', 'genesisHash')).toBe(genesis.hash)
  })

  it.each([
    ['a contract', PREDEPLOYS.EcosystemVault],
    ['the sink', PREDEPLOYS.AIBurn],
    ['the validator set', PREDEPLOYS.ValidatorSet],
    ['BlockRewards itself', PREDEPLOYS.BlockRewards],
    ['a precompile', `0x${'00'.repeat(19)}01`],
    ['the transfer precompile', TRANSFER_PRECOMPILE],
    ['the system account', SYSTEM_ADDRESS],
  ] as const)(
    'pays %s without running it: no choice of coinbase stops the chain',
    async (_, coinbase) => {
      const before = await evm.balance(coinbase)
      await onBlock({ coinbase })
      const pot = coinbase === PREDEPLOYS.ValidatorSet ? REWARD / 10n : 0n
      expect((await evm.balance(coinbase)) - before).toBe((REWARD * 9n) / 10n + pot)
      expect(await evm.read('BlockRewards', 'totalPaid')).toBe(REWARD)
      expect(evm.supply()).toBe(10n ** 27n)
    },
  )

  it('tells the validator set the genesis hash in block 1 and never again', async () => {
    expect(await evm.read('ValidatorSet', 'genesisHash')).toBe(`0x${'00'.repeat(32)}`)
    await onBlock()
    expect(await evm.read('ValidatorSet', 'genesisHash')).toBe(genesis.hash)
    evm.blockNumber = 2n
    await onBlock()
  })

  it('pays the last wei of the bucket and then nothing', async () => {
    const left = 1_000n
    const released = 300_000_000n * 10n ** 18n - left
    const slot = `0x${'00'.repeat(32)}` as const
    const value = `0x${released.toString(16).padStart(64, '0')}` as const
    await evm.setStorage(PREDEPLOYS.ComputeMiningVault, slot, value)
    evm.blockNumber = 14_401n
    await onBlock()
    expect(await evm.balance(COINBASE)).toBe(900n)
    expect(await evm.read('ValidatorSet', 'pot')).toBe(100n)
    evm.blockNumber = 14_402n
    await onBlock()
    expect(await evm.read('BlockRewards', 'totalPaid')).toBe(left)
    expect(((await evm.read('BlockRewards', 'last')) as unknown[])[5]).toBe(0n)
  })

  it('leaves what blocks do not earn in the vault, and pays it after year 24', async () => {
    evm.blockNumber = 1n
    await onBlock({ operations: 0n })
    expect(await evm.read('BlockRewards', 'totalPaid')).toBe(0n)
    evm.blockNumber = 14_401n
    await onBlock()
    expect(await evm.read('BlockRewards', 'totalPaid')).toBeGreaterThan(0n)
  })
})
