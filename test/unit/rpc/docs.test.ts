import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import { DevSigner } from '../../../rpc/eth/dev-signer.ts'
import { FeeOracle } from '../../../rpc/eth/fee-oracle.ts'
import { FilterStore } from '../../../rpc/feeds/filters.ts'
import { NodeFeed } from '../../../rpc/feeds/node-feed.ts'
import { Subscriptions } from '../../../rpc/feeds/subscriptions.ts'
import { createMethods } from '../../../rpc/methods.ts'
import { FakeNode } from '../../support/fake-node.ts'
import { formatMethodDocs } from '../../support/method-docs.ts'
import { ROOT } from '../../support/source-tree.ts'

describe('rpc / docs', () => {
  it('docs/rpc.md lists the methods as they are', async () => {
    const api = await FakeNode.create()
    const feed = new NodeFeed(api.events)
    const fees = new FeeOracle(api.chain)
    const ignore = () => undefined
    const methods = createMethods({
      api,
      gasCap: 1n,
      callTimeMs: 1,
      feed,
      filters: new FilterStore({ feed, chain: api.chain, now: () => 0, onCount: ignore }),
      subscriptions: new Subscriptions(ignore),
      fees,
      signer: new DevSigner(devAccounts(), api, fees),
    })
    await expect(formatMethodDocs(methods)).toMatchFileSnapshot(`${ROOT}/docs/rpc.md`)
  })
})
