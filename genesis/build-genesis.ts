/**
 * Builds block 0 of a new chain: parameters, chain id, balances, the code and storage that
 * constructors leave, header and hash. Equal options give equal bytes on every machine.
 *
 * Spec: docs/spec/consensus.md, "Block 0"; docs/spec/token-economy.md, "Buckets of block 0".
 */
import { hexToBytes } from '@ethereumjs/util'
import { PREINSTALL_CODE } from './artifacts.ts'
import { assembleGenesis } from './block/assemble-genesis.ts'
import { allocate, verifyValidators } from './build/allocation.ts'
import { deriveChainId } from './build/chain-id.ts'
import { runConstructor } from './build/constructors.ts'
import { genesisDeployments } from './build/deployments.ts'
import { createChainCommon } from './chain-config.ts'
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
  const chainId = deriveChainId({ preset, params: chosen, timestamp, validators })
  const params = { ...chosen, chainId }
  const common = createChainCommon({ params, gasLimit, timestamp })

  const balances = allocate(validators)
  const alloc = new Map<Address, GenesisAccount>()
  for (const [address, balance] of balances) alloc.set(address, plainAccount(balance))
  for (const deployment of genesisDeployments({ eraBlocks: params.eraBlocks, validators })) {
    const balance = balances.get(deployment.address) ?? 0n
    alloc.set(deployment.address, await runConstructor(deployment, balance, common))
  }
  for (const name of Object.keys(PREINSTALLS) as PreinstallName[]) {
    alloc.set(PREINSTALLS[name], preinstall(name))
  }
  return assembleGenesis({ params, preset, timestamp, gasLimit, alloc, validators })
}

function plainAccount(balance: bigint): GenesisAccount {
  return { balance, nonce: 0n, code: new Uint8Array(0), storage: new Map() }
}

function preinstall(name: PreinstallName): GenesisAccount {
  return { ...plainAccount(0n), nonce: 1n, code: hexToBytes(PREINSTALL_CODE[name].code) }
}

function lowerCase(address: Address): Address {
  return address.toLowerCase() as Address
}
