/**
 * The shapes that every layer above shares: hex strings, headers and blocks.
 *
 * Hashes, addresses and byte fields are lower-case `0x` hex (map keys, JSON and logs without a
 * conversion); numbers are bigint. Spec: docs/spec/proof-of-compute.md, "Header and binding".
 */

/** Lower-case, `0x`-prefixed, even length. */
export type Hex = `0x${string}`
/** 32 bytes. */
export type Hash = Hex
/** 20 bytes, lower case (never the EIP-55 checksum form). */
export type Address = Hex

/** An Ethereum header of exactly 21 fields, in RLP order and by Ethereum's names. */
export type Header = {
  readonly parentHash: Hash
  readonly ommersHash: Hash
  readonly coinbase: Address
  readonly stateRoot: Hash
  readonly transactionsRoot: Hash
  readonly receiptsRoot: Hash
  /** 256 bytes. */
  readonly logsBloom: Hex
  /** Operations of this block in multiply-adds (MAC). */
  readonly difficulty: bigint
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  /** 40 bytes: version, shape, kind, 0, timestampMs (u16be), 2 zero bytes, workCommitment. */
  readonly extraData: Hex
  /** PREVRANDAO: KECCAK("HPOC/v1/randao" + parentHash). */
  readonly mixHash: Hash
  /** 8 opaque bytes: the search nonce. */
  readonly nonce: Hex
  readonly baseFeePerGas: bigint
  readonly withdrawalsRoot: Hash
  readonly blobGasUsed: bigint
  readonly excessBlobGas: bigint
  readonly parentBeaconBlockRoot: Hash
  readonly requestsHash: Hash
}

/** Fields that a fork of Ethereum added: ours has all of them from genesis. */
type ForkField =
  | 'baseFeePerGas'
  | 'withdrawalsRoot'
  | 'blobGasUsed'
  | 'excessBlobGas'
  | 'parentBeaconBlockRoot'
  | 'requestsHash'

/** A header of any chain of Ethereum's rules, of which {@link Header} is the complete case. */
export type EthereumHeader = Omit<Header, ForkField> & Partial<Pick<Header, ForkField>>

/** A header with its hash; the body as EIP-2718 transactions, legacy ones as their RLP list. */
export type Block = {
  readonly hash: Hash
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
}
