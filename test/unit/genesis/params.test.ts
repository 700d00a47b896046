import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { GenesisError } from '../../../genesis/errors.ts'
import {
  blocksPerYear,
  type ConsensusParams,
  genesisExtraData,
  PRESET_NAMES,
  paramsHash,
  presetGasLimit,
  presetParams,
  SHAPE_PARAMS,
  type ShapeName,
  verifyParams,
} from '../../../genesis/params.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import { loadVectors } from './test-genesis.ts'

const CPU: ConsensusParams = { ...presetParams('cpu'), chainId: 369_000_001n }

/** The parameters of the vectors' chain: the published test network with shape T0. */
const VECTOR_CHAIN: ConsensusParams = {
  chainId: 36_963n,
  shape: 'T0',
  dev: true,
  epochLength: 8,
  idealBlockTimeMs: 2_000,
  asertTauMs: 64_000,
  genesisDifficulty: 1_048_576n,
  minDifficulty: 1_048_576n,
  rescueSeconds: 60,
  eraBlocks: 63_072_000n,
}
const VECTOR_PARAMS_HASH = '0x9a684c0d587e993a48d688a7675b005632298bf775a8ea1119791d6b771f82c5'

describe('genesis / params', () => {
  it('has the table of presets', () => {
    expect(presetParams('instant')).toEqual({
      shape: 'T0',
      dev: true,
      epochLength: 8,
      idealBlockTimeMs: 1_000,
      asertTauMs: 32_000,
      genesisDifficulty: 2n ** 20n,
      minDifficulty: 2n ** 20n,
      rescueSeconds: 60,
      eraBlocks: 2_400n,
    })
    expect(presetParams('cpu')).toEqual({
      shape: 'S0',
      dev: true,
      epochLength: 8,
      idealBlockTimeMs: 2_000,
      asertTauMs: 64_000,
      genesisDifficulty: 2n ** 28n,
      minDifficulty: 2n ** 28n,
      rescueSeconds: 60,
      eraBlocks: 2_400n,
    })
    expect(presetParams('gpu', { genesisDifficulty: 2n ** 40n })).toEqual({
      shape: 'S2',
      dev: false,
      epochLength: 16,
      idealBlockTimeMs: 2_000,
      asertTauMs: 128_000,
      genesisDifficulty: 2n ** 40n,
      minDifficulty: 2n ** 30n,
      rescueSeconds: 0,
      eraBlocks: 63_072_000n,
    })
  })

  it('gives a dev preset the eras of mainnet with `real`', () => {
    expect(presetParams('cpu', { real: true }).eraBlocks).toBe(63_072_000n)
    expect(blocksPerYear(presetParams('cpu', { real: true }))).toBe(15_768_000n)
    expect(blocksPerYear(presetParams('cpu'))).toBe(600n)
  })

  it('takes eras of other lengths on a devnet with the dev clock alone', () => {
    expect(presetParams('instant', { eraBlocks: 120n })).toEqual({
      ...presetParams('instant'),
      eraBlocks: 120n,
    })
    const refused = /`eraBlocks` must be left out on a chain with the real clock/
    expect(() => presetParams('cpu', { eraBlocks: 120n, real: true })).toThrow(refused)
    const gpu = { genesisDifficulty: 2n ** 40n, eraBlocks: 120n }
    expect(() => presetParams('gpu', gpu)).toThrow(refused)
  })

  it('keeps asertTauMs = 4 E T on every preset', () => {
    for (const preset of PRESET_NAMES) {
      const params = presetParams(preset, { genesisDifficulty: 2n ** 30n })
      expect(params.asertTauMs).toBe(4 * params.epochLength * params.idealBlockTimeMs)
    }
  })

  it('gives instant blocks ten times the gas', () => {
    expect(PRESET_NAMES.map(presetGasLimit)).toEqual([300_000_000n, 30_000_000n, 30_000_000n])
  })

  it('knows the shapes as the reference arithmetic does', () => {
    for (const name of Object.keys(SHAPE_PARAMS) as ShapeName[]) {
      const { id, minDifficulty } = SHAPES[name]
      expect(SHAPE_PARAMS[name]).toEqual({ id, minDifficulty })
    }
    expect(Object.keys(SHAPE_PARAMS)).toEqual(Object.keys(SHAPES))
  })

  it('hashes 120 bytes to the pinned hash of a chain', () => {
    expect(bytesToHex(paramsHash(VECTOR_CHAIN))).toBe(VECTOR_PARAMS_HASH)
  })

  const vectors = loadVectors()
  it.runIf(vectors)('agrees with the vectors on paramsHash and extraData', () => {
    const chain = vectors?.chains.T0
    const json = chain?.params ?? {}
    const params = {
      ...VECTOR_CHAIN,
      chainId: BigInt(json['chainId'] ?? 0),
      genesisDifficulty: BigInt(json['genesisDifficulty'] ?? 0),
      eraBlocks: BigInt(json['eraBlocks'] ?? 0),
    }
    expect(bytesToHex(paramsHash(params))).toBe(chain?.paramsHash)
    expect(chain?.genesisRlp).toContain(bytesToHex(genesisExtraData(params)).slice(2))
  })

  it('lays out extraData as version, shape, six zeros and the hash', () => {
    const extraData = genesisExtraData(CPU)
    expect(extraData.length).toBe(40)
    expect([...extraData.subarray(0, 8)]).toEqual([1, 1, 0, 0, 0, 0, 0, 0])
    expect(extraData.subarray(8)).toEqual(paramsHash(CPU))
  })

  it('changes the hash with every single parameter', () => {
    const changed: ConsensusParams[] = [
      CPU,
      { ...CPU, chainId: CPU.chainId + 1n },
      { ...CPU, shape: 'S1' },
      { ...CPU, dev: false },
      { ...CPU, epochLength: 9 },
      { ...CPU, idealBlockTimeMs: 2_001 },
      { ...CPU, asertTauMs: 64_001 },
      { ...CPU, genesisDifficulty: 2n ** 28n + 1n },
      { ...CPU, minDifficulty: 2n ** 28n - 1n },
      { ...CPU, rescueSeconds: 61 },
      { ...CPU, eraBlocks: 2_401n },
    ]
    expect(new Set(changed.map((params) => bytesToHex(paramsHash(params)))).size).toBe(11)
  })

  it('refuses a value that does not fit its width', () => {
    const tooWide = { ...CPU, genesisDifficulty: 2n ** 256n }
    expect(() => paramsHash(tooWide)).toThrow(GenesisError)
  })

  it.each<[string, Partial<ConsensusParams>]>([
    ['shape', { shape: 'T0', dev: false, rescueSeconds: 0 }],
    ['rescueSeconds', { dev: false }],
    ['chainId', { chainId: 0n }],
    ['epochLength', { epochLength: 0 }],
    ['idealBlockTimeMs', { idealBlockTimeMs: 0 }],
    ['asertTauMs', { asertTauMs: 0 }],
    ['minDifficulty', { minDifficulty: 2n ** 28n - 1n }],
    ['genesisDifficulty', { genesisDifficulty: 2n ** 28n - 1n }],
    ['genesisDifficulty', { genesisDifficulty: 2n ** 200n + 1n }],
    ['rescueSeconds', { rescueSeconds: 2 ** 32 }],
    ['eraBlocks', { eraBlocks: 0n }],
  ])('refuses parameters that the rules are not defined for: %s', (param, change) => {
    let thrown: unknown
    try {
      verifyParams({ ...CPU, ...change })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ type: { code: 'PARAM_INVALID', param } })
  })

  it('accepts difficulties from the minimum to 2^200', () => {
    expect(() => verifyParams({ ...CPU, genesisDifficulty: CPU.minDifficulty })).not.toThrow()
    expect(() => verifyParams({ ...CPU, genesisDifficulty: 2n ** 200n })).not.toThrow()
  })

  it('asks for the measured difficulty of preset gpu', () => {
    expect(() => presetParams('gpu')).toThrow('--genesis-difficulty')
    expect(() => presetParams('gpu', { genesisDifficulty: 2n ** 29n })).toThrow('genesisDifficulty')
  })
})
