import { describe, expect, it } from 'vitest'
import { nextBaseFee } from '../../../../consensus/rules/base-fee.ts'

const parent = { gasLimit: 30_000_000n, gasUsed: 15_000_000n, baseFeePerGas: 1_000_000_000n }

describe('consensus / rules / base-fee', () => {
  it('P5: stays when the parent used its target', () => {
    expect(nextBaseFee(parent)).toBe(1_000_000_000n)
  })

  it('P5: moves by an eighth at most', () => {
    expect(nextBaseFee({ ...parent, gasUsed: 30_000_000n })).toBe(1_125_000_000n)
    expect(nextBaseFee({ ...parent, gasUsed: 0n })).toBe(875_000_000n)
  })

  it('P5: is proportional to the distance from the target', () => {
    expect(nextBaseFee({ ...parent, gasUsed: 22_500_000n })).toBe(1_062_500_000n)
    expect(nextBaseFee({ ...parent, gasUsed: 7_500_000n })).toBe(937_500_000n)
  })

  it('P5: rises by a wei at least, and has no floor', () => {
    expect(nextBaseFee({ ...parent, gasUsed: 15_000_001n, baseFeePerGas: 7n })).toBe(8n)
    expect(nextBaseFee({ ...parent, gasUsed: 15_000_001n, baseFeePerGas: 0n })).toBe(1n)
    expect(nextBaseFee({ ...parent, gasUsed: 0n, baseFeePerGas: 8n })).toBe(7n)
    expect(nextBaseFee({ ...parent, gasUsed: 0n, baseFeePerGas: 7n })).toBe(7n)
  })

  it('P5: takes half of an odd limit, rounded down, as the target', () => {
    const odd = { gasLimit: 30_000_001n, gasUsed: 15_000_000n, baseFeePerGas: 10n ** 18n }
    expect(nextBaseFee(odd)).toBe(10n ** 18n)
  })

  it('P5: equals the examples of the Ethereum clients', () => {
    // params.InitialBaseFee cases of go-ethereum's TestCalcBaseFee.
    const geth = (gasUsed: bigint) =>
      nextBaseFee({ gasLimit: 20_000_000n, gasUsed, baseFeePerGas: 1_000_000_000n })
    expect([10_000_000n, 9_000_000n, 11_000_000n].map(geth)).toEqual([
      1_000_000_000n,
      987_500_000n,
      1_012_500_000n,
    ])
  })
})
