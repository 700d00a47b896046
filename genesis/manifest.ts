/**
 * `manifest.json`: what stands where in block 0 and who may do what with it, for people and tools.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import { bytesToHex } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { devAccounts } from './accounts.ts'
import { PREDEPLOY_ARTIFACTS, PREINSTALL_CODE } from './artifacts.ts'
import { BUCKETS } from './build/allocation.ts'
import { genesisDeployments } from './build/deployments.ts'
import { PREINSTALLS, RESERVED } from './predeploys.ts'
import type { Address, Genesis, Hex } from './types.ts'

export type Manifest = {
  readonly chainId: number
  readonly genesisHash: Hex
  readonly contracts: readonly ManifestContract[]
  readonly preinstalls: readonly ManifestPreinstall[]
  /** Accounts with coins and no code: buckets of later contracts, dev accounts, voting keys. */
  readonly accounts: readonly ManifestAccount[]
}

export type ManifestContract = {
  readonly name: string
  readonly address: Address
  /** The Solidity contract; vaults share theirs. */
  readonly contract: string
  readonly codeHash: Hex
  readonly constructorArgs: Readonly<Record<string, unknown>>
  readonly roles: Readonly<Record<string, Address>>
  /** Wei in block 0, decimal. */
  readonly balance: string
  /** Wei of the bucket behind it, decimal. */
  readonly bucket?: string
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

export function formatManifest(genesis: Genesis): Manifest {
  const { validators } = genesis
  const deployments = genesisDeployments({ eraBlocks: genesis.params.eraBlocks, validators })
  const buckets: Partial<Record<string, bigint>> = BUCKETS
  return {
    chainId: Number(genesis.params.chainId),
    genesisHash: genesis.hash,
    contracts: deployments.map(({ name, address, args, roles }) => {
      const bucket = buckets[name]
      return {
        name,
        address,
        contract: PREDEPLOY_ARTIFACTS[name].contractName,
        codeHash: codeHashOf(genesis, address),
        constructorArgs: formatArgs(args),
        roles,
        balance: balanceOf(genesis, address),
        ...(bucket !== undefined && { bucket: bucket.toString() }),
      }
    }),
    preinstalls: Object.entries(PREINSTALLS).map(([name, address]) => ({
      name,
      address,
      codeHash: codeHashOf(genesis, address),
      source: PREINSTALL_CODE[name as keyof typeof PREINSTALLS].source,
    })),
    accounts: formatAccounts(genesis),
  }
}

function formatAccounts(genesis: Genesis): ManifestAccount[] {
  const named = [
    ...Object.entries(RESERVED).map(([name, address]) => ({ name, address })),
    ...devAccounts().map(({ address }, i) => ({ name: `dev account ${i}`, address })),
    ...genesis.validators.map(({ address, index }) => ({ name: `voting key ${index}`, address })),
  ]
  return named
    .filter(({ address }) => genesis.alloc.has(address))
    .map(({ name, address }) => ({ name, address, balance: balanceOf(genesis, address) }))
}

function codeHashOf(genesis: Genesis, address: Address): Hex {
  return bytesToHex(keccak_256(genesis.alloc.get(address)?.code ?? new Uint8Array(0)))
}

function balanceOf(genesis: Genesis, address: Address): string {
  return (genesis.alloc.get(address)?.balance ?? 0n).toString()
}

/** JSON has no integers beyond 2^53: amounts are decimal strings. */
function formatArgs(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? value.toString() : value,
    ]),
  )
}
