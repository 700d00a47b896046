/** What method files are given: the node, the operator's limits, and the server's own memory. */
import type { ChainApi, NodeApi } from '../node/api.ts'
import type { DevSigner } from './eth/dev-signer.ts'
import type { FeeOracle } from './eth/fee-oracle.ts'
import type { FilterStore } from './feeds/filters.ts'
import type { NodeFeed } from './feeds/node-feed.ts'
import type { Subscriptions } from './feeds/subscriptions.ts'

export type RpcModules = {
  readonly api: ChainApi
  /** Gas of one `eth_call` or `eth_estimateGas`, at most. */
  readonly gasCap: bigint
  readonly callTimeMs: number
  readonly feed: NodeFeed
  readonly filters: FilterStore
  readonly subscriptions: Subscriptions
  readonly fees: FeeOracle
  /** Only on dev chains: signs for the funded accounts, whose keys are public. */
  readonly signer: DevSigner | undefined
}

/** What the methods about our own consensus are given. */
export type NodeModules = Omit<RpcModules, 'api'> & { readonly api: NodeApi }
