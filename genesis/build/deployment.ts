/**
 * What it takes to put a contract into block 0, and the short form for contracts of ours.
 */
import { type Artifact, PREDEPLOY_ARTIFACTS, type PredeployArtifactName } from '../artifacts.ts'
import type { EconomyParams } from '../economy/economy-params.ts'
import type { ChosenParticipants } from '../economy/participants.ts'
import type { ConsensusParams } from '../params.ts'
import { PREDEPLOYS } from '../predeploys.ts'
import type { Address, GenesisValidator } from '../types.ts'
import type { AbiFields } from './abi-encode.ts'
import type { GenesisMessage } from './genesis-state.ts'

export type Deployment = {
  readonly name: string
  readonly address: Address
  readonly artifact: Pick<Artifact, 'contractName' | 'abi' | 'bytecode'>
  /** By the names of the constructor's parameters. */
  readonly args: AbiFields
  readonly roles: Roles
  /** People: owners of a Safe, bonded attesters. Nothing of the above is theirs alone. */
  readonly participants?: Readonly<Record<string, readonly Address[]>>
}

/**
 * Who alone may call a function or play a part, fixed in code or storage. `restricted` is whoever
 * decides on functions that policy may use; zero is anyone.
 */
export type Roles = Readonly<Record<string, Address | readonly Address[]>>

/** A call after all constructors; `step` is for errors. */
export type GenesisCall = GenesisMessage & { readonly step: string }

/** What a genesis is planned from. */
export type GenesisPlan = {
  readonly params: Pick<ConsensusParams, 'dev' | 'epochLength' | 'eraBlocks'>
  readonly validators: readonly GenesisValidator[]
  readonly participants: ChosenParticipants
}

/** The same with the parameters of the economy that follow. */
export type DeploymentInputs = GenesisPlan & { readonly economy: EconomyParams }

/** A contract of ours at its address. */
export function deploy(
  name: PredeployArtifactName,
  args: AbiFields = {},
  roles: Roles = {},
): Deployment {
  return { name, address: PREDEPLOYS[name], artifact: PREDEPLOY_ARTIFACTS[name], args, roles }
}

/** Roles of a contract whose policy is governance's: the Timelock alone administers the manager. */
export const RESTRICTED: Roles = { restricted: PREDEPLOYS.AccessManager }
