/** Who decides, and what nobody may decide alone. No account with a key has a role here. */
import { phaseBits } from '../../economy/economy-params.ts'
import { PREDEPLOYS } from '../../predeploys.ts'
import type { Address } from '../../types.ts'
import { BUCKETS } from '../allocation.ts'
import { type Deployment, type DeploymentInputs, deploy, RESTRICTED } from '../deployment.ts'
import { safeProxy } from './safes.ts'

const ANYONE: Address = `0x${'00'.repeat(20)}`

export function governanceDeployments(inputs: DeploymentInputs): readonly Deployment[] {
  const { economy, participants } = inputs
  const dev = economy.isDevClock
  return [
    deploy(
      'AIGovernor',
      {
        dev,
        votingDelay_: economy.votingDelaySeconds,
        votingPeriod_: economy.votingPeriodSeconds,
        emergencyPeriod: economy.emergencyVotingSeconds,
        lateQuorum: economy.lateQuorumSeconds,
        threshold: economy.proposalThreshold,
        standardDelay_: economy.timelockSeconds,
      },
      { proposalGuardian: PREDEPLOYS.GuardianSafe, onlyGovernance: PREDEPLOYS.Timelock },
    ),
    deploy(
      'Timelock',
      { dev, delay: economy.emergencySeconds, grace: economy.timelockGraceSeconds },
      {
        proposer: PREDEPLOYS.AIGovernor,
        canceller: [PREDEPLOYS.AIGovernor, PREDEPLOYS.GuardianSafe],
        executor: ANYONE,
        admin: PREDEPLOYS.Timelock,
      },
    ),
    deploy('AccessManager', { initialAdmin: PREDEPLOYS.Timelock }, { admin: PREDEPLOYS.Timelock }),
    deploy('ProposalBond', { size: economy.proposalBondWei }, RESTRICTED),
    deploy(
      'CircuitBreaker',
      {
        dev,
        trainingReserve: BUCKETS.TrainingVault,
        liquidityReserve: BUCKETS.LiquidityReserve,
        shareBps: economy.outflowBps,
        window: economy.outflowWindowSeconds,
      },
      {
        guardian: PREDEPLOYS.GuardianSafe,
        consume: [PREDEPLOYS.TrainingRewards, PREDEPLOYS.LiquidityReserve],
        ...RESTRICTED,
      },
    ),
    deploy('SystemConfig', { initial: phaseBits(economy.phases) }, RESTRICTED),
    safeProxy('GuardianSafe', participants.guardians),
    safeProxy('TeamSafe', participants.team),
  ]
}
