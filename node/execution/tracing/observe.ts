/** One transaction or message under a tracer. */
import type { Address } from '../../../consensus/types.ts'
import type { SignedTransaction } from '../../transaction.ts'
import type { Lane } from '../evm/lane.ts'
import { authoritiesOf } from '../transaction/authorizations.ts'
import { EvmObserver } from './evm/evm-observer.ts'
import { OverlayProbe } from './evm/overlay-probe.ts'
import type { StateProbe, TracedMessage, TracedPlace, Tracer } from './tracer.ts'

/** EIP-7702: what comes back for an authority that has an account. */
const EXISTING_ACCOUNT_REFUND = 12_500n

/** Runs `work`, which executes `message` on the lane and says what gas it used. */
export async function observe(
  lane: Lane,
  tracer: Tracer,
  message: TracedMessage,
  work: () => Promise<{ readonly gasUsed: bigint }>,
): Promise<unknown> {
  const probe = new OverlayProbe(lane)
  await tracer.start?.(message, probe)
  const observer = new EvmObserver(lane, tracer, probe, {
    firstLogIndex: message.place?.firstLogIndex ?? 0,
    authorizationRefund: await refundCounter(probe, message),
  })
  const { gasUsed } = await observer.during(work)
  await tracer.end?.(gasUsed)
  return tracer.result()
}

/** The traced part of a transaction that stands in a block. Throws an `InterruptError`. */
export async function messageOf(
  lane: Lane,
  { tx, sender }: SignedTransaction,
  coinbase: Address,
  place: TracedPlace | undefined,
): Promise<TracedMessage> {
  const list = 'authorizationList' in tx ? tx.authorizationList : []
  return {
    from: sender,
    to: tx.to?.toString(),
    nonce: tx.nonce,
    gasLimit: tx.gasLimit,
    coinbase,
    authorities: await authoritiesOf(lane, list),
    place,
  }
}

/**
 * Counts, when the code begins, the authorizations that were applied to accounts that were there:
 * each counts the nonce of its authority up.
 */
async function refundCounter(
  probe: StateProbe,
  { authorities, from }: TracedMessage,
): Promise<() => Promise<bigint>> {
  const before = new Map<Address, { readonly nonce: bigint; readonly exists: boolean }>()
  for (const address of authorities) {
    const { nonce, balance, codeHash } = await probe.account(address)
    const exists = nonce > 0n || balance > 0n || codeHash !== undefined
    before.set(address, { nonce, exists })
  }
  return async () => {
    let count = 0n
    for (const [address, { nonce, exists }] of before) {
      const own = address === from ? 1n : 0n
      const applied = (await probe.account(address)).nonce - nonce - own
      count += exists || applied === 0n ? applied : applied - 1n
    }
    return count * EXISTING_ACCOUNT_REFUND
  }
}
