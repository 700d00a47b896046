/** `debug_trace*`: executions told from inside by geth's tracers; here parameters are read. */
import type { BlockSelector, CallLimits, ChainReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { findBlock, isPending } from '../block-lookup.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { RpcError } from '../errors.ts'
import { readCall } from '../eth/call.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, blockHash, blockNumber, LATEST } from '../params/block.ts'
import { callRequest } from '../params/call.ts'
import { bytes, hash } from '../params/primitives.ts'
import { NO_TRACE_CONFIG, traceCallConfig, traceConfig } from './trace-config.ts'

const config = optional('config', traceConfig, NO_TRACE_CONFIG)

export function traceMethods({
  api,
  gasCap,
  callTimeMs,
}: Pick<RpcModules, 'api' | 'gasCap' | 'callTimeMs'>): MethodTable {
  const { chain, trace } = api
  const within = <Value>(
    timeoutMs: number | undefined,
    run: (limits: CallLimits) => Promise<Value>,
  ): Promise<Value> =>
    withSignal(Math.min(timeoutMs ?? callTimeMs, callTimeMs), (signal) => run({ signal }))
  return {
    debug_traceTransaction: method({
      description: 'A transaction executed again where it stands, told by a tracer',
      params: [required('hash', hash), config],
      isUntimed: true,
      handler: async ([hash, { options, timeoutMs }]) => {
        const location = await chain.locate(hash)
        if (location === undefined) throw unknown('transaction not found')
        return within(timeoutMs, (limits) => trace.transaction(location, options, limits))
      },
    }),
    debug_traceBlockByHash: blockMethod('All transactions of a block, by its hash', blockHash),
    debug_traceBlockByNumber: blockMethod(
      'All transactions of a block, by its number',
      blockNumber,
    ),
    debug_traceBlock: method({
      description: 'All transactions of a block given as RLP, whose parent is known',
      params: [required('rlp', bytes), config],
      isUntimed: true,
      handler: ([rlp, { options, timeoutMs }]) =>
        within(timeoutMs, (limits) => trace.rawBlock(rlp, options, limits)),
    }),
    debug_traceCall: method({
      description: 'A message executed on the state after a block, told by a tracer',
      params: [
        required('transaction', callRequest),
        optional('block', block, LATEST),
        optional('config', traceCallConfig, NO_TRACE_CONFIG),
      ],
      isUntimed: true,
      handler: async ([transaction, selector, { options, timeoutMs }]) => {
        const request = readCall(transaction, api.chainId)
        const found = await requireTraceable(chain, selector)
        return within(timeoutMs, (limits) =>
          trace.call(found, request, { ...options, gasCap }, limits),
        )
      },
    }),
    debug_getBadBlocks: method({
      description: 'Blocks that turned out to be invalid: none are kept',
      params: [],
      handler: () => [],
    }),
  }

  function blockMethod(description: string, parser: typeof blockHash) {
    return method({
      description,
      params: [required('block', parser), config],
      isUntimed: true,
      handler: async ([selector, { options, timeoutMs }]) => {
        const { hash } = await requireTraceable(chain, selector)
        return within(timeoutMs, (limits) => trace.block(hash, options, limits))
      },
    })
  }
}

/** In geth's words. What is pending may be another block at the next moment. */
async function requireTraceable(
  chain: ChainReader,
  selector: BlockSelector,
): Promise<EthereumSummary> {
  if (isPending(selector)) throw unknown('tracing on top of pending is not supported')
  const found = await findBlock(chain, selector)
  if (found !== undefined) return found
  if ('hash' in selector) throw unknown(`block ${selector.hash} not found`)
  throw unknown('number' in selector ? `block #${selector.number} not found` : 'block not found')
}

function unknown(message: string): RpcError {
  return new RpcError({ code: 'BLOCK_UNKNOWN' }, message)
}
