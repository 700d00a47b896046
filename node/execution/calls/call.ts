/**
 * `eth_call`, `eth_estimateGas`: messages on the post-state of a block. A call sees it from that
 * block, an estimate from the next one.
 */
import { bytesToHex } from '@ethereumjs/util'
import { andThen, type Soon } from '../../state/soon.ts'
import type { CallOutcome, CallRequest, EstimateOutcome, Overrides } from '../call-types.ts'
import type { Lane } from '../evm/lane.ts'
import { contextOf } from '../rules/fee-market.ts'
import type { CallBase } from '../types.ts'
import { estimateGas } from './estimate-gas.ts'
import { failureReason } from './failure.ts'
import { type CallMessage, type MessageResult, readMessage, runMessage } from './message.ts'
import { overrideState } from './override-state.ts'
import { overrideBlock } from './overrides.ts'

/** No call gets more, whatever it asks for. */
export const CALL_GAS_MAX = 50_000_000n

export function callOnLane(
  lane: Lane,
  base: CallBase,
  request: CallRequest,
  overrides: Overrides,
): Soon<CallOutcome> {
  const asked = request.gas ?? CALL_GAS_MAX
  const gas = asked < CALL_GAS_MAX ? asked : CALL_GAS_MAX
  return andThen(prepare(lane, base, request, overrides), (message) =>
    andThen(runMessage(lane, message, gas), outcomeOf),
  )
}

function outcomeOf(result: MessageResult): CallOutcome {
  if (result.kind === 'refused') return { kind: 'failed', reason: result.reason, gasUsed: 0n }
  const { execution, gasUsed } = result
  const { exceptionError, returnValue } = execution
  if (exceptionError === undefined) return { kind: 'ok', output: bytesToHex(returnValue), gasUsed }
  if (exceptionError.error === 'revert') {
    return { kind: 'reverted', output: bytesToHex(returnValue), gasUsed }
  }
  return { kind: 'failed', reason: failureReason(exceptionError.error), gasUsed }
}

export async function estimateOnLane(
  lane: Lane,
  base: CallBase,
  request: CallRequest,
  overrides: Overrides,
): Promise<EstimateOutcome> {
  // Where the transaction will be. What a contract noted at the time of this block it would write
  // again for less gas than the first note of a new time takes.
  const { number, timestamp } = base.header
  const block = { number: number + 1n, time: timestamp + 1n, ...overrides.block }
  const message = await prepare(lane, base, request, { ...overrides, block })
  const { gasLimit } = message.block.header
  return estimateGas(lane, message, { gas: request.gas, gasLimit, gasCap: CALL_GAS_MAX })
}

function prepare(
  lane: Lane,
  base: CallBase,
  request: CallRequest,
  { accounts, block }: Overrides,
): Soon<CallMessage> {
  lane.branch.set(base)
  const overridden = accounts === undefined ? undefined : overrideState(lane, accounts)
  return andThen(overridden, () =>
    readMessage(request, overrideBlock(contextOf(lane.rules, base.header), block)),
  )
}
