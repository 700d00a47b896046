/** `eth_`: the chain as a whole, and who this node is in it. */
import { type ChainApi, isNode } from '../../node/api.ts'
import { RpcError } from '../errors.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method } from '../method.ts'
import type { RpcModules } from '../modules.ts'

export function chainMethods({ api, signer }: RpcModules): MethodTable {
  const chainId = quantity(api.chainId)
  return {
    eth_chainId: method({
      description: 'Chain id',
      params: [],
      isConcurrent: true,
      handler: () => chainId,
    }),
    eth_blockNumber: method({
      description: 'Number of the head',
      params: [],
      handler: () => quantity(api.chain.head().header.number),
    }),
    eth_syncing: method({
      description: 'Progress of the sync, or false',
      params: [],
      handler: () => {
        const progress = api.network.syncing()
        if (progress === undefined) return false
        const { startingBlock, currentBlock, highestBlock } = progress
        return {
          startingBlock: quantity(startingBlock),
          currentBlock: quantity(currentBlock),
          highestBlock: quantity(highestBlock),
        }
      },
    }),
    eth_coinbase: method({
      description: "Where the rewards of this node's blocks go",
      params: [],
      handler: () => {
        const sealer = sealerOf(api)
        if (sealer !== undefined) return sealer.coinbase
        throw new RpcError({ code: 'NOT_MINING' }, 'this node does not mine: it has no coinbase')
      },
    }),
    eth_mining: method({
      description: 'Whether this node searches for blocks',
      params: [],
      handler: () => sealerOf(api)?.isMining ?? false,
    }),
    eth_hashrate: method({
      description: 'Speed of this node in multiply-adds a second; there are no hashes here',
      params: [],
      handler: () => quantity(Math.round(sealerOf(api)?.macsPerSecond ?? 0)),
    }),
    eth_accounts: method({
      description: 'The funded accounts on dev chains, else none',
      params: [],
      handler: () => signer?.addresses ?? [],
    }),
  }
}

/** An imported chain has none. */
function sealerOf(api: ChainApi) {
  return isNode(api) ? api.work.sealer : undefined
}
