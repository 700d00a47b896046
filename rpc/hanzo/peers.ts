/**
 * `hanzo_peers`, and faults made from outside: `hanzo_disconnect`, `hanzo_partition` and
 * `hanzo_heal`, for this machine's administrator alone.
 */
import { quantity } from '../format/hex.ts'
import { PARTITION_PEERS_MAX } from '../limits.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { arrayOf, text } from '../params/primitives.ts'

export function peerMethods({ api }: Pick<NodeModules, 'api'>): MethodTable {
  const { network } = api
  return {
    hanzo_peers: method({
      description: 'Connected peers and their heads',
      params: [],
      handler: () =>
        network.peers().map(({ head, connectedSeconds, ...peer }) => ({
          ...peer,
          connectedSeconds: quantity(Math.floor(connectedSeconds)),
          head: head === undefined ? null : { number: quantity(head.number), hash: head.hash },
        })),
    }),
    hanzo_disconnect: method({
      description: 'Admin: hangs up on a peer, which may come back; false if it is not connected',
      params: [required('peer', text)],
      isAdmin: true,
      handler: async ([peer]) => {
        const isConnected = network.peers().some(({ id }) => id === peer)
        if (isConnected) await network.disconnect(peer)
        return isConnected
      },
    }),
    hanzo_partition: method({
      description: 'Admin: cuts every peer that is not named',
      params: [required('peers', arrayOf(text, PARTITION_PEERS_MAX))],
      isAdmin: true,
      handler: async ([peers]) => {
        await network.setPartition(peers)
        return true
      },
    }),
    hanzo_heal: method({
      description: 'Admin: ends a partition',
      params: [],
      isAdmin: true,
      handler: async () => {
        await network.setPartition(undefined)
        return true
      },
    }),
  }
}
