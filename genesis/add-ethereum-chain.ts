/**
 * The parameter of `wallet_addEthereumChain` (EIP-3085) for a chain of ours.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import type { Hex } from './types.ts'

export type AddEthereumChain = {
  readonly chainId: Hex
  readonly chainName: string
  readonly nativeCurrency: {
    readonly name: string
    readonly symbol: string
    readonly decimals: number
  }
  readonly rpcUrls: readonly string[]
}

export const NATIVE_CURRENCY = { name: 'AI', symbol: 'AI', decimals: 18 } as const

/** Wallets show the name in a list, so it carries the id: a user may have met several devnets. */
export function addEthereumChain(chainId: bigint, rpcUrls: readonly string[]): AddEthereumChain {
  return {
    chainId: `0x${chainId.toString(16)}`,
    chainName: `Hanzo ${chainId}`,
    nativeCurrency: NATIVE_CURRENCY,
    rpcUrls,
  }
}
