/** The table of methods on a fake node, without a server in front of it, and with their names. */
import { devAccounts } from '../../genesis/accounts.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import { DevSigner } from '../../rpc/eth/dev-signer.ts'
import { FeeOracle } from '../../rpc/eth/fee-oracle.ts'
import { FilterStore } from '../../rpc/feeds/filters.ts'
import { NodeFeed } from '../../rpc/feeds/node-feed.ts'
import { Subscriptions } from '../../rpc/feeds/subscriptions.ts'
import type { MethodTable } from '../../rpc/method.ts'
import { createMethods } from '../../rpc/methods.ts'
import { FakeNode } from './fake-node.ts'

const CALL_TIME_MS = 100

export function createTestMethods(api: FakeNode): MethodTable {
  const ignore = () => undefined
  const feed = new NodeFeed(api.events)
  const fees = new FeeOracle(api)
  return createMethods({
    api,
    gasCap: 50_000_000n,
    callTimeMs: CALL_TIME_MS,
    feed,
    filters: new FilterStore({ feed, chain: api.chain, now: () => api.now(), onCount: ignore }),
    subscriptions: new Subscriptions(ignore),
    fees,
    signer: new DevSigner(devAccounts(), { api, fees, callTimeMs: CALL_TIME_MS }),
  })
}

/** Every method that there is, those of development chains too: to be listed, not called. */
export async function listedMethods(): Promise<MethodTable> {
  const api = await FakeNode.create()
  api.dev = new Proxy({} as DevControls, {
    get(_, name) {
      throw new Error(`${String(name)} takes a real chain`)
    },
  })
  return createTestMethods(api)
}
