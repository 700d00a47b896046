/** The token, its buckets and the validators, who hold what is not for sale. */

import { PREDEPLOYS, SYSTEM_ADDRESS, TRANSFER_PRECOMPILE } from '../../predeploys.ts'
import { BUCKETS, type BucketName } from '../allocation.ts'
import { type Deployment, type DeploymentInputs, deploy, RESTRICTED } from '../deployment.ts'

export function supplyDeployments(inputs: DeploymentInputs): readonly Deployment[] {
  const { economy, validators } = inputs
  const { epochLength, eraBlocks } = inputs.params
  const vault = (name: BucketName) => ({ bucket: BUCKETS[name], eraBlocks })
  return [
    deploy('AI', {}, { precompile: TRANSFER_PRECOMPILE }),
    deploy('AIBurn'),
    deploy('BlockRewards', vault('ComputeMiningVault'), {
      onBlock: SYSTEM_ADDRESS,
      payBonus: PREDEPLOYS.ComputePayments,
    }),
    deploy(
      'ComputeMiningVault',
      { ...vault('ComputeMiningVault'), spender: PREDEPLOYS.BlockRewards },
      { release: PREDEPLOYS.BlockRewards },
    ),
    deploy(
      'TrainingVault',
      { ...vault('TrainingVault'), spender: PREDEPLOYS.TrainingRewards },
      { release: PREDEPLOYS.TrainingRewards },
    ),
    deploy(
      'EcosystemVault',
      { ...vault('EcosystemVault'), beneficiary: PREDEPLOYS.Timelock },
      { beneficiary: PREDEPLOYS.Timelock },
    ),
    deploy(
      'CommunityTreasuryVault',
      { ...vault('CommunityTreasuryVault'), shareBps: economy.stakingShareBps },
      { beneficiary: [PREDEPLOYS.Timelock, PREDEPLOYS.AIStaking], ...RESTRICTED },
    ),
    deploy(
      'TeamVesting',
      { yearSeconds: economy.yearSeconds },
      { beneficiary: PREDEPLOYS.TeamSafe },
    ),
    deploy(
      'ValidatorSet',
      {
        epochLength: BigInt(epochLength),
        withdrawalDelay: economy.withdrawalDelayEpochs,
        genesisValidators: validators.map(({ address, coinbase }) => ({
          votingKey: address,
          payout: coinbase,
        })),
      },
      { begin: PREDEPLOYS.BlockRewards },
    ),
  ]
}
