/**
 * `eth_fillTransaction`: what a wallet is to sign, with everything filled in that it left out. The
 * next nonce with those of the pool, the gas that the message takes, a tip that recent blocks took,
 * and twice the base fee, which outlives six full blocks.
 */
import type { ChainApi } from '../../node/api.ts'
import type { CallRequest } from '../../node/execution/call-types.ts'
import type { SimulatedCall } from '../../node/execution/simulate/simulation-types.ts'
import {
  senderOf,
  type UnsignedTransaction,
  unsignedTransaction,
} from '../../node/execution/simulate/unsigned-transaction.ts'
import { paramInvalid } from '../errors.ts'
import { formatFilled } from '../format/unsigned-transaction.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { type FillRequest, fillRequest } from '../params/fill-transaction.ts'
import { estimateGas } from './estimate.ts'
import type { FeeOracle } from './fee-oracle.ts'

export type FillModules = Pick<RpcModules, 'api' | 'fees' | 'callTimeMs'>

export function fillMethods(modules: FillModules): MethodTable {
  return {
    eth_fillTransaction: method({
      description: 'A transaction to be signed: nonce, gas and fees filled in where left out',
      params: [required('transaction', fillRequest)],
      isUntimed: true,
      handler: async ([request]) => ({ tx: formatFilled(await fillTransaction(request, modules)) }),
    }),
  }
}

/** Throws PARAM_INVALID, REVERTED, CALL_FAILED or a `SimulationError`, for what makes none. */
export async function fillTransaction(
  request: FillRequest,
  { api, fees, callTimeMs }: FillModules,
): Promise<UnsignedTransaction> {
  const priced = await price(request, api, fees)
  const { nonce = await api.pool.nextNonce(senderOf(request)) } = request
  const gasLimit = request.gas ?? (await estimate(priced, api, callTimeMs))
  const { chainId } = api
  const hasBaseFee = baseFeeOf(api) !== undefined
  const filled = unsignedTransaction(priced, { nonce, gasLimit, chainId, hasBaseFee })
  verifyType(request, filled.tx.type)
  return filled
}

/** What the child of the head will ask for; undefined before London. */
function baseFeeOf(api: ChainApi): bigint | undefined {
  return api.fees.baseFee(api.chain.head().header)
}

async function price(
  request: FillRequest,
  api: ChainApi,
  oracle: FeeOracle,
): Promise<SimulatedCall> {
  const { type, chainId, ...call } = request
  if (chainId !== undefined && chainId !== api.chainId) {
    throw paramInvalid(`chainId does not match: want ${api.chainId}, got ${chainId}`)
  }
  const { header } = api.chain.head()
  if (call.blobVersionedHashes !== undefined && api.fees.blobGasMax(header) === 0n) {
    throw paramInvalid('no transaction may carry a blob here')
  }
  if (call.gasPrice !== undefined) return withAccessList(call, type)
  const baseFee = baseFeeOf(api)
  const tip = call.maxPriorityFeePerGas ?? (await oracle.priorityFee())
  if (baseFee === undefined || type === 0 || type === 1) {
    return withAccessList({ ...call, gasPrice: (baseFee ?? 0n) + tip }, type)
  }
  const { maxFeePerGas = 2n * baseFee + tip } = call
  const isCut = call.maxPriorityFeePerGas === undefined && tip > maxFeePerGas
  const priced = { ...call, maxFeePerGas, maxPriorityFeePerGas: isCut ? maxFeePerGas : tip }
  if (call.blobVersionedHashes === undefined) return priced
  const { maxFeePerBlobGas = 2n * api.fees.nextBlobBaseFee(header) } = call
  return { ...priced, maxFeePerBlobGas }
}

/** Of the two types that have a gas price, the list makes the difference. */
function withAccessList(call: SimulatedCall, type: number | undefined): SimulatedCall {
  return type === 1 ? { accessList: [], ...call } : call
}

async function estimate(
  { nonce: _nonce, blobVersionedHashes: _hashes, maxFeePerBlobGas: _fee, ...call }: SimulatedCall,
  api: ChainApi,
  callTimeMs: number,
): Promise<bigint> {
  const request: CallRequest = call
  return estimateGas(api, { block: api.chain.head(), request, callTimeMs })
}

function verifyType({ type }: FillRequest, filled: number): void {
  if (type === undefined || type === filled) return
  throw paramInvalid(`the fields make a transaction of type ${filled}, not of type ${type}`)
}
