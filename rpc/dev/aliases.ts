/** Tools call one thing by the names of four programs. */
import type { Method, MethodTable } from '../method.ts'

export type Prefix = 'evm' | 'anvil' | 'hardhat' | 'tenderly'

/** `setBalance` under `anvil_` and `hardhat_`, and so on. */
export function named(name: string, prefixes: readonly Prefix[], method: Method): MethodTable {
  return Object.fromEntries(prefixes.map((prefix) => [`${prefix}_${name}`, method]))
}
