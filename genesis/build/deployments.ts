/**
 * The contracts of block 0: their constructor arguments, the bucket each holds, who may call what.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import {
  PREDEPLOYS,
  type PredeployName,
  RESERVED,
  SYSTEM_ADDRESS,
  TRANSFER_PRECOMPILE,
} from '../predeploys.ts'
import type { Address, GenesisValidator } from '../types.ts'
import { BUCKETS } from './allocation.ts'

export type Deployment = {
  readonly name: PredeployName
  readonly address: Address
  /** For people, by the names of the constructor's parameters. */
  readonly args: Readonly<Record<string, unknown>>
  /** The same, ABI-encoded: 32-byte words. */
  readonly words: readonly bigint[]
  /** Who alone may call or receive, fixed in code. Nobody owns or upgrades anything. */
  readonly roles: Readonly<Record<string, Address>>
}

type DeploymentInputs = {
  readonly eraBlocks: bigint
  readonly validators: readonly GenesisValidator[]
}

/** In the order of their addresses. */
export function genesisDeployments(inputs: DeploymentInputs): readonly Deployment[] {
  const { eraBlocks, validators } = inputs
  const mining = BUCKETS.ComputeMiningVault
  return [
    deployment('AI', {}, { precompile: TRANSFER_PRECOMPILE }),
    deployment('BlockRewards', { bucket: mining, eraBlocks }, { onBlock: SYSTEM_ADDRESS }),
    spenderVault('ComputeMiningVault', eraBlocks, PREDEPLOYS.BlockRewards),
    spenderVault('TrainingVault', eraBlocks, RESERVED.TrainingRewards),
    beneficiaryVault('EcosystemVault', eraBlocks, RESERVED.Timelock),
    beneficiaryVault('CommunityTreasuryVault', eraBlocks, RESERVED.Timelock),
    deployment('AIBurn', {}, {}),
    {
      ...deployment('ValidatorSet', {}, { begin: PREDEPLOYS.BlockRewards }),
      args: {
        genesisValidators: validators.map(({ address, coinbase }) => ({
          votingKey: address,
          payout: coinbase,
        })),
      },
      // A dynamic array: its offset, its length, then pairs.
      words: [
        32n,
        BigInt(validators.length),
        ...validators.flatMap(({ address, coinbase }) => [BigInt(address), BigInt(coinbase)]),
      ],
    },
  ]
}

type VaultName = keyof typeof BUCKETS & PredeployName

function spenderVault(name: VaultName, eraBlocks: bigint, spender: Address): Deployment {
  return deployment(name, { bucket: BUCKETS[name], eraBlocks, spender }, { release: spender })
}

function beneficiaryVault(name: VaultName, eraBlocks: bigint, beneficiary: Address): Deployment {
  return deployment(name, { bucket: BUCKETS[name], eraBlocks, beneficiary }, { beneficiary })
}

/** For constructors whose parameters are one word each. */
function deployment(
  name: PredeployName,
  args: Readonly<Record<string, bigint | Address>>,
  roles: Readonly<Record<string, Address>>,
): Deployment {
  return {
    name,
    address: PREDEPLOYS[name],
    args,
    words: Object.values(args).map((value) => BigInt(value)),
    roles,
  }
}
