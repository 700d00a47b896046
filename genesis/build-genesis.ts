/**
 * Builds block 0 of a new chain: parameters, chain id, balances, the code and storage that
 * constructors leave, header and hash. Equal options give equal bytes on every machine.
 *
 * Spec: docs/spec/consensus.md, "Block 0"; docs/spec/token-economy.md, "Buckets of block 0".
 */
import { concatBytes } from '@ethereumjs/util'
import { PREINSTALL_CODE } from './artifacts.ts'
import { assembleGenesis } from './block/assemble-genesis.ts'
import { codeFromHex } from './block/code-hex.ts'
import { keccak256 } from './block/keccak.ts'
import { encodeParameters } from './build/abi-encode.ts'
import { allocate, verifyValidators } from './build/allocation.ts'
import { deriveChainId } from './build/chain-id.ts'
import type { Deployment, GenesisPlan } from './build/deployment.ts'
import { genesisCalls, genesisDeployments } from './build/deployments.ts'
import { GenesisState } from './build/genesis-state.ts'
import { safeContracts } from './build/rooms/safes.ts'
import { type ChainInputs, createChainCommon } from './chain-config.ts'
import { chooseParticipants, type Participants } from './economy/participants.ts'
import { type PresetName, presetGasLimit, presetParams, verifyBlockZero } from './params.ts'
import { PREINSTALLS, type PreinstallName } from './predeploys.ts'
import type { Address, Genesis, GenesisAccount } from './types.ts'

export type BuildGenesisOptions = {
  readonly preset: PresetName
  /** In the order of their index; addresses in any case. */
  readonly validators: readonly { readonly address: Address; readonly coinbase: Address }[]
  /** Unix seconds. */
  readonly timestamp: bigint
  /** Years, delays and eras of mainnet on a dev preset. */
  readonly real?: boolean
  /** MAC; preset gpu needs it. */
  readonly genesisDifficulty?: bigint
  /** Blocks of an era, on dev presets with the dev clock. */
  readonly eraBlocks?: bigint
  /** A preset that is not for development needs them; others have the public accounts. */
  readonly participants?: Participants
}

/** Throws a `GenesisError` when the options make no valid chain. */
export async function buildGenesis(options: BuildGenesisOptions): Promise<Genesis> {
  const { preset, timestamp } = options
  const validators = options.validators.map(({ address, coinbase }, index) => ({
    index,
    address: lowerCase(address),
    coinbase: lowerCase(coinbase),
  }))
  const gasLimit = presetGasLimit(preset)
  verifyBlockZero(timestamp, gasLimit)
  verifyValidators(validators)
  const chosen = presetParams(preset, options)
  const participants = chooseParticipants(preset, options.participants)
  const chainId = deriveChainId({ preset, params: chosen, timestamp, validators })
  const params = { ...chosen, chainId }
  const plan = { params, validators, participants }
  const alloc = await runGenesis(plan, { params, gasLimit, timestamp })
  return assembleGenesis({ params, preset, timestamp, gasLimit, alloc, validators })
}

/** What balances, constructors and setup calls make of an empty state. */
async function runGenesis(
  plan: GenesisPlan,
  chain: ChainInputs,
): Promise<Map<Address, GenesisAccount>> {
  const state = await GenesisState.open(
    allocate(plan),
    chain,
    createChainCommon(chain, { keccak256 }),
  )
  for (const deployment of [...safeContracts(), ...genesisDeployments(plan)]) {
    await state.construct(deployment.name, deployment.address, initCode(deployment))
  }
  for (const call of genesisCalls(plan)) await state.call(call.step, call)
  const alloc = state.dump()
  for (const name of Object.keys(PREINSTALLS) as PreinstallName[]) {
    alloc.set(PREINSTALLS[name], preinstall(name))
  }
  return alloc
}

export function initCode({ artifact, args }: Deployment): Uint8Array {
  const inputs = artifact.abi.find(({ type }) => type === 'constructor')?.inputs ?? []
  return concatBytes(codeFromHex(artifact.bytecode), encodeParameters(inputs, args))
}

function preinstall(name: PreinstallName): GenesisAccount {
  const code = codeFromHex(PREINSTALL_CODE[name].code)
  return { balance: 0n, nonce: 1n, code, storage: new Map() }
}

function lowerCase(address: Address): Address {
  return address.toLowerCase() as Address
}
