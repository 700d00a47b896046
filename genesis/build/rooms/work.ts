/** Stakes, and the compute and training that they are spent on. */
import { PREDEPLOYS } from '../../predeploys.ts'
import { type Deployment, type DeploymentInputs, deploy, RESTRICTED } from '../deployment.ts'

export function workDeployments({
  economy,
  participants,
}: DeploymentInputs): readonly Deployment[] {
  const dev = economy.isDevClock
  return [
    deploy(
      'AIStaking',
      { yearSeconds: economy.yearSeconds, period: economy.unbondingSeconds },
      RESTRICTED,
    ),
    deploy(
      'IdentityRegistry',
      { accounts: participants.attested },
      { attest: PREDEPLOYS.QualityOracle, revoke: PREDEPLOYS.QualityOracle },
    ),
    deploy(
      'TrainingRewards',
      { windowBlocks: economy.trainingWindowBlocks, userCap_: economy.trainingUserCapWei },
      { rewardTraining: PREDEPLOYS.QualityOracle, ...RESTRICTED },
    ),
    deploy(
      'ComputePayments',
      {
        challengeSeconds_: economy.jobChallengeSeconds,
        verdictSeconds_: economy.jobVerdictSeconds,
        dev,
      },
      { verdict: PREDEPLOYS.QualityOracle, ...RESTRICTED },
    ),
    deploy('PriceBook', {}, RESTRICTED),
    {
      ...deploy(
        'QualityOracle',
        {
          genesisAttesters: participants.attesters,
          threshold_: BigInt(participants.attesterThreshold),
          roundSeconds: economy.qualityRoundSeconds,
          challengeWindow_: economy.qualityChallengeSeconds,
          maxAge_: economy.qualityMaxAgeSeconds,
          bondDelay: economy.attesterBondSeconds,
        },
        RESTRICTED,
      ),
      participants: { attesters: participants.attesters },
    },
    deploy(
      'ProviderRegistry',
      {
        minimumBond_: economy.providerBondWei,
        exitDelay_: economy.providerExitSeconds,
        dev,
      },
      { slash: [PREDEPLOYS.QualityOracle, PREDEPLOYS.ComputePayments], ...RESTRICTED },
    ),
  ]
}
