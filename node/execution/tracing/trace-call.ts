/** A message that nobody signed, traced: `debug_traceCall`. */

import { NEW_ACCOUNT } from '../../state/overlay.ts'
import type { CallRequest } from '../call-types.ts'
import { CALL_GAS_MAX } from '../calls/call.ts'
import { authorizationBytes, readMessage, runOnState } from '../calls/message.ts'
import { overrideState } from '../calls/override-state.ts'
import { overrideBlock } from '../calls/overrides.ts'
import type { BlockContext } from '../evm/block-context.ts'
import type { Lane } from '../evm/lane.ts'
import { authoritiesOf } from '../transaction/authorizations.ts'
import { createTracer } from './create-tracer.ts'
import { observe } from './observe.ts'
import { TraceBudget } from './trace-budget.ts'
import { TraceError } from './trace-error.ts'
import type { TraceCallOptions } from './trace-options.ts'

/** Traces on the state that the lane stands on, in the block of `context`. */
export async function traceCall(
  lane: Lane,
  context: BlockContext,
  request: CallRequest,
  options: TraceCallOptions,
): Promise<unknown> {
  const { overlay } = lane
  const { accounts, block } = options.overrides ?? {}
  if (accounts !== undefined) await overrideState(lane, accounts)
  const message = readMessage(request, overrideBlock(context, block))
  const { gasCap = CALL_GAS_MAX } = options
  const gasLimit = request.gas !== undefined && request.gas < gasCap ? request.gas : gasCap
  const from = message.caller.toString()
  const sender = await overlay.loadAccount(from)
  const traced = {
    from,
    to: message.to?.toString(),
    nonce: sender.current?.nonce ?? 0n,
    gasLimit,
    coinbase: message.coinbase,
    authorities: await authoritiesOf(lane, message.authorizations.map(authorizationBytes)),
    place: undefined,
  }
  const tracer = createTracer(options, new TraceBudget())
  return observe(lane, tracer, traced, async () => {
    overlay.endTransaction()
    const result = await runOnState(lane, message, gasLimit)
    if (result.kind === 'refused') {
      throw new TraceError({ code: 'NOT_EXECUTABLE' }, `tracing failed: ${result.reason}`)
    }
    // A call leaves fees where they are; in a trace of the state they must come out as in a block.
    const { gasUsed } = result
    overlay.addBalance(sender, (gasLimit - gasUsed) * message.gasPrice)
    const tip = message.gasPrice - (message.block.header.baseFeePerGas ?? 0n)
    if (tip > 0n) {
      const coinbase = await overlay.loadAccount(message.coinbase)
      overlay.setAccount(coinbase, {
        ...(coinbase.current ?? NEW_ACCOUNT),
        balance: (coinbase.current?.balance ?? 0n) + tip * gasUsed,
      })
    }
    return { gasUsed }
  })
}
