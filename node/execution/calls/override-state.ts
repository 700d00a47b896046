/** What a caller wants of the state before its message: moved precompiles, changed accounts. */
import type { Address } from '../../../consensus/types.ts'
import type { Overrides } from '../call-types.ts'
import type { Lane } from '../evm/lane.ts'
import { SimulationError } from '../simulate/simulation-error.ts'
import { overrideAccounts } from './overrides.ts'

/**
 * In the order of addresses, as geth. A precompile that is overridden in any way is none until the
 * lane is released, or enters the next block. Throws a {@link SimulationError}.
 */
export async function overrideState(
  lane: Lane,
  accounts: NonNullable<Overrides['accounts']>,
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
