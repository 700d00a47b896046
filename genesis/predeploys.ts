/**
 * Fixed addresses of block 0: the transfer precompile, the contracts and buckets of the token
 * economy, and the preinstalls that every Ethereum tool expects.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import type { Address } from './types.ts'

/** Caller of system calls, as in EIP-4788 and EIP-2935. */
export const SYSTEM_ADDRESS: Address = '0xfffffffffffffffffffffffffffffffffffffffe'

/** Moves native coins for the facade alone; Celo's ABI: abi.encode(from, to, value). */
export const TRANSFER_PRECOMPILE: Address = '0x00000000000000000000000000000000000000fd'

/** Contracts with code in block 0. */
export const PREDEPLOYS = {
  AI: '0x0000000000000000000000000000000000000a10',
  BlockRewards: '0x0000000000000000000000000000000000000a11',
  ComputeMiningVault: '0x0000000000000000000000000000000000000a12',
  TrainingVault: '0x0000000000000000000000000000000000000a13',
  EcosystemVault: '0x0000000000000000000000000000000000000a14',
  CommunityTreasuryVault: '0x0000000000000000000000000000000000000a15',
  AIBurn: '0x0000000000000000000000000000000000000a1f',
  ValidatorSet: '0x0000000000000000000000000000000000000a29',
} as const satisfies Record<string, Address>

/** Addresses kept for contracts of later milestones; some hold a bucket already. */
export const RESERVED = {
  TeamVesting: '0x0000000000000000000000000000000000000a16',
  PublicSale: '0x0000000000000000000000000000000000000a17',
  LiquidityReserve: '0x0000000000000000000000000000000000000a18',
  TrainingRewards: '0x0000000000000000000000000000000000000a1a',
  Timelock: '0x0000000000000000000000000000000000000a21',
} as const satisfies Record<string, Address>

/** Contracts of others at their usual addresses. */
export const PREINSTALLS = {
  Multicall3: '0xca11bde05977b3631167028862be2a173976ca11',
  Create2Deployer: '0x4e59b44847b379578588920ca78fbf26c0b4956c',
  HistoryStorage: '0x0000f90827f1c53a10cb7a02335b175320002935',
  BeaconRoots: '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
} as const satisfies Record<string, Address>

export type PredeployName = keyof typeof PREDEPLOYS
export type PreinstallName = keyof typeof PREINSTALLS
