/** `eth_`: prices of gas. */
import { withSignal } from '../dispatch/call-time.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { blockNumber } from '../params/block.ts'
import { count } from '../params/primitives.ts'
import { feeHistory, percentiles } from './fee-history.ts'

export function feeMethods({
  api,
  fees,
  callTimeMs,
}: Pick<RpcModules, 'api' | 'fees' | 'callTimeMs'>): MethodTable {
  return {
    eth_gasPrice: method({
      description: 'A price for legacy transactions: the next base fee and a tip',
      params: [],
      handler: async () => quantity(fees.nextBaseFee() + (await fees.priorityFee())),
    }),
    eth_maxPriorityFeePerGas: method({
      description: 'A tip that recent blocks took',
      params: [],
      handler: async () => quantity(await fees.priorityFee()),
    }),
    eth_baseFee: method({
      description: 'Base fee of the next block',
      params: [],
      handler: () => quantity(fees.nextBaseFee()),
    }),
    eth_blobBaseFee: method({
      description: 'Price of blob gas at the head: 1 wei where no block holds a blob',
      params: [],
      handler: () => quantity(api.fees.blobBaseFee(api.chain.head().header) ?? 0n),
    }),
    eth_feeHistory: method({
      description: 'Base fees, fullness and tips of recent blocks',
      params: [
        required('blockCount', count),
        required('newestBlock', blockNumber),
        optional('rewardPercentiles', percentiles, []),
      ],
      isUntimed: true,
      handler: ([count, newest, percentiles]) =>
        withSignal(callTimeMs, (signal) => feeHistory(api, { count, newest, percentiles, signal })),
    }),
  }
}
