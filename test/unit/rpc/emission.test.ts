import { bytesToHex } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blockBudget } from '../../../consensus/rules/reward.ts'
import type { Hex } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { signTransaction } from '../../support/signed-transactions.ts'

const AI = 10n ** 18n
const MAX_SUPPLY = 10n ** 27n
const VAULTS = {
  compute: PREDEPLOYS.ComputeMiningVault,
  training: PREDEPLOYS.TrainingVault,
  ecosystem: PREDEPLOYS.EcosystemVault,
  treasury: PREDEPLOYS.CommunityTreasuryVault,
} as const
const BURNED_BY = [1n, 2n, 3n, 4n, 5n]

type Emission = Record<
  'block' | 'budget' | 'maxSupply' | 'totalSupply' | 'circulatingSupply',
  Hex
> & {
  readonly buckets: Record<string, Record<string, Hex>>
  readonly burned: Record<string, Hex>
  readonly locked: Record<string, Hex>
}

describe('rpc / hanzo / emission', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    fixture.node.onCall = ({ to, data }) => {
      const output = word(answerOf(to!, bytesToHex(data!)))
      return { kind: 'ok', output, gasUsed: 0n }
    }
    const gift = { to: PREDEPLOYS.AIBurn, value: 20n }
    await fixture.rpc('eth_sendRawTransaction', signTransaction(fixture.node.genesis, 0, gift))
    fixture.node.mine()
  })
  afterAll(() => fixture.stop())

  const emission = async (...params: unknown[]) =>
    (await fixture.rpc('hanzo_getEmission', ...params)) as Emission

  it('tells each bucket as its vault does', async () => {
    const { buckets, block, budget } = await emission()
    expect([block, budget]).toEqual(['0x1', quantity(blockBudget(1n, 2_400n))])
    expect(Object.keys(buckets)).toEqual(Object.keys(VAULTS))
    for (const [name, vault] of Object.entries(VAULTS)) {
      expect([name, buckets[name]]).toEqual([
        name,
        {
          cap: quantity(BigInt(vault) * AI),
          scheduled: quantity(1_000n),
          released: quantity(700n),
          // More than cap - released: coins came back to the vault.
          remaining: quantity(BigInt(vault) * AI),
        },
      ])
    }
  })

  it('tells burns by their reasons, and what had none as `other`', async () => {
    expect((await emission()).burned).toEqual({
      training: '0x1',
      compute: '0x2',
      governance: '0x3',
      slashing: '0x4',
      hmm: '0x5',
      other: '0x5',
      total: '0x14',
    })
  })

  it('takes from the supply what is burned, and from what circulates every lock', async () => {
    const { maxSupply, totalSupply, circulatingSupply, locked } = await emission()
    const { total, ...locks } = locked
    expect(BigInt(maxSupply)).toBe(MAX_SUPPLY)
    expect(BigInt(totalSupply)).toBe(MAX_SUPPLY - 20n)
    const sum = Object.values(locks).reduce((wei, balance) => wei + BigInt(balance), 0n)
    expect(BigInt(total!)).toBe(sum)
    expect(BigInt(circulatingSupply)).toBe(MAX_SUPPLY - 20n - sum)
  })

  it('counts as locked the buckets, the treasury, stakes and bonds, and nothing else', async () => {
    const { predeploys, alloc } = fixture.node.genesis
    const { total: _, ...locks } = (await emission()).locked
    expect(Object.keys(locks).sort()).toEqual([
      'AIStaking',
      'CommunityTreasuryVault',
      'ComputeMiningVault',
      'EcosystemVault',
      'LiquidityReserve',
      'ProposalBond',
      'ProviderRegistry',
      'PublicSale',
      'QualityOracle',
      'TeamVesting',
      'Timelock',
      'TrainingVault',
      'ValidatorSet',
    ])
    for (const [name, balance] of Object.entries(locks)) {
      expect([name, BigInt(balance)]).toEqual([name, alloc.get(predeploys[name]!)?.balance ?? 0n])
    }
  })

  it('tells the same of an earlier block', async () => {
    const first = await emission('earliest')
    expect(first).toMatchObject({ block: '0x0', budget: '0x0', burned: { total: '0x0' } })
    expect(BigInt(first.totalSupply)).toBe(MAX_SUPPLY)
    expect(first.buckets['compute']).toMatchObject({ scheduled: '0x0' })
  })
})

/** A different cap for each vault, so that none can be taken for another. */
function answerOf(to: Hex, data: Hex): bigint {
  const argument = data.length > 10 ? BigInt(`0x${data.slice(10)}`) : 0n
  const answers: Record<string, bigint> = {
    '0xcd5392e3': BigInt(to) * AI,
    '0x8fd4c6db': argument * 1_000n,
    '0x96132521': 700n,
    '0x55234ec0': BigInt(to) * AI,
    '0xc7ead48f': BURNED_BY[Number(argument)] ?? 0n,
  }
  return answers[data.slice(0, 10)]!
}

function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
