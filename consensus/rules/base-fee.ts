/**
 * The base fee of EIP-1559 as written, without a floor.
 * Spec: docs/spec/block.md, "Header with parent"; https://eips.ethereum.org/EIPS/eip-1559.
 */
import type { Header } from '../types.ts'

const ELASTICITY_MULTIPLIER = 2n
const MAX_CHANGE_DENOMINATOR = 8n

/** What a child's base fee depends on. */
export type FeeParent = Pick<Header, 'gasLimit' | 'gasUsed' | 'baseFeePerGas'>

/** Wei per gas in every child of `parent`. */
export function nextBaseFee({ gasLimit, gasUsed, baseFeePerGas }: FeeParent): bigint {
  const target = gasLimit / ELASTICITY_MULTIPLIER
  if (gasUsed === target) return baseFeePerGas
  const distance = gasUsed > target ? gasUsed - target : target - gasUsed
  const change = (baseFeePerGas * distance) / target / MAX_CHANGE_DENOMINATOR
  if (gasUsed < target) return baseFeePerGas - change
  return baseFeePerGas + (change > 0n ? change : 1n)
}
