/** `eth_`: logs of the past, and filters for what comes. */
import type { Hex } from '../../consensus/types.ts'
import { paramInvalid } from '../errors.ts'
import { queryLogs } from '../feeds/log-query.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { logCriteria } from '../params/log-criteria.ts'
import { expected, type Parser } from '../params/primitives.ts'

const FILTER_ID = /^0x[0-9a-fA-F]{1,32}$/

export const filterId: Parser<Hex> = {
  type: 'id',
  parse(value, path) {
    if (typeof value === 'string' && FILTER_ID.test(value)) return value.toLowerCase() as Hex
    throw expected(path, 'an id in 0x hex', value)
  },
}

const criteria = required('filter', logCriteria)
const id = required('id', filterId)

export function logMethods(modules: RpcModules): MethodTable {
  const { api, filters, callTimeMs } = modules
  return {
    eth_getLogs: method({
      description: 'Logs of a block or a range, by address and topics',
      params: [criteria],
      handler: ([criteria]) => queryLogs(api.chain, criteria, callTimeMs),
    }),
    eth_newFilter: method({
      description: 'Installs a filter for new logs; its id',
      params: [criteria],
      handler: ([criteria], client) => {
        if (criteria.blockHash !== undefined) {
          throw paramInvalid('a filter waits for new blocks: "blockHash" is for eth_getLogs')
        }
        return filters.newLogFilter(client.address, criteria)
      },
    }),
    eth_newBlockFilter: method({
      description: 'Installs a filter for hashes of new blocks; its id',
      params: [],
      handler: (_, client) => filters.newBlockFilter(client.address),
    }),
    eth_newPendingTransactionFilter: method({
      description: 'Installs a filter for hashes of new pending transactions; its id',
      params: [],
      handler: (_, client) => filters.newPendingFilter(client.address),
    }),
    eth_getFilterChanges: method({
      description: 'What is new since the last call; logs of removed blocks have `removed: true`',
      params: [id],
      // A caller that was told to go would lose what had been read for it.
      isUntimed: true,
      handler: ([id]) => filters.changes(id, callTimeMs),
    }),
    eth_getFilterLogs: method({
      description: 'All logs that a log filter matches',
      params: [id],
      handler: async ([id]) => queryLogs(api.chain, filters.criteriaOf(id), callTimeMs),
    }),
    eth_uninstallFilter: method({
      description: 'Removes a filter; false when there was none',
      params: [id],
      handler: ([id]) => filters.uninstall(id),
    }),
  }
}
