/**
 * Who holds the 10^27 wei of block 0: HIP-1's seven buckets, and what is carved out of the sale
 * for the public accounts, the genesis validators and the attesters.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import { devAccounts } from '../accounts.ts'
import { GenesisError } from '../errors.ts'
import { isKeyless, PREDEPLOYS } from '../predeploys.ts'
import type { Address, GenesisValidator } from '../types.ts'
import type { GenesisPlan } from './deployment.ts'

/** One AI in wei. */
const AI = 10n ** 18n

/** Wei: every coin there will ever be. */
export const MAX_SUPPLY_WEI = 1_000_000_000n * AI

/** Wei by bucket, before the carve-outs. */
export const BUCKETS = {
  ComputeMiningVault: 300_000_000n * AI,
  TrainingVault: 200_000_000n * AI,
  EcosystemVault: 150_000_000n * AI,
  CommunityTreasuryVault: 150_000_000n * AI,
  TeamVesting: 100_000_000n * AI,
  PublicSale: 50_000_000n * AI,
  LiquidityReserve: 50_000_000n * AI,
} as const

export type BucketName = keyof typeof BUCKETS

export const DEV_ACCOUNT_WEI = 10_000n * AI
export const VALIDATOR_STAKE_WEI = 2_000n * AI
/** On a voting key, for the transactions that carry certificates. */
export const VOTING_KEY_WEI = 10n * AI

/** Each genesis attester's; `QualityOracle` has the same. */
export const ATTESTER_BOND_WEI = 1_000n * AI
/** Of the reserve, in the pool of dev chains. */
export const POOL_SEED_WEI = 1_000_000n * AI

/** A certificate holds at most this many signatures; `ValidatorSet` has the same limit. */
export const VALIDATORS_MAX = 200

/** Wei by address. Throws unless it is exactly the whole supply. */
export function allocate({ params, validators, participants }: GenesisPlan): Map<Address, bigint> {
  const balances = new Map<Address, bigint>()
  const give = (address: Address, wei: bigint) => {
    balances.set(address, (balances.get(address) ?? 0n) + wei)
  }
  for (const name of Object.keys(BUCKETS) as BucketName[]) give(PREDEPLOYS[name], BUCKETS[name])
  const carveOut = (bucket: BucketName, address: Address, wei: bigint) => {
    give(PREDEPLOYS[bucket], -wei)
    give(address, wei)
  }
  // Where they are not funded, their coins are for sale with the others.
  const publicAccounts = participants.fundPublicAccounts ? devAccounts() : []
  for (const { address } of publicAccounts) carveOut('PublicSale', address, DEV_ACCOUNT_WEI)
  for (const { address } of validators) {
    carveOut('PublicSale', PREDEPLOYS.ValidatorSet, VALIDATOR_STAKE_WEI)
    carveOut('PublicSale', address, VOTING_KEY_WEI)
  }
  const bonds = ATTESTER_BOND_WEI * BigInt(participants.attesters.length)
  carveOut('PublicSale', PREDEPLOYS.QualityOracle, bonds)
  if (params.dev) carveOut('LiquidityReserve', PREDEPLOYS.HMMPairAIHUSD, POOL_SEED_WEI)
  verifySupply(balances.values())
  return balances
}

/** Throws a {@link GenesisError} unless `balances` sum to 10^27 wei. */
export function verifySupply(balances: Iterable<bigint>): void {
  let sum = 0n
  for (const wei of balances) sum += wei
  if (sum !== MAX_SUPPLY_WEI) throw new GenesisError({ code: 'SUPPLY_MISMATCH', actual: sum })
}

/** Throws a {@link GenesisError} unless `ValidatorSet` can hold these and pay them. */
export function verifyValidators(validators: readonly GenesisValidator[]): void {
  if (validators.length < 1 || validators.length > VALIDATORS_MAX) {
    throw new GenesisError({ code: 'VALIDATORS_INVALID', expected: `1 to ${VALIDATORS_MAX}` })
  }
  const isAddress = (text: string) => /^0x[0-9a-f]{40}$/.test(text)
  if (!validators.every(({ address, coinbase }) => isAddress(address) && isAddress(coinbase))) {
    throw new GenesisError({ code: 'VALIDATORS_INVALID', expected: 'addresses of 20 bytes' })
  }
  if (new Set(validators.map(({ address }) => address)).size !== validators.length) {
    throw new GenesisError({ code: 'VALIDATORS_INVALID', expected: 'of different voting keys' })
  }
  if (validators.some(({ address }) => isKeyless(address))) {
    throw new GenesisError({ code: 'VALIDATORS_INVALID', expected: 'accounts that have a key' })
  }
  if (validators.some(({ coinbase }) => coinbase === PREDEPLOYS.AI || BigInt(coinbase) === 0n)) {
    const expected = 'paid to accounts other than zero and the AI token'
    throw new GenesisError({ code: 'VALIDATORS_INVALID', expected })
  }
}
