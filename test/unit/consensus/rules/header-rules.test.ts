import { describe, expect, it } from 'vitest'
import {
  FUTURE_DROP_MS,
  FUTURE_LIMIT_MS,
  headerTimeliness,
  verifyHeaderAlone,
  verifyHeaderWithParent,
} from '../../../../consensus/rules/header-rules.ts'
import type { Header } from '../../../../consensus/types.ts'
import { DIFFICULTY_MAX } from '../../../../genesis/params.ts'
import { codeOf } from '../../../support/assert-code.ts'
import {
  EMPTY_ROOT,
  extraDataOf,
  FIRST_PLACE,
  GENESIS,
  makeChild,
  TEST_PARAMS,
  ZERO_HASH,
} from '../../../support/mined-blocks.ts'

const D = TEST_PARAMS.genesisDifficulty
const header = makeChild(FIRST_PLACE)
const { parent } = FIRST_PLACE

const alone = (changes: Partial<Header>) =>
  codeOf(() => verifyHeaderAlone({ ...header, ...changes }, TEST_PARAMS))
const withParent = (changes: Partial<Header>, parentChanges: Partial<typeof parent> = {}) =>
  codeOf(() =>
    verifyHeaderWithParent(
      { ...header, ...changes },
      { ...parent, ...parentChanges },
      TEST_PARAMS,
      D,
    ),
  )

describe('consensus / rules / header-rules', () => {
  it('accepts a header that a builder makes', () => {
    verifyHeaderAlone(header, TEST_PARAMS)
    verifyHeaderWithParent(header, parent, TEST_PARAMS, D)
  })

  it('H1: refuses extraData of another layout or shape', () => {
    const other = `0x0101${header.extraData.slice(6)}` as const
    expect(alone({ extraData: other })).toBe('E_PARAM')
    expect(alone({ extraData: `0x02${header.extraData.slice(4)}` })).toBe('E_PARAM')
    expect(alone({ extraData: '0x' })).toBe('E_PARAM')
    verifyHeaderAlone({ ...header, extraData: extraDataOf(1, ZERO_HASH, 999) }, TEST_PARAMS)
  })

  it('H2: keeps difficulty between MIN_D and 2^200', () => {
    expect(alone({ difficulty: 0n })).toBe('E_DIFF')
    expect(alone({ difficulty: TEST_PARAMS.minDifficulty - 1n })).toBe('E_DIFF')
    expect(alone({ difficulty: DIFFICULTY_MAX + 1n })).toBe('E_DIFF')
    verifyHeaderAlone({ ...header, difficulty: DIFFICULTY_MAX }, TEST_PARAMS)
  })

  it('H3 to H6: has no ommers, withdrawals, requests or blobs', () => {
    expect(alone({ ommersHash: EMPTY_ROOT })).toBe('OMMERS_NOT_EMPTY')
    expect(alone({ withdrawalsRoot: ZERO_HASH })).toBe('WITHDRAWALS_NOT_EMPTY')
    expect(alone({ requestsHash: ZERO_HASH })).toBe('REQUESTS_NOT_EMPTY')
    expect(alone({ blobGasUsed: 131_072n })).toBe('BLOB_GAS_NOT_ZERO')
    expect(alone({ excessBlobGas: 1n })).toBe('BLOB_GAS_NOT_ZERO')
  })

  it('H7: uses no more gas than its limit', () => {
    expect(alone({ gasUsed: header.gasLimit + 1n })).toBe('GAS_ABOVE_LIMIT')
    verifyHeaderAlone({ ...header, gasUsed: header.gasLimit }, TEST_PARAMS)
  })

  it('P1: follows its parent by number', () => {
    expect(withParent({ number: 2n })).toBe('E_PARENT')
    expect(withParent({ number: 0n })).toBe('E_PARENT')
  })

  it('P2: has the difficulty of its epoch', () => {
    expect(withParent({ difficulty: D + 1n })).toBe('E_DIFF')
    const easy = { ...header, difficulty: D }
    const verify = (at: Header) => verifyHeaderWithParent(at, parent, TEST_PARAMS, 2n * D)
    expect(codeOf(() => verify(easy))).toBe('E_DIFF')
  })

  it('P2: or the minimum, over a minute after its parent', () => {
    const late = (seconds: bigint): Header => ({ ...header, timestamp: parent.timestamp + seconds })
    const verify = (at: Header) => verifyHeaderWithParent(at, parent, TEST_PARAMS, 4n * D)
    expect(codeOf(() => verify(late(60n)))).toBe('E_DIFF')
    verify(late(61n))
    expect(codeOf(() => verify({ ...late(61n), difficulty: 2n * D }))).toBe('E_DIFF')
    verify({ ...late(61n), difficulty: 4n * D })
  })

  it('P3: is later than its parent and than the median time', () => {
    expect(withParent({ timestamp: parent.timestamp })).toBe('E_TIME')
    expect(withParent({ timestamp: parent.timestamp - 1n })).toBe('E_TIME')
    expect(withParent({}, { medianTimePast: header.timestamp })).toBe('E_TIME')
    verifyHeaderWithParent({ ...header, timestamp: parent.timestamp + 1n }, parent, TEST_PARAMS, D)
  })

  it('P4: moves the gas limit by less than a 1024th', () => {
    const step = GENESIS.gasLimit / 1024n
    const verify = (gasLimit: bigint) =>
      verifyHeaderWithParent({ ...header, gasLimit }, parent, TEST_PARAMS, D)
    verify(GENESIS.gasLimit + step - 1n)
    verify(GENESIS.gasLimit - step + 1n)
    expect(codeOf(() => verify(GENESIS.gasLimit + step))).toBe('GAS_LIMIT_OUT_OF_BOUNDS')
    expect(codeOf(() => verify(GENESIS.gasLimit - step))).toBe('GAS_LIMIT_OUT_OF_BOUNDS')
    const small = { gasLimit: 5_001n, gasUsed: 2_500n }
    expect(withParent({ gasLimit: 4_999n }, small)).toBe('GAS_LIMIT_OUT_OF_BOUNDS')
    verifyHeaderWithParent(
      { ...header, gasLimit: 5_000n, baseFeePerGas: parent.baseFeePerGas },
      { ...parent, ...small },
      TEST_PARAMS,
      D,
    )
  })

  it('P5: has the base fee of EIP-1559', () => {
    expect(withParent({ baseFeePerGas: parent.baseFeePerGas })).toBe('BASE_FEE_MISMATCH')
    expect(header.baseFeePerGas).toBe(875_000_000n)
  })

  it('P6: has the randao of its parent', () => {
    expect(withParent({ mixHash: ZERO_HASH })).toBe('E_DIGEST')
  })

  it('asserts that it is given the parent that the header names', () => {
    expect(() =>
      verifyHeaderWithParent({ ...header, parentHash: ZERO_HASH }, parent, TEST_PARAMS, D),
    ).toThrow('names this parent')
  })

  it('K1, K2: holds back a header from the future, and drops one from the far future', () => {
    const atMs = Number(header.timestamp) * 1000
    expect(headerTimeliness(header, atMs)).toBe('due')
    expect(headerTimeliness(header, atMs + 1e9)).toBe('due')
    expect(headerTimeliness(header, atMs - FUTURE_LIMIT_MS)).toBe('due')
    expect(headerTimeliness(header, atMs - FUTURE_LIMIT_MS - 1)).toBe('future')
    expect(headerTimeliness(header, atMs - FUTURE_DROP_MS)).toBe('future')
    expect(headerTimeliness(header, atMs - FUTURE_DROP_MS - 1)).toBe('far-future')
    expect(headerTimeliness({ ...header, timestamp: 2n ** 64n - 1n }, atMs)).toBe('far-future')
  })
})
