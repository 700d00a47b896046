/**
 * Everything that runs while block 0 is built: constructors in the order of their addresses, then
 * the calls that need all of them.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import { economyParams } from '../economy/economy-params.ts'
import type { Deployment, GenesisCall, GenesisPlan } from './deployment.ts'
import { governanceDeployments } from './rooms/governance.ts'
import { marketDeployments, poolSetup } from './rooms/market.ts'
import { safeSetup } from './rooms/safes.ts'
import { supplyDeployments } from './rooms/supply.ts'
import { workDeployments } from './rooms/work.ts'

export function genesisDeployments(plan: GenesisPlan): readonly Deployment[] {
  const inputs = { ...plan, economy: economyParams(plan.params) }
  return [
    ...supplyDeployments(inputs),
    ...workDeployments(inputs),
    ...governanceDeployments(inputs),
    ...marketDeployments(inputs),
  ].sort((a, b) => (a.address < b.address ? -1 : 1))
}

export function genesisCalls(plan: GenesisPlan): readonly GenesisCall[] {
  return [
    safeSetup('GuardianSafe', plan.participants.guardians),
    safeSetup('TeamSafe', plan.participants.team),
    ...poolSetup(plan),
  ]
}
