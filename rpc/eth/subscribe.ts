/** `eth_subscribe` and `eth_unsubscribe`: notices over a WebSocket. */
import { paramInvalid, RpcError } from '../errors.ts'
import { createLogFilter } from '../feeds/log-filter.ts'
import type { Topic } from '../feeds/subscriptions.ts'
import { type Client, type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { type LogCriteria, logCriteria } from '../params/log-criteria.ts'
import { type Parser, text } from '../params/primitives.ts'
import { filterId } from './logs.ts'

type Detail = { readonly isFull: boolean; readonly criteria: LogCriteria }

/** `true` for full transactions, or a log filter. */
const detail: Parser<Detail> = {
  type: 'boolean or log filter',
  parse(value, path) {
    const isFull = value === true
    return { isFull, criteria: logCriteria.parse(typeof value === 'boolean' ? {} : value, path) }
  },
}
const NO_DETAIL: Detail = { isFull: false, criteria: { addresses: [], topics: [] } }

export function subscribeMethods({ feed, subscriptions }: RpcModules): MethodTable {
  return {
    eth_subscribe: method({
      description: 'WebSocket only: newHeads, logs, newPendingTransactions or syncing; an id',
      params: [required('subscription', text), optional('detail', detail, NO_DETAIL)],
      handler: ([name, detail], client) => {
        const topic = topicOf(name, detail, feed.blocks.cursor)
        const id = subscriptions.subscribe(socketOf(client), topic)
        client.opened?.push(id)
        return id
      },
    }),
    eth_unsubscribe: method({
      description: 'WebSocket only: ends a subscription; false when there was none',
      params: [required('id', filterId)],
      handler: ([id], client) => subscriptions.unsubscribe(socketOf(client), id),
    }),
  }
}

function topicOf(name: string, { isFull, criteria }: Detail, cursor: number): Topic {
  switch (name) {
    case 'newHeads':
    case 'syncing':
      return { kind: name }
    case 'newPendingTransactions':
      return { kind: isFull ? 'pendingTransactions' : 'pendingHashes' }
    case 'logs':
      return { kind: 'logs', filter: createLogFilter(criteria), cursor }
    default:
      throw paramInvalid(
        `no "${name.slice(0, 40)}" subscription: ` +
          'there are newHeads, logs, newPendingTransactions and syncing',
      )
  }
}

function socketOf(client: Client) {
  if (client.socket !== undefined) return client.socket
  throw new RpcError({ code: 'NO_NOTIFICATIONS' }, 'notifications not supported: use a WebSocket')
}
