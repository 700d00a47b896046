/**
 * How many coins there are and how many circulate, from balances alone: coins are burned in the
 * sink and locked in the contracts of one table.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0"; docs/supply-api.md says why each lock is
 * one.
 */
import type { Address } from '../../consensus/types.ts'
import { MAX_SUPPLY_WEI } from '../../genesis/build/allocation.ts'
import { PREDEPLOYS, type PredeployName } from '../../genesis/predeploys.ts'
import type { StateReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'

/** Contracts whose whole balance is not for sale. A new lock is a new row. */
const LOCKS = [
  // Buckets that open by the schedule, by steps, by auction, by vote.
  'ComputeMiningVault',
  'TrainingVault',
  'EcosystemVault',
  'CommunityTreasuryVault',
  'TeamVesting',
  'PublicSale',
  'LiquidityReserve',
  // What the community has not spent yet.
  'Timelock',
  // Stakes and bonds, the interest of stakes, and what waits for withdrawal.
  'AIStaking',
  'ValidatorSet',
  'ProviderRegistry',
  'QualityOracle',
  'ProposalBond',
] as const satisfies readonly PredeployName[]

export type LockName = (typeof LOCKS)[number]

/** Wei. */
export type Supply = {
  readonly max: bigint
  readonly total: bigint
  readonly circulating: bigint
  readonly burned: bigint
  readonly locked: Readonly<Record<LockName, bigint>>
}

export async function supplyAt(
  state: Pick<StateReader, 'at'>,
  block: EthereumSummary,
): Promise<Supply> {
  const view = await state.at(block)
  const balanceOf = async (address: Address) => (await view.account(address))?.balance ?? 0n
  const [burned, ...balances] = await Promise.all([
    balanceOf(PREDEPLOYS.AIBurn),
    ...LOCKS.map((name) => balanceOf(PREDEPLOYS[name])),
  ])
  const total = MAX_SUPPLY_WEI - burned
  const locked = Object.fromEntries(LOCKS.map((name, index) => [name, balances[index] ?? 0n]))
  return {
    max: MAX_SUPPLY_WEI,
    total,
    circulating: balances.reduce((rest, balance) => rest - balance, total),
    burned,
    locked: locked as Record<LockName, bigint>,
  }
}
