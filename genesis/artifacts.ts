/**
 * What the compiler made of genesis/contracts, and the code of other people's contracts.
 * Built by scripts/build-contracts.ts; a test keeps it fresh.
 */
import AI from './artifacts/AI.json' with { type: 'json' }
import AIBurn from './artifacts/AIBurn.json' with { type: 'json' }
import BeneficiaryVault from './artifacts/BeneficiaryVault.json' with { type: 'json' }
import BlockRewards from './artifacts/BlockRewards.json' with { type: 'json' }
import preinstalls from './artifacts/preinstalls.json' with { type: 'json' }
import SpenderVault from './artifacts/SpenderVault.json' with { type: 'json' }
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

/** Where a contract keeps a variable; members of a struct are `variable.member`. */
export type StorageVariable = {
  readonly label: string
  readonly slot: number
  /** Bytes from the low end of the slot. */
  readonly offset: number
  /** Length; arrays and mappings have that of their own slots. */
  readonly bytes: number
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

/** The contract behind each predeploy. */
export const PREDEPLOY_ARTIFACTS = {
  AI: AI as Artifact,
  BlockRewards: BlockRewards as Artifact,
  ComputeMiningVault: SpenderVault as Artifact,
  TrainingVault: SpenderVault as Artifact,
  EcosystemVault: BeneficiaryVault as Artifact,
  CommunityTreasuryVault: BeneficiaryVault as Artifact,
  AIBurn: AIBurn as Artifact,
  ValidatorSet: ValidatorSet as Artifact,
} as const satisfies Record<PredeployName, Artifact>

/** Runtime code of the preinstalls, each with where it came from. */
export const PREINSTALL_CODE = preinstalls as Readonly<
  Record<PreinstallName, { readonly source: string; readonly code: Hex }>
>

/** Where predeploy `name` keeps `label`; asking for one that it has not is a bug. */
export function storageVariable(name: PredeployName, label: string): StorageVariable {
  const layout: readonly StorageVariable[] = PREDEPLOY_ARTIFACTS[name].storageLayout
  const variable = layout.find((candidate) => candidate.label === label)
  if (variable === undefined) throw new RangeError(`${name} keeps no ${label}`)
  return variable
}

/** The integer of `variable` in the 32-byte `word` of its slot. */
export function readStorageVariable(variable: StorageVariable, word: bigint): bigint {
  const mask = (1n << BigInt(8 * variable.bytes)) - 1n
  return (word >> BigInt(8 * variable.offset)) & mask
}
