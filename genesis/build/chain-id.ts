/**
 * The chain id of a new chain, so that a wallet hardly ever mixes the nonces of two devnets:
 * 369000000 + (KECCAK of what the builder was given, mod 10^6), known before any constructor runs.
 *
 * Spec: docs/spec/consensus.md, "Parameters".
 */
import { type Input, RLP } from '@ethereumjs/rlp'
import { bytesToBigInt } from '@ethereumjs/util'
import { keccak256 } from '../block/keccak.ts'
import type { PresetName, PresetParams } from '../params.ts'
import type { Address } from '../types.ts'

export const CHAIN_ID_BASE = 369_000_000n
export const CHAIN_ID_SPAN = 1_000_000n

export type ChainIdInputs = {
  readonly preset: PresetName
  readonly params: PresetParams
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly validators: readonly { readonly address: Address; readonly coinbase: Address }[]
}

export function deriveChainId({ preset, params, timestamp, validators }: ChainIdInputs): bigint {
  const inputs: Input = [
    preset,
    params.shape,
    params.dev ? 1 : 0,
    params.epochLength,
    params.idealBlockTimeMs,
    params.asertTauMs,
    params.genesisDifficulty,
    params.minDifficulty,
    params.rescueSeconds,
    params.eraBlocks,
    timestamp,
    validators.map(({ address }) => address),
    validators.map(({ coinbase }) => coinbase),
  ]
  return CHAIN_ID_BASE + (bytesToBigInt(keccak256(RLP.encode(inputs))) % CHAIN_ID_SPAN)
}
