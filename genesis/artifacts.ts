/**
 * What the compiler made of genesis/contracts, and the code of other people's contracts.
 * Built by scripts/build-contracts.ts; a test keeps it fresh.
 */
import AccessManager from './artifacts/AccessManager.json' with { type: 'json' }
import AI from './artifacts/AI.json' with { type: 'json' }
import AIBurn from './artifacts/AIBurn.json' with { type: 'json' }
import AIGovernor from './artifacts/AIGovernor.json' with { type: 'json' }
import AIStaking from './artifacts/AIStaking.json' with { type: 'json' }
import BeneficiaryVault from './artifacts/BeneficiaryVault.json' with { type: 'json' }
import BlockRewards from './artifacts/BlockRewards.json' with { type: 'json' }
import CircuitBreaker from './artifacts/CircuitBreaker.json' with { type: 'json' }
import ComputePayments from './artifacts/ComputePayments.json' with { type: 'json' }
import HMMFactory from './artifacts/HMMFactory.json' with { type: 'json' }
import HMMPair from './artifacts/HMMPair.json' with { type: 'json' }
import HMMRouter from './artifacts/HMMRouter.json' with { type: 'json' }
import HUSD from './artifacts/HUSD.json' with { type: 'json' }
import IdentityRegistry from './artifacts/IdentityRegistry.json' with { type: 'json' }
import LiquidityReserve from './artifacts/LiquidityReserve.json' with { type: 'json' }
import PriceBook from './artifacts/PriceBook.json' with { type: 'json' }
import ProposalBond from './artifacts/ProposalBond.json' with { type: 'json' }
import ProviderRegistry from './artifacts/ProviderRegistry.json' with { type: 'json' }
import PublicSale from './artifacts/PublicSale.json' with { type: 'json' }
import preinstalls from './artifacts/preinstalls.json' with { type: 'json' }
import QualityOracle from './artifacts/QualityOracle.json' with { type: 'json' }
import SpenderVault from './artifacts/SpenderVault.json' with { type: 'json' }
import SystemConfig from './artifacts/SystemConfig.json' with { type: 'json' }
import TeamVesting from './artifacts/TeamVesting.json' with { type: 'json' }
import Timelock from './artifacts/Timelock.json' with { type: 'json' }
import TrainingRewards from './artifacts/TrainingRewards.json' with { type: 'json' }
import TreasuryVault from './artifacts/TreasuryVault.json' with { type: 'json' }
import ValidatorSet from './artifacts/ValidatorSet.json' with { type: 'json' }
import type { PredeployName, PreinstallName } from './predeploys.ts'
import type { Hex } from './types.ts'

export type AbiParameter = {
  readonly name: string
  readonly type: string
  readonly internalType?: string
  readonly indexed?: boolean
  readonly components?: readonly AbiParameter[]
}

/** An entry of Solidity's JSON ABI. */
export type AbiItem = {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly AbiParameter[]
  readonly outputs?: readonly AbiParameter[]
  readonly stateMutability?: string
  readonly anonymous?: boolean
}

/**
 * Where a contract keeps a variable. Members of a struct are `variable.member`; of one in an array
 * or a mapping `variable[].member`, in slots counted from that element's first.
 */
export type StorageVariable = {
  readonly label: string
  readonly slot: number
  /** Bytes from the low end of the slot. */
  readonly offset: number
  /** Length; arrays and mappings have that of their own slots. */
  readonly bytes: number
  /** As Solidity writes it. */
  readonly type: string
}

export type Artifact = {
  readonly contractName: string
  readonly abi: readonly AbiItem[]
  /** Init code without constructor arguments. */
  readonly bytecode: Hex
  /** Runtime code with zeros where immutables go. */
  readonly deployedBytecode: Hex
  readonly storageLayout: readonly StorageVariable[]
}

/** The two Safes are Safe's own code, read when block 0 is built. */
export type PredeployArtifactName = Exclude<PredeployName, 'GuardianSafe' | 'TeamSafe'>

/** The contract behind each predeploy of ours. */
export const PREDEPLOY_ARTIFACTS = {
  AI: AI as Artifact,
  BlockRewards: BlockRewards as Artifact,
  ComputeMiningVault: SpenderVault as Artifact,
  TrainingVault: SpenderVault as Artifact,
  EcosystemVault: BeneficiaryVault as Artifact,
  CommunityTreasuryVault: TreasuryVault as Artifact,
  TeamVesting: TeamVesting as Artifact,
  PublicSale: PublicSale as Artifact,
  LiquidityReserve: LiquidityReserve as Artifact,
  AIStaking: AIStaking as Artifact,
  TrainingRewards: TrainingRewards as Artifact,
  ComputePayments: ComputePayments as Artifact,
  PriceBook: PriceBook as Artifact,
  QualityOracle: QualityOracle as Artifact,
  ProviderRegistry: ProviderRegistry as Artifact,
  AIBurn: AIBurn as Artifact,
  AIGovernor: AIGovernor as Artifact,
  Timelock: Timelock as Artifact,
  AccessManager: AccessManager as Artifact,
  ProposalBond: ProposalBond as Artifact,
  IdentityRegistry: IdentityRegistry as Artifact,
  CircuitBreaker: CircuitBreaker as Artifact,
  SystemConfig: SystemConfig as Artifact,
  ValidatorSet: ValidatorSet as Artifact,
  HMMFactory: HMMFactory as Artifact,
  HMMRouter: HMMRouter as Artifact,
  HMMPairAIHUSD: HMMPair as Artifact,
  HUSD: HUSD as Artifact,
} as const satisfies Record<PredeployArtifactName, Artifact>

/** Runtime code of the preinstalls, each with where it came from. */
export const PREINSTALL_CODE = preinstalls as Readonly<
  Record<PreinstallName, { readonly source: string; readonly code: Hex }>
>

/** By predeploy and label: layouts are long, and states are read by their labels. */
const variables = new Map<PredeployArtifactName, ReadonlyMap<string, StorageVariable>>()

/** Where predeploy `name` keeps `label`; asking for one that it has not is a bug. */
export function storageVariable(name: PredeployArtifactName, label: string): StorageVariable {
  const known = variables.get(name) ?? variablesOf(name)
  variables.set(name, known)
  const variable = known.get(label)
  if (variable === undefined) throw new RangeError(`${name} keeps no ${label}`)
  return variable
}

function variablesOf(name: PredeployArtifactName): ReadonlyMap<string, StorageVariable> {
  const layout: readonly StorageVariable[] = PREDEPLOY_ARTIFACTS[name].storageLayout
  return new Map(layout.map((variable) => [variable.label, variable]))
}

/** The integer of `variable` in the 32-byte `word` of its slot. */
export function readStorageVariable(variable: StorageVariable, word: bigint): bigint {
  const mask = (1n << BigInt(8 * variable.bytes)) - 1n
  return (word >> BigInt(8 * variable.offset)) & mask
}
