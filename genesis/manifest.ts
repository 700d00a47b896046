/**
 * `manifest.json`: what stands where in block 0 and who may do what with it, for people and tools.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import { bytesToHex } from '@ethereumjs/util'
import { devAccounts } from './accounts.ts'
import { PREINSTALL_CODE } from './artifacts.ts'
import { keccak256 } from './block/keccak.ts'
import type { AbiFields } from './build/abi-encode.ts'
import { BUCKETS } from './build/allocation.ts'
import type { Deployment, Roles } from './build/deployment.ts'
import { genesisCalls, genesisDeployments } from './build/deployments.ts'
import { SAFE_SOURCE } from './build/rooms/safes.ts'
import type { ChosenParticipants } from './economy/participants.ts'
import { PREINSTALLS, SAFE_CONTRACTS } from './predeploys.ts'
import type { Address, Genesis, Hex } from './types.ts'

export type Manifest = {
  readonly chainId: number
  readonly genesisHash: Hex
  readonly contracts: readonly ManifestContract[]
  /** Calls after the constructors, in their order. */
  readonly setup: readonly ManifestCall[]
  readonly preinstalls: readonly ManifestPreinstall[]
  /** Accounts with coins and no code: dev accounts, voting keys. */
  readonly accounts: readonly ManifestAccount[]
}

export type ManifestContract = {
  readonly name: string
  readonly address: Address
  /** The Solidity contract; vaults share theirs. */
  readonly contract: string
  readonly codeHash: Hex
  readonly constructorArgs: Readonly<Record<string, unknown>>
  /** Who alone may do what, by the name of the function or the part. */
  readonly roles: Roles
  /** Owners of a Safe, bonded attesters. */
  readonly participants?: Readonly<Record<string, readonly Address[]>>
  /** Wei in block 0, decimal. */
  readonly balance: string
  /** Wei of the bucket behind it, decimal. */
  readonly bucket?: string
}

export type ManifestCall = {
  /** As in `TeamSafe.setup`. */
  readonly step: string
  readonly from: Address
  readonly to: Address
  readonly data: Hex
}

export type ManifestPreinstall = {
  readonly name: string
  readonly address: Address
  readonly codeHash: Hex
  readonly source: string
}

export type ManifestAccount = {
  readonly name: string
  readonly address: Address
  /** Wei in block 0, decimal. */
  readonly balance: string
}

/** `participants` are those that `genesis` was built with. */
export function formatManifest(genesis: Genesis, participants: ChosenParticipants): Manifest {
  const { params, validators } = genesis
  const plan = { params, validators, participants }
  return {
    chainId: Number(params.chainId),
    genesisHash: genesis.hash,
    contracts: genesisDeployments(plan).map((deployment) => formatContract(genesis, deployment)),
    setup: genesisCalls(plan).map((call) => ({ ...call, data: bytesToHex(call.data) })),
    preinstalls: [
      ...Object.entries(PREINSTALLS).map(([name, address]) => ({
        name,
        address,
        codeHash: codeHashOf(genesis, address),
        source: PREINSTALL_CODE[name as keyof typeof PREINSTALLS].source,
      })),
      ...Object.entries(SAFE_CONTRACTS).map(([name, address]) => ({
        name,
        address,
        codeHash: codeHashOf(genesis, address),
        source: SAFE_SOURCE,
      })),
    ],
    accounts: formatAccounts(genesis),
  }
}

function formatContract(genesis: Genesis, deployment: Deployment): ManifestContract {
  const { name, address, artifact, args, roles, participants } = deployment
  const bucket = (BUCKETS as Partial<Record<string, bigint>>)[name]
  return {
    name,
    address,
    contract: artifact.contractName,
    codeHash: codeHashOf(genesis, address),
    constructorArgs: formatArgs(args),
    roles,
    ...(participants !== undefined && { participants }),
    balance: balanceOf(genesis, address),
    ...(bucket !== undefined && { bucket: bucket.toString() }),
  }
}

function formatAccounts(genesis: Genesis): ManifestAccount[] {
  const named = [
    ...devAccounts().map(({ address }, i) => ({ name: `dev account ${i}`, address })),
    ...genesis.validators.map(({ address, index }) => ({ name: `voting key ${index}`, address })),
  ]
  return named
    .filter(({ address }) => genesis.alloc.has(address))
    .map(({ name, address }) => ({ name, address, balance: balanceOf(genesis, address) }))
}

function codeHashOf(genesis: Genesis, address: Address): Hex {
  return bytesToHex(keccak256(genesis.alloc.get(address)?.code ?? new Uint8Array(0)))
}

function balanceOf(genesis: Genesis, address: Address): string {
  return (genesis.alloc.get(address)?.balance ?? 0n).toString()
}

/** JSON has no integers beyond 2^53: amounts are decimal strings. */
function formatArgs(args: AbiFields): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(args, (_name, value) => (typeof value === 'bigint' ? value.toString() : value)),
  )
}
