/**
 * What a running devnet tells its users: the banner prints it, `--config-out` writes it as JSON.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { AddEthereumChain } from '../../genesis/add-ethereum-chain.ts'

export type DevnetConfig = {
  readonly chainId: number
  readonly genesisHash: Hash
  readonly accounts: readonly { readonly address: Address; readonly privateKey: Hex }[]
  readonly validators: readonly DevnetValidator[]
  readonly predeploys: Readonly<Record<string, Address>>
  readonly addEthereumChain: AddEthereumChain
}

export type DevnetValidator = {
  readonly index: number
  /** Of the voting key. */
  readonly address: Address
  readonly coinbase: Address
  readonly rpcUrl: string
  readonly wsUrl: string
  /** Multiaddr with the peer id; empty for a node without a network. */
  readonly p2p: string
  readonly dataDir: string
  /** For people: "SwiftShader, software Vulkan". */
  readonly adapter: string
}
