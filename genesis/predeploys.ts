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

/** Contracts with code in block 0 of every chain. */
const EVERYWHERE = {
  AI: '0x0000000000000000000000000000000000000a10',
  BlockRewards: '0x0000000000000000000000000000000000000a11',
  ComputeMiningVault: '0x0000000000000000000000000000000000000a12',
  TrainingVault: '0x0000000000000000000000000000000000000a13',
  EcosystemVault: '0x0000000000000000000000000000000000000a14',
  CommunityTreasuryVault: '0x0000000000000000000000000000000000000a15',
  TeamVesting: '0x0000000000000000000000000000000000000a16',
  PublicSale: '0x0000000000000000000000000000000000000a17',
  LiquidityReserve: '0x0000000000000000000000000000000000000a18',
  AIStaking: '0x0000000000000000000000000000000000000a19',
  TrainingRewards: '0x0000000000000000000000000000000000000a1a',
  ComputePayments: '0x0000000000000000000000000000000000000a1b',
  PriceBook: '0x0000000000000000000000000000000000000a1c',
  QualityOracle: '0x0000000000000000000000000000000000000a1d',
  ProviderRegistry: '0x0000000000000000000000000000000000000a1e',
  AIBurn: '0x0000000000000000000000000000000000000a1f',
  AIGovernor: '0x0000000000000000000000000000000000000a20',
  Timelock: '0x0000000000000000000000000000000000000a21',
  AccessManager: '0x0000000000000000000000000000000000000a22',
  ProposalBond: '0x0000000000000000000000000000000000000a23',
  IdentityRegistry: '0x0000000000000000000000000000000000000a24',
  CircuitBreaker: '0x0000000000000000000000000000000000000a25',
  SystemConfig: '0x0000000000000000000000000000000000000a26',
  ValidatorSet: '0x0000000000000000000000000000000000000a29',
  /** Of the guardians. */
  GuardianSafe: '0x0000000000000000000000000000000000000a2a',
  /** Of the team. */
  TeamSafe: '0x0000000000000000000000000000000000000a2b',
  HMMFactory: '0x0000000000000000000000000000000000000a30',
  HMMRouter: '0x0000000000000000000000000000000000000a32',
} as const satisfies Record<string, Address>

/** Play money and its pool: on a chain that is not for development they would give $AI away. */
const DEV_ONLY = {
  HMMPairAIHUSD: '0x0000000000000000000000000000000000000a31',
  HUSD: '0x0000000000000000000000000000000000000a36',
} as const satisfies Record<string, Address>

export const PREDEPLOYS = { ...EVERYWHERE, ...DEV_ONLY } as const

/** An address kept for a contract of a later version. */
export const RESERVED = {
  HanzoBridge: '0x0000000000000000000000000000000000000a28',
} as const satisfies Record<string, Address>

/** Contracts of others at their usual addresses. */
export const PREINSTALLS = {
  Multicall3: '0xca11bde05977b3631167028862be2a173976ca11',
  Create2Deployer: '0x4e59b44847b379578588920ca78fbf26c0b4956c',
  HistoryStorage: '0x0000f90827f1c53a10cb7a02335b175320002935',
  BeaconRoots: '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
} as const satisfies Record<string, Address>

/**
 * Safe 1.5.0 where CREATE2 of the Safe singleton factory puts it on every chain, so that wallets
 * find it: factory 0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7, salt 0.
 */
export const SAFE_CONTRACTS = {
  SafeL2: '0xedd160febbd92e350d4d398fb636302fccd67c7e',
  SafeProxyFactory: '0x14f2982d601c9458f93bd70b218933a6f8165e7b',
  CompatibilityFallbackHandler: '0x3efcbb83a4a7afcb4f68d501e2c2203a38be77f4',
  MultiSend: '0x218543288004cd07832472d464648173c77d7eb7',
  MultiSendCallOnly: '0xa83c336b20401af773b6219ba5027174338d1836',
} as const satisfies Record<string, Address>

/** The predeploys of a chain. */
export function predeploysOf(params: { readonly dev: boolean }): Readonly<Record<string, Address>> {
  return params.dev ? PREDEPLOYS : EVERYWHERE
}

export type SafeContractName = keyof typeof SAFE_CONTRACTS
export type PredeployName = keyof typeof PREDEPLOYS
export type PreinstallName = keyof typeof PREINSTALLS

/** Precompiles, predeploys and what is kept for more of them. */
const LOW_ADDRESSES = 2n ** 16n

const CONTRACTS: ReadonlySet<Address> = new Set([
  ...Object.values(PREINSTALLS),
  ...Object.values(SAFE_CONTRACTS),
  SYSTEM_ADDRESS,
])

/** Whether nobody can have the key of `address` (lower case), zero included. */
export function isKeyless(address: Address): boolean {
  return BigInt(address) < LOW_ADDRESSES || CONTRACTS.has(address)
}
