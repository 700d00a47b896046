import { bytesToHex } from '@ethereumjs/util'
import { encodeAbiParameters, keccak256, toHex, zeroAddress, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import { PREDEPLOY_ARTIFACTS, storageVariable } from '../../../genesis/artifacts.ts'
import { devParticipants } from '../../../genesis/economy/participants.ts'
import { formatManifest } from '../../../genesis/manifest.ts'
import { PREDEPLOYS, type PredeployName } from '../../../genesis/predeploys.ts'
import type { Address, Hex } from '../../../genesis/types.ts'
import { GenesisEvm } from './contracts/genesis-evm.ts'
import { testGenesis } from './test-genesis.ts'

const genesis = await testGenesis()
const evm = await GenesisEvm.open(genesis)

/** Everybody in block 0 who has a key. */
const KEYED: readonly Address[] = [
  ...devAccounts().map(({ address }) => address),
  ...genesis.validators.flatMap(({ address, coinbase }) => [address, coinbase]),
]

const NAMES = Object.keys(PREDEPLOYS) as PredeployName[]

/** Where a mapping that stands in `slot` keeps the value of `key`. */
function entry(type: 'address' | 'bytes32' | 'uint64', key: unknown, slot: bigint): bigint {
  const word = encodeAbiParameters([{ type }, { type: 'uint256' }], [key as never, slot])
  return BigInt(keccak256(word))
}

function slots(name: PredeployName): bigint[] {
  const storage = genesis.alloc.get(PREDEPLOYS[name])?.storage ?? new Map<Hex, Hex>()
  return [...storage.keys()].map(BigInt).sort((a, b) => (a < b ? -1 : 1))
}

function slotOf(name: keyof typeof PREDEPLOY_ARTIFACTS, label: string): bigint {
  return BigInt(storageVariable(name, label).slot)
}

function ascending(values: readonly bigint[]): bigint[] {
  return [...values].sort((a, b) => (a < b ? -1 : 1))
}

async function addressOf(name: PredeployName, getter: string): Promise<string> {
  return String(await evm.read(name, getter)).toLowerCase()
}

/** Predeploys whose ABI has the function `name`. */
function having(name: string): PredeployName[] {
  return Object.entries(PREDEPLOY_ARTIFACTS)
    .filter(([, { abi }]) => abi.some((item) => item.type === 'function' && item.name === name))
    .map(([contract]) => contract as PredeployName)
}

describe('genesis / roles (M18)', () => {
  it('gives the Timelock the only role of the AccessManager', () => {
    const admin = entry('uint64', 0n, slotOf('AccessManager', '_roles'))
    const timelock = entry('address', PREDEPLOYS.Timelock, admin)
    // No other member of any role, no rule for any target: what is restricted is the admin's.
    expect(slots('AccessManager')).toEqual([timelock])
  })

  it('obeys that AccessManager wherever something is restricted', async () => {
    const managed = having('authority')
    expect(managed).toEqual([
      'CommunityTreasuryVault',
      'PublicSale',
      'LiquidityReserve',
      'AIStaking',
      'TrainingRewards',
      'ComputePayments',
      'PriceBook',
      'QualityOracle',
      'ProviderRegistry',
      'ProposalBond',
      'CircuitBreaker',
      'SystemConfig',
    ])
    for (const name of managed) {
      expect(await addressOf(name, 'authority'), name).toBe(PREDEPLOYS.AccessManager)
    }
  })

  it('gives roles of the Timelock to itself, the governor and the guardian, and no others', () => {
    const roles = slotOf('Timelock', '_roles')
    const member = (role: Hex, account: Address) =>
      entry('address', account, entry('bytes32', role, roles))
    const named = (role: string, account: Address) => member(keccak256(toHex(role)), account)
    const delay = slotOf('Timelock', '_minDelay')
    expect(slots('Timelock')).toEqual(
      ascending([
        delay,
        member(zeroHash, PREDEPLOYS.Timelock),
        named('PROPOSER_ROLE', PREDEPLOYS.AIGovernor),
        named('CANCELLER_ROLE', PREDEPLOYS.AIGovernor),
        named('CANCELLER_ROLE', PREDEPLOYS.GuardianSafe),
        named('EXECUTOR_ROLE', zeroAddress),
      ]),
    )
  })

  it('gives vetoes and pauses to the guardian Safe', async () => {
    expect(await addressOf('AIGovernor', 'proposalGuardian')).toBe(PREDEPLOYS.GuardianSafe)
    expect(await addressOf('AIGovernor', 'timelock')).toBe(PREDEPLOYS.Timelock)
    expect(await addressOf('CircuitBreaker', 'guardian')).toBe(PREDEPLOYS.GuardianSafe)
    expect(having('pause')).toEqual(['CircuitBreaker'])
  })

  it('pays buckets and fees to contracts', async () => {
    expect(await addressOf('TeamVesting', 'beneficiary')).toBe(PREDEPLOYS.TeamSafe)
    expect(await addressOf('EcosystemVault', 'BENEFICIARY')).toBe(PREDEPLOYS.Timelock)
    expect(await addressOf('HMMFactory', 'feeTo')).toBe(PREDEPLOYS.Timelock)
    expect(await addressOf('HMMFactory', 'feeToSetter')).toBe(zeroAddress)
    expect(await addressOf('TrainingVault', 'SPENDER')).toBe(PREDEPLOYS.TrainingRewards)
    expect(await addressOf('ComputeMiningVault', 'SPENDER')).toBe(PREDEPLOYS.BlockRewards)
  })

  it('has no owner, no upgrade and no minter', () => {
    const forbidden =
      /^(owner|transferOwnership|renounceOwnership|admin|upgradeTo\w*|proxiableUUID|mint\w+|initialize\w*|setMinter)$/i
    const found = Object.entries(PREDEPLOY_ARTIFACTS).flatMap(([name, { abi }]) =>
      abi
        .filter((item) => item.type === 'function' && forbidden.test(item.name ?? ''))
        .map((item) => `${name}.${item.name}`),
    )
    expect(found).toEqual([])
  })

  it('names people in storage and code only as validators, owners of Safes and attesters', () => {
    const found = new Set<string>()
    for (const name of NAMES) {
      const account = genesis.alloc.get(PREDEPLOYS[name])
      const text = [bytesToHex(account!.code), ...account!.storage.values()].join(' ')
      const keys = [...account!.storage.keys()].join(' ')
      if (KEYED.some((at) => `${text} ${keys}`.includes(at.slice(2)))) found.add(name)
    }
    expect([...found].sort()).toEqual(['GuardianSafe', 'QualityOracle', 'TeamSafe', 'ValidatorSet'])
  })

  it('tells the same in the manifest', () => {
    const { contracts } = formatManifest(genesis, devParticipants())
    expect(contracts.map(({ name }) => name).sort()).toEqual([...NAMES].sort())
    const holders = contracts.flatMap(({ roles }) => Object.values(roles).flat())
    expect(holders.length).toBeGreaterThan(NAMES.length)
    expect(holders.filter((at) => KEYED.includes(at))).toEqual([])
    const known = new Set<string>([...Object.values(PREDEPLOYS), zeroAddress])
    const outside = new Set(holders.filter((at) => !known.has(at)))
    expect([...outside].sort()).toEqual([
      '0x00000000000000000000000000000000000000fd',
      '0xfffffffffffffffffffffffffffffffffffffffe',
    ])
    const people = contracts.filter(({ participants }) => participants !== undefined)
    expect(people.map(({ name }) => name)).toEqual(['QualityOracle', 'GuardianSafe', 'TeamSafe'])
  })
})
