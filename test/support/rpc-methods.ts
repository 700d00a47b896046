/** The table of methods on a fake node, without a server in front of it. */
import { devAccounts } from '../../genesis/accounts.ts'
import { DevSigner } from '../../rpc/eth/dev-signer.ts'
import { FeeOracle } from '../../rpc/eth/fee-oracle.ts'
import { FilterStore } from '../../rpc/feeds/filters.ts'
import { NodeFeed } from '../../rpc/feeds/node-feed.ts'
import { Subscriptions } from '../../rpc/feeds/subscriptions.ts'
import type { MethodTable } from '../../rpc/method.ts'
import { createMethods } from '../../rpc/methods.ts'
import type { FakeNode } from './fake-node.ts'

export function createTestMethods(api: FakeNode): MethodTable {
  const ignore = () => undefined
  const feed = new NodeFeed(api.events)
  const fees = new FeeOracle(api)
  return createMethods({
    api,
    gasCap: 50_000_000n,
    callTimeMs: 100,
    feed,
    filters: new FilterStore({ feed, chain: api.chain, now: () => api.now(), onCount: ignore }),
    subscriptions: new Subscriptions(ignore),
    fees,
    signer: new DevSigner(devAccounts(), api, fees),
  })
}
