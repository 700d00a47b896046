/** EIP-6122's hashes, by the vectors of EIP-2124 and of go-ethereum for mainnet. */
import { describe, expect, it } from 'vitest'
import type { EthereumForks } from '../../../../../genesis/file/ethereum-genesis.ts'
import { HanzoForks, ImportedForks } from '../../../../../node/execution/rules/fork-config.ts'

const MAINNET = '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3'
const MAINNET_FORKS: EthereumForks = {
  chainId: 1n,
  byBlock: [
    1_150_000n,
    ...[2_463_000n, 2_675_000n, 4_370_000n, 7_280_000n, 7_280_000n, 9_069_000n],
    ...[9_200_000n, 12_244_000n, 12_965_000n, 13_773_000n, 15_050_000n],
  ].map((block) => ({ name: 'homestead', block })),
  byTime: [
    { name: 'shanghai', time: 1_681_338_455n, blobs: undefined },
    { name: 'cancun', time: 1_710_338_135n, blobs: undefined },
    { name: 'prague', time: 1_746_612_311n, blobs: undefined },
  ],
  // The DAO's fork, which is none of those that change anything here.
  mergeNetsplitBlock: 1_920_000n,
  depositContract: undefined,
}

function forkIdAt(headTime: bigint): string {
  const genesis = { hash: MAINNET, timestamp: 0n } as const
  return new ImportedForks(MAINNET_FORKS, { genesis, headTime: () => headTime }).config().current
    .forkId
}

describe('node / execution / rules / fork-config', () => {
  it('a fork is known by the hash that mainnet has for it', () => {
    expect(forkIdAt(1_681_338_454n)).toBe('0xf0afd0e3')
    expect(forkIdAt(1_681_338_455n)).toBe('0xdce96c2d')
    expect(forkIdAt(1_710_338_135n)).toBe('0x9f3d2254')
    expect(forkIdAt(1_746_612_311n)).toBe('0xc376cf8b')
  })

  it('each fork adds its precompiles and its contracts', () => {
    const genesis = { hash: MAINNET, timestamp: 0n } as const
    const at = (time: bigint) =>
      new ImportedForks(MAINNET_FORKS, { genesis, headTime: () => time }).config().current
    expect(Object.keys(at(1_681_338_455n).precompiles)).toHaveLength(9)
    expect(at(1_710_338_135n).precompiles).toHaveProperty('KZG_POINT_EVALUATION')
    expect(Object.keys(at(1_746_612_311n).precompiles)).toHaveLength(17)
    expect(Object.keys(at(1_681_338_455n).systemContracts)).toEqual([])
    expect(Object.keys(at(1_710_338_135n).systemContracts)).toEqual(['BEACON_ROOTS_ADDRESS'])
  })

  it('our chain has one fork, with a precompile of its own and nothing ahead', () => {
    const { current, next, last } = new HanzoForks(MAINNET).config()
    expect(current.forkId).toBe('0xfc64ec04')
    expect(current.precompiles).toMatchObject({
      P256VERIFY: `0x${'100'.padStart(40, '0')}`,
      NATIVE_TRANSFER: `0x${'fd'.padStart(40, '0')}`,
    })
    expect([next, last]).toEqual([undefined, undefined])
  })
})
