/**
 * The header of block 0: 21 fields, no proof. Its extraData holds the hash of the parameters, so
 * the genesis hash binds chain id and rules.
 *
 * Spec: docs/spec/proof-of-compute.md, "Header and binding".
 */
import { type Input, RLP } from '@ethereumjs/rlp'
import {
  bigIntToUnpaddedBytes,
  hexToBytes,
  KECCAK256_RLP,
  KECCAK256_RLP_ARRAY,
  SHA256_NULL,
} from '@ethereumjs/util'
import { type ConsensusParams, GENESIS_BASE_FEE_WEI, genesisExtraData } from '../params.ts'
import type { Hex } from '../types.ts'

export type GenesisHeaderInputs = {
  readonly params: ConsensusParams
  readonly gasLimit: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly stateRoot: Hex
}

export function encodeGenesisHeader(inputs: GenesisHeaderInputs): Uint8Array {
  const { params, gasLimit, timestamp, stateRoot } = inputs
  const fields: Record<string, Uint8Array> = {
    parentHash: new Uint8Array(32),
    ommersHash: KECCAK256_RLP_ARRAY,
    coinbase: new Uint8Array(20),
    stateRoot: hexToBytes(stateRoot),
    transactionsRoot: KECCAK256_RLP,
    receiptsRoot: KECCAK256_RLP,
    logsBloom: new Uint8Array(256),
    difficulty: bigIntToUnpaddedBytes(params.genesisDifficulty),
    number: new Uint8Array(0),
    gasLimit: bigIntToUnpaddedBytes(gasLimit),
    gasUsed: new Uint8Array(0),
    timestamp: bigIntToUnpaddedBytes(timestamp),
    extraData: genesisExtraData(params),
    mixHash: new Uint8Array(32),
    nonce: new Uint8Array(8),
    baseFeePerGas: bigIntToUnpaddedBytes(GENESIS_BASE_FEE_WEI),
    withdrawalsRoot: KECCAK256_RLP,
    blobGasUsed: new Uint8Array(0),
    excessBlobGas: new Uint8Array(0),
    parentBeaconBlockRoot: new Uint8Array(32),
    requestsHash: SHA256_NULL,
  }
  return RLP.encode(Object.values(fields) satisfies Input)
}
