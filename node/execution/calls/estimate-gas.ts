/**
 * The least gas limit with which a message succeeds, found as geth finds it: once with all that is
 * allowed, once with what that run suggests, then by halves until the answer is close enough.
 */
import { bytesToHex } from '@ethereumjs/util'
import type { EstimateOutcome } from '../call-types.ts'
import type { Lane } from '../evm/lane.ts'
import { failureReason } from './failure.ts'
import { type CallMessage, type MessageResult, runMessage } from './message.ts'

const TRANSFER_GAS = 21_000n
/** EIP-7825: no transaction may ask for more. */
const TRANSACTION_GAS_MAX = 16_777_216n
const CALL_STIPEND = 2_300n
/** An estimate may be too high by this share of itself, as geth's: 1.5 %. */
const TOLERANCE_PER_MILLE = 15n

/** `gas` is what the caller allows, if it says; `gasLimit` that of the block. */
export async function estimateGas(
  lane: Lane,
  message: CallMessage,
  { gas, gasLimit, gasCap }: { gas: bigint | undefined; gasLimit: bigint; gasCap: bigint },
): Promise<EstimateOutcome> {
  const asked = gas !== undefined && gas >= TRANSFER_GAS ? gas : gasLimit
  const allowance = await affordableGas(lane, message)
  if (allowance === undefined) {
    return { kind: 'failed', reason: 'insufficient funds for transfer' }
  }
  const most = [asked, allowance, gasCap, TRANSACTION_GAS_MAX].reduce((a, b) => (a < b ? a : b))
  if (await isTransfer(lane, message)) {
    const result = await runMessage(lane, message, TRANSFER_GAS)
    if (isSuccess(result)) return { kind: 'ok', gas: TRANSFER_GAS }
  }
  const widest = await runMessage(lane, message, most)
  const exceeded = `gas required exceeds allowance (${most})`
  if (widest.kind === 'refused') {
    return { kind: 'failed', reason: widest.isShortOfGas ? exceeded : widest.reason }
  }
  const { execution, gasUsed } = widest
  if (execution.exceptionError !== undefined) {
    const { exceptionError, returnValue } = execution
    if (exceptionError.error === 'revert')
      return { kind: 'reverted', output: bytesToHex(returnValue) }
    const isExhausted = exceptionError.error === 'out of gas'
    return { kind: 'failed', reason: isExhausted ? exceeded : failureReason(exceptionError.error) }
  }
  const hint = ((gasUsed + (execution.gasRefund ?? 0n) + CALL_STIPEND) * 64n) / 63n
  const found = await search(lane, message, { least: gasUsed - 1n, most, hint })
  return { kind: 'ok', gas: found }
}

/** The smallest sufficient limit in (least, most], within the tolerance. */
async function search(
  lane: Lane,
  message: CallMessage,
  bounds: { readonly least: bigint; readonly most: bigint; readonly hint: bigint },
): Promise<bigint> {
  let { least, most } = bounds
  const suffices = async (gas: bigint): Promise<boolean> =>
    isSuccess(await runMessage(lane, message, gas))
  if (bounds.hint < most) {
    if (await suffices(bounds.hint)) most = bounds.hint
    else least = bounds.hint
  }
  while (least + 1n < most && (most - least) * 1_000n >= most * TOLERANCE_PER_MILLE) {
    const middle = (least + most) / 2n
    // Most messages need little more than they used: look low first.
    const guess = middle > least * 2n ? least * 2n : middle
    if (await suffices(guess)) most = guess
    else least = guess
  }
  return most
}

/** Gas that the sender can pay for; undefined when not even the value is there. */
async function affordableGas(
  { overlay }: Lane,
  { caller, value, feeCap }: CallMessage,
): Promise<bigint | undefined> {
  if (feeCap === 0n) return TRANSACTION_GAS_MAX
  const account = await overlay.loadAccount(caller.toString())
  const left = (account.current?.balance ?? 0n) - value
  return left < 0n ? undefined : left / feeCap
}

/** Coins to an account without code: everybody knows what that takes. */
async function isTransfer({ overlay, precompiles }: Lane, message: CallMessage): Promise<boolean> {
  const { to, data, authorizations, accessList } = message
  if (to === undefined || data.length > 0) return false
  if (authorizations.length > 0 || accessList.length > 0) return false
  const address = to.toString()
  if (precompiles.has(address)) return false
  const code = await overlay.loadCode(await overlay.loadAccount(address))
  return code.length === 0
}

function isSuccess(result: MessageResult): boolean {
  return result.kind === 'executed' && result.execution.exceptionError === undefined
}
