/**
 * The least gas with which a message succeeds in the next block: what `eth_estimateGas` answers,
 * and what is filled in for who names no gas.
 */
import { type ChainApi, isNode } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import type { CallRequest, Overrides } from '../../node/execution/call-types.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { RpcError, reverted } from '../errors.ts'

type Estimate = {
  readonly block: EthereumSummary
  readonly request: CallRequest
  readonly overrides?: Overrides
  readonly callTimeMs: number
}

/** Throws REVERTED, CALL_FAILED, and what calls throw that take too long. */
export async function estimateGas(
  api: ChainApi,
  { block, request, overrides = {}, callTimeMs }: Estimate,
): Promise<bigint> {
  const time = timeOfNext(api, block)
  const inNext =
    time === undefined ? overrides : { ...overrides, block: { time, ...overrides.block } }
  const outcome = await withSignal(callTimeMs, (signal) =>
    api.state.estimateGas(block, request, inNext, { signal }),
  )
  if (outcome.kind === 'ok') return outcome.gas
  if (outcome.kind === 'reverted') throw reverted(outcome.output)
  throw new RpcError({ code: 'CALL_FAILED' }, outcome.reason)
}

/** A developer who has moved time on sends a transaction that needs it: no block has it yet. */
function timeOfNext(api: ChainApi, { hash }: EthereumSummary): bigint | undefined {
  return isNode(api) && hash === api.chain.head().hash ? api.dev?.now : undefined
}
