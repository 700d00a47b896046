/**
 * The methods of a node with all that they remember, behind no transport: the server puts sockets
 * in front of it, a test calls it as it is.
 */
import { devAccounts } from '../../genesis/accounts.ts'
import { type ChainApi, isNode } from '../../node/api.ts'
import { Dispatcher } from '../dispatcher.ts'
import { DevSigner } from '../eth/dev-signer.ts'
import { FeeOracle } from '../eth/fee-oracle.ts'
import { FilterStore } from '../feeds/filters.ts'
import { NodeFeed } from '../feeds/node-feed.ts'
import { Subscriptions } from '../feeds/subscriptions.ts'
import { createMethods } from '../methods.ts'
import { RpcMetrics } from '../metrics.ts'
import type { RpcOptions } from '../options.ts'

export type AnsweringOptions = Pick<
  RpcOptions,
  'callTimeMs' | 'gasCap' | 'isDev' | 'log' | 'metricsRegistry'
>

export type Answering = {
  readonly dispatcher: Dispatcher
  /** Begins to follow the chain when it is started. */
  readonly feed: NodeFeed
  readonly subscriptions: Subscriptions
  readonly metrics: RpcMetrics
}

export function createAnswering(api: ChainApi, options: AnsweringOptions): Answering {
  const { log, gasCap, callTimeMs, metricsRegistry } = options
  const metrics = new RpcMetrics(metricsRegistry)
  const feed = new NodeFeed(api.events)
  const subscriptions = new Subscriptions((count) => metrics.subscriptions.set(count))
  const filters = new FilterStore({
    feed,
    chain: api.chain,
    now: () => api.now(),
    onCount: (count) => metrics.filters.set(count),
  })
  const fees = new FeeOracle(api)
  const signer =
    options.isDev && isNode(api)
      ? new DevSigner(devAccounts(), { api, fees, callTimeMs })
      : undefined
  const methods = createMethods({
    ...{ api, gasCap, callTimeMs, feed, filters, subscriptions, fees, signer },
  })
  const dispatcher = new Dispatcher(methods, { callTimeMs, log, metrics })
  return { dispatcher, feed, subscriptions, metrics }
}
