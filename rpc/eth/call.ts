/** `eth_`: messages executed without being sent. */
import type { Hex } from '../../consensus/types.ts'
import type { CallOutcome, CallRequest, Overrides } from '../../node/execution/call-types.ts'
import { andThen } from '../../node/state/soon.ts'
import { requireBlock } from '../block-lookup.ts'
import { withLimits, withSignal } from '../dispatch/call-time.ts'
import { paramInvalid, RpcError, reverted } from '../errors.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { callRequest, defined, type TransactionRequest } from '../params/call.ts'
import { blockOverride, stateOverride } from '../params/overrides.ts'
import { estimateGas } from './estimate.ts'

const NO_OVERRIDES: Overrides = {}

const listParams = [
  required('transaction', callRequest),
  optional('block', block, LATEST),
  optional('stateOverride', stateOverride, undefined),
] as const
const params = [...listParams, optional('blockOverride', blockOverride, undefined)] as const

export function callMethods({ api, gasCap, callTimeMs }: RpcModules): MethodTable {
  const cap = (gas: bigint): bigint => (gas < gasCap ? gas : gasCap)
  return {
    eth_createAccessList: method({
      description: 'The accounts and slots that a message touches, and its gas with that list',
      params: listParams,
      isUntimed: true,
      handler: async ([transaction, selector, accounts]) => {
        const { gas = gasCap, ...rest } = readCall(transaction, api.chainId)
        const block = await requireBlock(api.chain, selector)
        const outcome = await withSignal(callTimeMs, (signal) =>
          api.state.createAccessList(
            block,
            { ...rest, gas: cap(gas) },
            defined('accounts', accounts),
            { signal },
          ),
        )
        if (outcome.kind === 'failed') throw failed(outcome.reason)
        const { accessList, gasUsed, error } = outcome
        return { accessList, ...(error && { error }), gasUsed: quantity(gasUsed) }
      },
    }),
    eth_call: method({
      description: 'Executes a message on the state after a block; nothing is kept',
      params,
      isUntimed: true,
      handler: ([transaction, selector, accounts, blockOverrides]) => {
        const request = underCap(readCall(transaction, api.chainId), gasCap)
        const overrides = overridesOf(accounts, blockOverrides)
        const outcome = andThen(requireBlock(api.chain, selector), (block) =>
          withLimits(callTimeMs, (limits) => api.state.call(block, request, overrides, limits)),
        )
        return andThen(outcome, outputOf)
      },
    }),
    eth_estimateGas: method({
      description: 'The least gas limit with which a message succeeds',
      params,
      isUntimed: true,
      handler: async ([transaction, selector, accounts, blockOverrides]) => {
        const { gas, ...rest } = readCall(transaction, api.chainId)
        const request = gas === undefined ? rest : { ...rest, gas: cap(gas) }
        const block = await requireBlock(api.chain, selector)
        const overrides = overridesOf(accounts, blockOverrides)
        return quantity(await estimateGas(api, { block, request, overrides, callTimeMs }))
      },
    }),
  }
}

/** Drops what only a signed transaction has; a chain id must be ours all the same. */
export function readCall(transaction: TransactionRequest, expectedChainId: bigint): CallRequest {
  if (transaction.chainId === undefined && transaction.nonce === undefined) return transaction
  const { nonce: _nonce, chainId, ...request } = transaction
  if (chainId === undefined || chainId === expectedChainId) return request
  throw paramInvalid(`chainId does not match: want ${expectedChainId}, got ${chainId}`)
}

/** The request with no more gas than the cap, which is also what one without gas has. */
function underCap(request: CallRequest, gasCap: bigint): CallRequest {
  if (request.gas !== undefined && request.gas <= gasCap) return request
  // A spread takes ten times as long for what was read member by member.
  return Object.assign({}, request, { gas: gasCap })
}

function overridesOf(
  accounts: Overrides['accounts'] | undefined,
  block: Overrides['block'] | undefined,
): Overrides {
  if (accounts === undefined && block === undefined) return NO_OVERRIDES
  return { ...defined('accounts', accounts), ...defined('block', block) }
}

function outputOf(outcome: CallOutcome): Hex {
  if (outcome.kind === 'ok') return outcome.output
  throw outcome.kind === 'reverted' ? reverted(outcome.output) : failed(outcome.reason)
}

function failed(reason: string): RpcError {
  return new RpcError({ code: 'CALL_FAILED' }, reason)
}
