/**
 * Invariants of the token economy on the node itself, after every block of random transactions that
 * use every contract of block 0. The contracts' own tests hold the others.
 *
 * Spec: docs/spec/token-economy.md, "Invariants".
 */
import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { calldata } from '../support/differential/world.ts'
import { runEconomy } from '../support/economy-blocks.ts'
import type { ExecutionChain } from '../support/execution-chain.ts'
import { readFlatState, totalBalance } from '../support/flat-state.ts'
import { openTemporaryDatabase } from '../support/temporary-database.ts'

const SUPPLY = 10n ** 27n
const BLOCKS = 40
const { AI, AIBurn, ComputeMiningVault, TrainingVault } = PREDEPLOYS
const { EcosystemVault, CommunityTreasuryVault } = PREDEPLOYS
const VAULTS = [ComputeMiningVault, TrainingVault, EcosystemVault, CommunityTreasuryVault]
const CATEGORIES = 5

describe('spec / economy invariants', () => {
  it('M1 to M4, M7, M15: coins only move, the supply only falls, one balance has two views', async () => {
    const store = await openTemporaryDatabase()
    let supplyBefore = SUPPLY
    for await (const { chain } of runEconomy(store, { seed: 7, count: BLOCKS })) {
      const state = await readFlatState(store)
      expect(totalBalance(state), 'M1').toBe(SUPPLY)
      const supply = await read(chain, AI, 'totalSupply()')
      expect(supply, 'M2').toBe(SUPPLY - (await chain.balance(AIBurn)))
      expect(supply, 'M2, M7').toBeLessThan(supplyBefore)
      supplyBefore = supply
      for (const vault of VAULTS) await verifyVault(chain, vault)
      await verifySink(chain)
      const owners = [...state.accounts]
      const views = owners.map(([owner]) => read(chain, AI, 'balanceOf(address)', [owner]))
      expect(await Promise.all(views), 'M15').toEqual(owners.map(([, { balance }]) => balance))
    }
  })
})

/** M3 and M4. */
async function verifyVault(chain: ExecutionChain, vault: Address): Promise<void> {
  const { number } = chain.head.header
  const released = await read(chain, vault, 'released()')
  const bucket = await read(chain, vault, 'BUCKET()')
  expect(released, 'M3').toBeLessThanOrEqual(bucket)
  expect(released, 'M4').toBeLessThanOrEqual(
    await read(chain, vault, 'entitlement(uint256)', [number]),
  )
  expect((await chain.balance(vault)) + released, 'M3').toBeGreaterThanOrEqual(bucket)
}

/** M7: what is burned for a reason and what is burned without one make the balance. */
async function verifySink(chain: ExecutionChain): Promise<void> {
  let sum = await read(chain, AIBurn, 'other()')
  for (let category = 0; category < CATEGORIES; category++) {
    sum += await read(chain, AIBurn, 'burnedBy(uint8)', [category])
  }
  expect(sum, 'M7').toBe(await chain.balance(AIBurn))
}

async function read(
  chain: ExecutionChain,
  to: Address,
  signature: string,
  args: readonly unknown[] = [],
): Promise<bigint> {
  const data = hexToBytes(calldata(signature, args))
  const outcome = await chain.executor.call(chain.parentState(), { to, data })
  if (outcome.kind !== 'ok') throw new Error(`${signature} of ${to}: ${outcome.kind}`)
  return BigInt(outcome.output)
}
