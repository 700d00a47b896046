/**
 * `hanzo_getEmission`: where the coins are. Released and burned amounts are read from the
 * contracts, which are the books; nothing is computed twice.
 *
 * Spec: docs/spec/token-economy.md, "Release schedule"; docs/supply-api.md for what circulates.
 */
import { blockBudget } from '../../consensus/rules/reward.ts'
import type { Address } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { NodeApi, StateReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { requireBlock } from '../block-lookup.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, optional } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { supplyAt } from '../supply/supply.ts'
import { readNumber } from './contract-read.ts'

/** Getters of `ScheduledVault` and `AIBurn`. */
const BUCKET_SELECTOR = '0xcd5392e3'
const RELEASED_SELECTOR = '0x96132521'
const ENTITLEMENT_SELECTOR = '0x8fd4c6db'
const REMAINING_SELECTOR = '0x55234ec0'
const BURNED_BY_SELECTOR = '0xc7ead48f'

export function emissionMethods({ api }: Pick<NodeModules, 'api'>): MethodTable {
  return {
    hanzo_getEmission: method({
      description: 'Release schedule, buckets, burns, locks and supply at a block, wei',
      params: [optional('block', block, LATEST)],
      handler: async ([selector]) => emissionAt(api, await requireBlock(api.chain, selector)),
    }),
  }
}

/** What the method answers; asks nothing of the chain but the state after `block`. */
export async function emissionAt(
  { state, genesis }: Pick<NodeApi, 'genesis'> & { readonly state: EmissionState },
  block: EthereumSummary,
) {
  const { number } = block.header
  const supply = await supplyAt(state, block)
  // One call after the other: a batch of these must not fill the line of calls.
  const buckets = {
    compute: await bucketAt(state, block, PREDEPLOYS.ComputeMiningVault),
    training: await bucketAt(state, block, PREDEPLOYS.TrainingVault),
    ecosystem: await bucketAt(state, block, PREDEPLOYS.EcosystemVault),
    treasury: await bucketAt(state, block, PREDEPLOYS.CommunityTreasuryVault),
  }
  const locked = Object.values(supply.locked).reduce((sum, wei) => sum + wei, 0n)
  return {
    block: quantity(number),
    budget: quantity(number === 0n ? 0n : blockBudget(number, genesis.params.eraBlocks)),
    buckets,
    burned: quantities(await burnedAt(state, block, supply.burned)),
    locked: quantities({ ...supply.locked, total: locked }),
    maxSupply: quantity(supply.max),
    totalSupply: quantity(supply.total),
    circulatingSupply: quantity(supply.circulating),
  }
}

type EmissionState = Pick<StateReader, 'at' | 'call'>

/** `remaining` is the vault's word: it is more than the cap leaves when coins were recycled. */
async function bucketAt(state: EmissionState, block: EthereumSummary, vault: Address) {
  const { number } = block.header
  return quantities({
    cap: await readNumber(state, block, vault, BUCKET_SELECTOR),
    scheduled: await readNumber(state, block, vault, ENTITLEMENT_SELECTOR, number),
    released: await readNumber(state, block, vault, RELEASED_SELECTOR),
    remaining: await readNumber(state, block, vault, REMAINING_SELECTOR),
  })
}

/** Base fees and self-destructed coins reach the sink without a category: they are `other`. */
async function burnedAt(state: EmissionState, block: EthereumSummary, total: bigint) {
  const read = (category: bigint) =>
    readNumber(state, block, PREDEPLOYS.AIBurn, BURNED_BY_SELECTOR, category)
  const reasons = {
    training: await read(0n),
    compute: await read(1n),
    governance: await read(2n),
    slashing: await read(3n),
    hmm: await read(4n),
  }
  const other = Object.values(reasons).reduce((rest, wei) => rest - wei, total)
  return { ...reasons, other, total }
}

function quantities<Name extends string>(amounts: Readonly<Record<Name, bigint>>) {
  const entries = Object.entries<bigint>(amounts)
  return Object.fromEntries(entries.map(([name, value]) => [name, quantity(value)]))
}
