/** `eth_config` (EIP-7910) and `eth_capabilities`: what this node's chain is, and what it keeps. */
import type { ForkConfig } from '../../node/api.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method } from '../method.ts'
import type { RpcModules } from '../modules.ts'

/** Where no transaction carries a blob; the schema wants a schedule all the same. */
const NO_BLOBS = { target: 0, max: 0, baseFeeUpdateFraction: 0n }

export function configMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  const format = (config: ForkConfig) => formatConfig(config, api.chainId)
  return {
    eth_config: method({
      description: 'The fork that the head is under, the next one, and the last that is planned',
      params: [],
      handler: () => {
        const { current, next, last } = api.forks.config()
        return {
          current: format(current),
          next: next === undefined ? null : format(next),
          last: last === undefined ? null : format(last),
        }
      },
    }),
    eth_capabilities: method({
      description: 'From which block on this node has what: all of it from genesis',
      params: [],
      handler: () => {
        const { hash, header } = api.chain.head()
        const all = { disabled: false, oldestBlock: quantity(0) }
        return {
          head: { number: quantity(header.number), hash },
          ...{ state: all, tx: all, logs: all, receipts: all, blocks: all, stateproofs: all },
        }
      },
    }),
  }
}

function formatConfig(config: ForkConfig, chainId: bigint) {
  const { activationTime, blobs = NO_BLOBS, forkId, precompiles, systemContracts } = config
  return {
    activationTime: Number(activationTime),
    blobSchedule: {
      target: blobs.target,
      max: blobs.max,
      baseFeeUpdateFraction: Number(blobs.baseFeeUpdateFraction),
    },
    chainId: quantity(chainId),
    forkId,
    precompiles,
    systemContracts,
  }
}
