/**
 * `hanzo_getEmission`: where the coins are. Released and burned amounts are read from the
 * contracts, which are the books; nothing is computed twice.
 *
 * Spec: docs/spec/token-economy.md, "Release schedule". Circulating is what is neither burned nor
 * locked: in a vault, in vesting, or at stake.
 */
import { blockBudget } from '../../consensus/rules/reward.ts'
import type { Address } from '../../consensus/types.ts'
import { PREDEPLOYS, RESERVED } from '../../genesis/predeploys.ts'
import type { NodeApi } from '../../node/api.ts'
import type { BlockSummary } from '../../node/events.ts'
import { requireBlock } from '../block-lookup.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, optional } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { readNumber } from './contract-read.ts'

const SUPPLY_WEI = 10n ** 27n
/** Getters of `ScheduledVault` and `AIBurn`. */
const BUCKET_SELECTOR = '0xcd5392e3'
const RELEASED_SELECTOR = '0x96132521'
const ENTITLEMENT_SELECTOR = '0x8fd4c6db'
const BURNED_BY_SELECTOR = '0xc7ead48f'

const VAULTS = {
  compute: PREDEPLOYS.ComputeMiningVault,
  training: PREDEPLOYS.TrainingVault,
  ecosystem: PREDEPLOYS.EcosystemVault,
  treasury: PREDEPLOYS.CommunityTreasuryVault,
} as const satisfies Record<string, Address>

/** In the order of the contract's categories. */
const BURN_CATEGORIES = ['training', 'compute', 'governance', 'slashing', 'hmm'] as const

const LOCKED: readonly Address[] = [
  ...Object.values(VAULTS),
  RESERVED.TeamVesting,
  PREDEPLOYS.ValidatorSet,
]

export function emissionMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  return {
    hanzo_getEmission: method({
      description: 'Release schedule, buckets, burns and supply at a block, wei',
      params: [optional('block', block, LATEST)],
      handler: async ([selector]) => emissionAt(api, await requireBlock(api.chain, selector)),
    }),
  }
}

async function emissionAt(api: NodeApi, block: BlockSummary) {
  const { number } = block.header
  const { eraBlocks } = api.genesis.params
  const [compute, training, ecosystem, treasury, burned, locked] = await Promise.all([
    bucketAt(api, block, VAULTS.compute),
    bucketAt(api, block, VAULTS.training),
    bucketAt(api, block, VAULTS.ecosystem),
    bucketAt(api, block, VAULTS.treasury),
    burnedAt(api, block),
    balanceOf(api, block, LOCKED),
  ])
  const totalSupply = SUPPLY_WEI - burned.total
  return {
    block: quantity(number),
    budget: quantity(number === 0n ? 0n : blockBudget(number, eraBlocks)),
    buckets: { compute, training, ecosystem, treasury },
    burned: quantities(burned),
    totalSupply: quantity(totalSupply),
    circulatingSupply: quantity(totalSupply - locked),
  }
}

async function bucketAt({ state }: NodeApi, block: BlockSummary, vault: Address) {
  const [cap, scheduled, released] = await Promise.all([
    readNumber(state, block, vault, BUCKET_SELECTOR),
    readNumber(state, block, vault, ENTITLEMENT_SELECTOR, block.header.number),
    readNumber(state, block, vault, RELEASED_SELECTOR),
  ])
  return quantities({ cap, scheduled, released, remaining: cap - released })
}

/** Base fees and self-destructed coins reach the sink without a category: they are `other`. */
async function burnedAt(api: NodeApi, block: BlockSummary) {
  const total = await balanceOf(api, block, [PREDEPLOYS.AIBurn])
  const amounts = await Promise.all(
    BURN_CATEGORIES.map((_, category) =>
      readNumber(api.state, block, PREDEPLOYS.AIBurn, BURNED_BY_SELECTOR, BigInt(category)),
    ),
  )
  const [training = 0n, compute = 0n, governance = 0n, slashing = 0n, hmm = 0n] = amounts
  const other = amounts.reduce((rest, amount) => rest - amount, total)
  return { training, compute, governance, slashing, hmm, other, total }
}

async function balanceOf(api: NodeApi, block: BlockSummary, addresses: readonly Address[]) {
  const view = await api.state.at(block)
  const accounts = await Promise.all(addresses.map((address) => view.account(address)))
  return accounts.reduce((sum, account) => sum + (account?.balance ?? 0n), 0n)
}

function quantities<Name extends string>(amounts: Readonly<Record<Name, bigint>>) {
  const entries = Object.entries<bigint>(amounts)
  return Object.fromEntries(entries.map(([name, value]) => [name, quantity(value)]))
}
