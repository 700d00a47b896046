/**
 * The tokens of block 0 as a Uniswap token list, for exchanges and wallets that import one. A list
 * is a version that never changes, so its date is that of block 0.
 *
 * Spec: docs/supply-api.md; https://github.com/Uniswap/token-lists.
 */
import { toChecksumAddress } from '@ethereumjs/util'
import { NATIVE_CURRENCY } from '../../genesis/add-ethereum-chain.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { PREDEPLOYS, type PredeployName } from '../../genesis/predeploys.ts'

type Token = {
  readonly contract: PredeployName
  readonly name: string
  readonly symbol: string
  readonly decimals: number
  readonly extensions?: Readonly<Record<string, boolean>>
}

const TOKENS: readonly Token[] = [
  // One balance with the native coin: who shows both must not add them.
  { contract: 'AI', ...NATIVE_CURRENCY, extensions: { isNative: true } },
  // Devnets alone have it.
  { contract: 'HUSD', name: 'Hanzo USD', symbol: 'hUSD', decimals: 18 },
]

const VERSION = { major: 1, minor: 0, patch: 0 } as const

export function tokenListOf({ params, timestamp, predeploys }: Genesis) {
  const chainId = Number(params.chainId)
  const tokens = TOKENS.filter(({ contract }) => predeploys[contract] !== undefined)
  return {
    name: `Hanzo ${chainId}`,
    timestamp: new Date(Number(timestamp) * 1_000).toISOString(),
    version: VERSION,
    tokens: tokens.map(({ contract, ...token }) => ({
      chainId,
      address: toChecksumAddress(PREDEPLOYS[contract]),
      ...token,
    })),
  }
}
