import { describe, expect, it } from 'vitest'
import { VALIDATOR_STAKE_WEI, VALIDATORS_MAX } from '../../../../genesis/build/allocation.ts'
import { genesisDeployments } from '../../../../genesis/build/deployments.ts'
import { GenesisState } from '../../../../genesis/build/genesis-state.ts'
import { initCode } from '../../../../genesis/build-genesis.ts'
import { createChainCommon } from '../../../../genesis/chain-config.ts'
import { devParticipants } from '../../../../genesis/economy/participants.ts'
import { PREDEPLOYS, SYSTEM_ADDRESS } from '../../../../genesis/predeploys.ts'
import type { GenesisValidator } from '../../../../genesis/types.ts'
import { repeatedAddress, testGenesis } from '../test-genesis.ts'
import { ALICE, GenesisEvm } from './genesis-evm.ts'

const AI = 10n ** 18n
const HASH = `0x${'12'.repeat(32)}`
const genesis = await testGenesis()
const evm = await GenesisEvm.open(genesis)

/** The account that the constructor leaves. */
async function construct(validators: readonly GenesisValidator[], balance: bigint) {
  const { params } = genesis
  const deployments = genesisDeployments({ params, validators, participants: devParticipants() })
  const set = deployments.find(({ name }) => name === 'ValidatorSet')!
  const balances = new Map([[PREDEPLOYS.ValidatorSet, balance]])
  const state = await GenesisState.open(balances, genesis, createChainCommon(genesis))
  await state.construct(set.name, set.address, initCode(set))
  return state.dump().get(set.address)
}

function validator(index: number, address: number, coinbase = 99): GenesisValidator {
  return { index, address: repeatedAddress(address), coinbase: repeatedAddress(coinbase) }
}

describe('genesis / contracts / ValidatorSet', () => {
  it('holds the genesis validators with 2,000 AI each', async () => {
    expect(await evm.read('ValidatorSet', 'count')).toBe(4n)
    expect(await evm.read('ValidatorSet', 'total')).toBe(8_000n * AI)
    expect(await evm.read('ValidatorSet', 'pot')).toBe(0n)
    for (const { index, address, coinbase } of genesis.validators) {
      expect(await evm.read('ValidatorSet', 'validators', [index])).toEqual([
        address,
        coinbase,
        2_000n * AI,
        2_000n * AI,
        0n,
        2n ** 40n - 1n,
        false,
        false,
      ])
      expect(await evm.read('ValidatorSet', 'stake', [index])).toBe(2_000n * AI)
    }
    await expect(evm.read('ValidatorSet', 'stake', [4])).rejects.toThrow()
  })

  it('has the limits of the builder', async () => {
    expect(await evm.read('ValidatorSet', 'MINIMUM_STAKE')).toBe(VALIDATOR_STAKE_WEI)
    expect(await evm.read('ValidatorSet', 'VALIDATORS_MAX')).toBe(BigInt(VALIDATORS_MAX))
  })

  it('learns the genesis hash from BlockRewards, once, and never zero', async () => {
    const fresh = await GenesisEvm.open(genesis)
    const begin = (hash: string, from: `0x${string}`) =>
      fresh.call({ to: 'ValidatorSet', name: 'begin', args: [hash], from })
    for (const from of [ALICE, SYSTEM_ADDRESS]) {
      await expect(begin(HASH, from)).rejects.toMatchObject({ errorName: 'NotBlockRewards' })
    }
    await expect(begin(`0x${'00'.repeat(32)}`, PREDEPLOYS.BlockRewards)).rejects.toMatchObject({
      errorName: 'GenesisHashIsZero',
    })
    const { events } = await begin(HASH, PREDEPLOYS.BlockRewards)
    expect(events).toMatchObject([{ name: 'Begun', args: { genesisHash: HASH } }])
    await expect(begin(HASH, PREDEPLOYS.BlockRewards)).rejects.toMatchObject({
      errorName: 'AlreadyBegun',
    })
  })

  it('refuses to be built of what the builder would refuse', async () => {
    const stake = VALIDATOR_STAKE_WEI
    const cases: readonly [readonly GenesisValidator[], bigint][] = [
      [[], 0n],
      [[validator(0, 1), validator(1, 1)], 2n * stake],
      [[validator(0, 0)], stake],
      [[validator(0, 1, 0)], stake],
      [[{ index: 0, address: ALICE, coinbase: PREDEPLOYS.AI }], stake],
      [[validator(0, 1)], stake - 1n],
    ]
    for (const [validators, balance] of cases) {
      await expect(construct(validators, balance)).rejects.toMatchObject({
        type: { code: 'CONSTRUCTOR_FAILED', contract: 'ValidatorSet' },
      })
    }
    await expect(construct([validator(0, 1)], stake)).resolves.toMatchObject({ balance: stake })
  })
})
