/**
 * Consensus parameters: the numbers every node of a chain must share, the presets that name them,
 * and the hash by which the genesis block binds them.
 *
 * Spec: docs/spec/consensus.md, "Parameters"; docs/spec/proof-of-compute.md, "Header and binding".
 */

import { concatBytes } from '@noble/hashes/utils.js'
import { keccak256 } from './block/keccak.ts'
import { GenesisError } from './errors.ts'

export type PresetName = 'instant' | 'cpu' | 'gpu'
export type ShapeName = 'T0' | 'S0' | 'S1' | 'S2'

export type ConsensusParams = {
  readonly chainId: bigint
  readonly shape: ShapeName
  /** Shape T0 and the rescue rule exist on dev chains only. */
  readonly dev: boolean
  /** Blocks: one epoch serves difficulty, synthetic matrices and finality. */
  readonly epochLength: number
  readonly idealBlockTimeMs: number
  readonly asertTauMs: number
  /** MAC a block in epoch 0. */
  readonly genesisDifficulty: bigint
  /** MAC a block, at least. */
  readonly minDifficulty: bigint
  /** A block later than this after its parent may carry the minimum difficulty; 0 is off. */
  readonly rescueSeconds: number
  /** Blocks between two halvings of the release schedule: four years. */
  readonly eraBlocks: bigint
}

export const PRESET_NAMES: readonly PresetName[] = ['instant', 'cpu', 'gpu']

/** Byte of the shape in headers, and the least difficulty at which its lottery is sound. */
export const SHAPE_PARAMS = {
  T0: { id: 0, minDifficulty: 2n ** 20n },
  S0: { id: 1, minDifficulty: 2n ** 28n },
  S1: { id: 2, minDifficulty: 2n ** 29n },
  S2: { id: 3, minDifficulty: 2n ** 30n },
} as const satisfies Record<ShapeName, { id: number; minDifficulty: bigint }>

/** The difficulty rule stops here, so that reward and threshold arithmetic stay within 512 bits. */
export const DIFFICULTY_MAX = 2n ** 200n

/** Four years of 365 days in blocks of 2 s. */
export const REAL_ERA_BLOCKS = 63_072_000n
/** A dev chain lives through an era in 80 minutes. */
export const DEV_ERA_BLOCKS = 2_400n
export const ERA_YEARS = 4n

export const GENESIS_BASE_FEE_WEI = 1_000_000_000n
/** No block has less, block 0 included: its children could not be valid. */
export const GAS_LIMIT_MIN = 5_000n
const GAS_LIMIT = 30_000_000n
/** A chain with one node can afford blocks that fit any test. */
const INSTANT_GAS_LIMIT = 300_000_000n

const PARAMS_TAG = 'HPOC/v1/params'

/** Everything that a preset fixes; the chain id follows from the builder's inputs. */
export type PresetParams = Omit<ConsensusParams, 'chainId'>

export type PresetOptions = {
  /** Years, delays and eras of mainnet. */
  readonly real?: boolean
  /** MAC; preset gpu has none of its own, it is measured on the machine. */
  readonly genesisDifficulty?: bigint
  /** Blocks of an era: presets for development alone, whose other times stay as they are. */
  readonly eraBlocks?: bigint
}

/** The parameters of a preset. Throws a {@link GenesisError} if one is out of range. */
export function presetParams(preset: PresetName, options: PresetOptions = {}): PresetParams {
  const fixed = PRESETS[preset]
  const genesisDifficulty = options.genesisDifficulty ?? fixed.genesisDifficulty
  if (genesisDifficulty === undefined) {
    throw new GenesisError({ code: 'DIFFICULTY_NOT_GIVEN', preset })
  }
  const isDevEra = fixed.dev && options.real !== true
  if (options.eraBlocks !== undefined && !isDevEra) {
    invalid('eraBlocks', 'left out on a chain with the real clock')
  }
  const params = {
    ...fixed,
    genesisDifficulty,
    eraBlocks: isDevEra ? (options.eraBlocks ?? DEV_ERA_BLOCKS) : REAL_ERA_BLOCKS,
  }
  verifyParams({ ...params, chainId: 1n })
  return params
}

/** Whether the preset is for development, with public keys in its genesis. */
export function isDevPreset(preset: PresetName): boolean {
  return PRESETS[preset].dev
}

/** Gas of block 0; builders keep their parent's. */
export function presetGasLimit(preset: PresetName): bigint {
  return preset === 'instant' ? INSTANT_GAS_LIMIT : GAS_LIMIT
}

/** Throws a {@link GenesisError} unless every parameter is one that the rules are defined for. */
export function verifyParams(params: ConsensusParams): void {
  const shape = SHAPE_PARAMS[params.shape]
  if (params.shape === 'T0' && !params.dev) invalid('shape', 'S0, S1 or S2 on a chain without dev')
  if (!params.dev && params.rescueSeconds !== 0) invalid('rescueSeconds', '0 without dev')
  verifyUint('chainId', params.chainId, 1n, 2n ** 53n - 1n)
  verifyUint('epochLength', BigInt(params.epochLength), 1n, 2n ** 32n - 1n)
  verifyUint('idealBlockTimeMs', BigInt(params.idealBlockTimeMs), 1n, 2n ** 53n - 1n)
  verifyUint('asertTauMs', BigInt(params.asertTauMs), 1n, 2n ** 53n - 1n)
  verifyUint('minDifficulty', params.minDifficulty, shape.minDifficulty, DIFFICULTY_MAX)
  verifyUint('genesisDifficulty', params.genesisDifficulty, params.minDifficulty, DIFFICULTY_MAX)
  verifyUint('rescueSeconds', BigInt(params.rescueSeconds), 0n, 2n ** 32n - 1n)
  verifyUint('eraBlocks', params.eraBlocks, 1n, 2n ** 53n - 1n)
}

/** Throws a {@link GenesisError} unless a block can follow one with these. */
export function verifyBlockZero(timestamp: bigint, gasLimit: bigint): void {
  verifyUint('timestamp', timestamp, 0n, 2n ** 53n - 1n)
  verifyUint('gasLimit', gasLimit, GAS_LIMIT_MIN, 2n ** 63n - 1n)
}

/** KECCAK of the 120 bytes of the parameters: integers big-endian, nothing between. */
export function paramsHash(params: ConsensusParams): Uint8Array {
  return keccak256(
    concatBytes(
      new TextEncoder().encode(PARAMS_TAG),
      uintBytes(params.chainId, 8),
      uintBytes(BigInt(SHAPE_PARAMS[params.shape].id), 1),
      uintBytes(params.dev ? 1n : 0n, 1),
      uintBytes(BigInt(params.epochLength), 4),
      uintBytes(BigInt(params.idealBlockTimeMs), 8),
      uintBytes(BigInt(params.asertTauMs), 8),
      uintBytes(params.genesisDifficulty, 32),
      uintBytes(params.minDifficulty, 32),
      uintBytes(BigInt(params.rescueSeconds), 4),
      uintBytes(params.eraBlocks, 8),
    ),
  )
}

/** Block 0's extraData: version 1, the shape, 6 zero bytes, the hash of the parameters. */
export function genesisExtraData(params: ConsensusParams): Uint8Array {
  const prefix = new Uint8Array(8)
  prefix[0] = 1
  prefix[1] = SHAPE_PARAMS[params.shape].id
  return concatBytes(prefix, paramsHash(params))
}

/** Rounded down; the schedule itself counts in eras. */
export function blocksPerYear(params: Pick<ConsensusParams, 'eraBlocks'>): bigint {
  return params.eraBlocks / ERA_YEARS
}

const PRESETS = {
  instant: {
    shape: 'T0',
    dev: true,
    epochLength: 8,
    idealBlockTimeMs: 1_000,
    asertTauMs: 32_000,
    genesisDifficulty: SHAPE_PARAMS.T0.minDifficulty,
    minDifficulty: SHAPE_PARAMS.T0.minDifficulty,
    rescueSeconds: 60,
  },
  cpu: {
    shape: 'S0',
    dev: true,
    epochLength: 8,
    idealBlockTimeMs: 2_000,
    asertTauMs: 64_000,
    genesisDifficulty: SHAPE_PARAMS.S0.minDifficulty,
    minDifficulty: SHAPE_PARAMS.S0.minDifficulty,
    rescueSeconds: 60,
  },
  gpu: {
    shape: 'S2',
    dev: false,
    epochLength: 16,
    idealBlockTimeMs: 2_000,
    asertTauMs: 128_000,
    genesisDifficulty: undefined,
    minDifficulty: SHAPE_PARAMS.S2.minDifficulty,
    rescueSeconds: 0,
  },
} as const satisfies Record<
  PresetName,
  Omit<PresetParams, 'genesisDifficulty' | 'eraBlocks'> & { genesisDifficulty: bigint | undefined }
>

function verifyUint(param: string, value: bigint, min: bigint, max: bigint): void {
  if (value < min || value > max) invalid(param, `a whole number from ${min} to ${max}`)
}

function invalid(param: string, expected: string): never {
  throw new GenesisError({ code: 'PARAM_INVALID', param, expected })
}

function uintBytes(value: bigint, bytes: number): Uint8Array {
  const out = new Uint8Array(bytes)
  let rest = value
  for (let i = bytes - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  if (rest !== 0n) invalid('value', `at most ${bytes} bytes long`)
  return out
}
