/**
 * What the genesis of a chain is once it has been built or read: rules, block 0 and its state.
 *
 * Spec: docs/spec/consensus.md, "Parameters"; docs/spec/token-economy.md, "Buckets of block 0".
 */
import type { ConsensusParams, PresetName } from './params.ts'

/** Lower-case, `0x`-prefixed, even length. */
export type Hex = `0x${string}`
/** 20 bytes, lower case (never the EIP-55 checksum form). */
export type Address = Hex

export type GenesisAccount = {
  /** Wei. */
  readonly balance: bigint
  readonly nonce: bigint
  /** Runtime code; empty for an account without code. */
  readonly code: Uint8Array
  /** 32-byte slot to 32-byte value, no zero values. */
  readonly storage: ReadonlyMap<Hex, Hex>
}

export type GenesisValidator = {
  /** The i-th deposit ever: its bit in a certificate. */
  readonly index: number
  /** The voting key's address. It signs votes and certificates, never blocks. */
  readonly address: Address
  /** Where the rewards of blocks that this validator seals go. */
  readonly coinbase: Address
}

/** Block 0 and what it binds. Immutable; the same on every node of the chain. */
export type Genesis = {
  readonly params: ConsensusParams
  readonly preset: PresetName
  /** KECCAK of {@link Genesis.headerRlp}. */
  readonly hash: Hex
  readonly headerRlp: Uint8Array
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly stateRoot: Hex
  readonly alloc: ReadonlyMap<Address, GenesisAccount>
  readonly validators: readonly GenesisValidator[]
  /** Contract name to address. */
  readonly predeploys: Readonly<Record<string, Address>>
  /** The same as JSON: what `genesis.json` holds. */
  readonly file: GenesisFile
}

/** `genesis.json`: geth's format, with ours under `config.hanzo`. Quantities are hex. */
export type GenesisFile = {
  readonly config: ChainConfigJson
  readonly alloc: Readonly<Record<Address, AccountJson>>
  readonly timestamp: Hex
  readonly gasLimit: Hex
  readonly difficulty: Hex
  readonly baseFeePerGas: Hex
  readonly extraData: Hex
  readonly nonce: Hex
  readonly mixHash: Hex
  readonly coinbase: Hex
  readonly number: Hex
  readonly gasUsed: Hex
  readonly parentHash: Hex
  readonly blobGasUsed: Hex
  readonly excessBlobGas: Hex
}

export type AccountJson = {
  readonly balance: Hex
  readonly nonce?: Hex
  readonly code?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

/** Geth's fork schedule (every fork at genesis) and our section. */
export type ChainConfigJson = {
  readonly chainId: number
  readonly hanzo: HanzoJson
  readonly [fork: string]: unknown
}

export type HanzoJson = {
  /** Version of this section. */
  readonly version: 1
  readonly preset: PresetName
  readonly params: ParamsJson
  readonly blocksPerYear: number
  readonly validators: readonly GenesisValidator[]
  readonly predeploys: Readonly<Record<string, Address>>
  readonly paramsHash: Hex
  readonly stateRoot: Hex
  readonly genesisHash: Hex
}

/** `ConsensusParams` as JSON: amounts of work in hex, the rest as numbers. */
export type ParamsJson = {
  readonly chainId: number
  readonly shape: string
  readonly dev: boolean
  readonly epochLength: number
  readonly idealBlockTimeMs: number
  readonly asertTauMs: number
  readonly genesisDifficulty: Hex
  readonly minDifficulty: Hex
  readonly rescueSeconds: number
  readonly eraBlocks: number
}
