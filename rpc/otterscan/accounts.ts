/** `ots_`: what Otterscan asks of accounts and transactions. */

import type { Hash } from '../../consensus/types.ts'
import type { TraceOptions } from '../../node/execution/tracing/trace-options.ts'
import type { CallFrame } from '../../node/execution/tracing/tracers/call-tracer.ts'
import type { FlatFrame } from '../../node/execution/tracing/tracers/flat-call-tracer.ts'
import { requireBlock } from '../block-lookup.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { RpcError } from '../errors.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { address, count, hash } from '../params/primitives.ts'
import { ALL_FRAMES, FRAMES, internalOperations, traceEntry } from './frames.ts'
import { findByNonce, findCreator, hasCode } from './history.ts'
import { API_LEVEL } from './limits.ts'

const transactionHash = required('hash', hash)
const TOP_CALL: TraceOptions = { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }

export function otterscanAccountMethods({
  api,
  callTimeMs,
}: Pick<RpcModules, 'api' | 'callTimeMs'>): MethodTable {
  const { chain, state, trace } = api
  const traceOf = async (hash: Hash, options: TraceOptions): Promise<unknown> => {
    const location = await chain.locate(hash)
    if (location === undefined) {
      throw new RpcError({ code: 'BLOCK_UNKNOWN' }, `transaction ${hash} not found`)
    }
    return withSignal(callTimeMs, (signal) => trace.transaction(location, options, { signal }))
  }
  const framesOf = async (hash: Hash, options: TraceOptions) =>
    (await traceOf(hash, options)) as readonly FlatFrame[]
  return {
    ots_getApiLevel: method({
      description: 'The version of this namespace',
      params: [],
      handler: () => API_LEVEL,
    }),
    ots_hasCode: method({
      description: 'Whether an account has code',
      params: [required('address', address), optional('block', block, LATEST)],
      handler: async ([address, selector]) => {
        const view = await state.at(await requireBlock(chain, selector))
        return hasCode(await view.account(address))
      },
    }),
    ots_getTransactionError: method({
      description: 'What a transaction reverted with; 0x if it did not',
      params: [transactionHash],
      isUntimed: true,
      handler: async ([hash]) => {
        const { error, output } = (await traceOf(hash, TOP_CALL)) as CallFrame
        return error === 'execution reverted' ? (output ?? '0x') : '0x'
      },
    }),
    ots_traceTransaction: method({
      description: 'The frames of a transaction, without precompiles',
      params: [transactionHash],
      isUntimed: true,
      handler: async ([hash]) => (await framesOf(hash, FRAMES)).map(traceEntry),
    }),
    ots_getInternalOperations: method({
      description: 'Coins that a transaction moves inside, contracts that it makes and destroys',
      params: [transactionHash],
      isUntimed: true,
      handler: async ([hash]) => (await framesOf(hash, ALL_FRAMES)).flatMap(internalOperations),
    }),
    ots_getTransactionBySenderAndNonce: method({
      description: 'The hash of the transaction that an account sent with a nonce, or null',
      params: [required('address', address), required('nonce', count)],
      handler: async ([address, nonce]) => findByNonce(api, address, BigInt(nonce)),
    }),
    ots_getContractCreator: method({
      description: 'Who made a contract, in which transaction; null for anything else',
      params: [required('address', address)],
      isUntimed: true,
      handler: async ([address]) =>
        withSignal(callTimeMs, (signal) => findCreator(api, address, signal)),
    }),
  }
}
