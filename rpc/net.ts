/** `net_` and `web3_`: what old clients ask first. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { data, quantity } from './format/hex.ts'
import { type MethodTable, method, required } from './method.ts'
import type { RpcModules } from './modules.ts'
import { bytes } from './params/primitives.ts'

export function netMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  const networkId = api.chainId.toString()
  return {
    net_version: method({
      description: 'Chain id in decimal',
      params: [],
      handler: () => networkId,
    }),
    net_listening: method({
      // As in geth. Clients read it as "the node is there": `isListening` of web3 does.
      description: 'True, also of a node without a network',
      params: [],
      handler: () => true,
    }),
    net_peerCount: method({
      description: 'How many peers are connected',
      params: [],
      handler: () => quantity(api.network.peers().length),
    }),
    web3_clientVersion: method({
      description: 'Name and version of this node',
      params: [],
      handler: () => api.clientVersion,
    }),
    web3_sha3: method({
      description: 'Keccak-256 of some bytes',
      params: [required('data', bytes)],
      handler: ([bytes]) => data(keccak_256(bytes)),
    }),
  }
}
