/** What a simulation wants of the state before a block: moved precompiles, changed accounts. */
import type { Address } from '../../../consensus/types.ts'
import { overrideAccounts } from '../calls/overrides.ts'
import type { Lane } from '../evm/lane.ts'
import { SimulationError } from './simulation-error.ts'
import type { SimulatedAccount } from './simulation-types.ts'

/**
 * In the order of addresses, as geth. A precompile that is overridden in any way is none for this
 * block. Throws a {@link SimulationError}.
 */
export async function overrideState(
  lane: Lane,
  accounts: ReadonlyMap<Address, SimulatedAccount>,
): Promise<void> {
  const inOrder = [...accounts].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [address, { movePrecompileTo }] of inOrder) {
    movePrecompile(lane, accounts, address, movePrecompileTo)
  }
  await overrideAccounts(lane.overlay, accounts)
  lane.overlay.endTransaction()
}

function movePrecompile(
  lane: Lane,
  accounts: ReadonlyMap<Address, unknown>,
  address: Address,
  to: Address | undefined,
): void {
  const isPrecompile = lane.precompiles.has(address)
  if (to !== undefined && !isPrecompile) {
    throw new SimulationError('NOT_A_PRECOMPILE', `account ${address} is not a precompile`)
  }
  if (to !== undefined && accounts.has(to)) {
    throw new SimulationError('ALREADY_OVERRIDDEN', `account ${to} is already overridden`)
  }
  if (isPrecompile) lane.movePrecompile(address, to)
}
