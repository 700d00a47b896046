/**
 * What stands around an EVM call that is the whole of a transaction or of a message: what is warm
 * when it begins, what it pays in the end, what goes with it.
 */
import type { ExecResult } from '@ethereumjs/evm'
import { type Address, bytesToHex, createAddressFromString } from '@ethereumjs/util'
import type { Address as AddressHex } from '../../../consensus/types.ts'
import { andThen, type Soon } from '../../state/soon.ts'
import type { Lane } from '../evm/lane.ts'
import type { IntrinsicGas } from './intrinsic-gas.ts'

export type WarmInputs = {
  readonly caller: Address
  readonly to: Address | undefined
  readonly coinbase: AddressHex
  readonly accessList: readonly (readonly [Uint8Array, readonly Uint8Array[]])[]
}

/** EIP-2929, EIP-2930, EIP-3651: what is warm at the start, beside precompiles. */
export function warmUp(
  { evm, rules }: Lane,
  { caller, to, coinbase, accessList }: WarmInputs,
): void {
  const { journal } = evm
  journal.addAlwaysWarmAddress(caller.toString())
  if (rules.transaction.warmsCoinbase) journal.addAlwaysWarmAddress(coinbase)
  if (to !== undefined) journal.addAlwaysWarmAddress(to.toString())
  for (const [address, slots] of accessList) {
    const hex = bytesToHex(address)
    journal.addAlwaysWarmAddress(hex)
    for (const slot of slots) journal.addAlwaysWarmSlot(hex, bytesToHex(slot))
  }
}

/** All gas of a transaction: intrinsic and executed, less refunds, at least the floor. */
export function gasAfterRefund(
  { rules }: Lane,
  { intrinsic, floor }: IntrinsicGas,
  execution: Pick<ExecResult, 'executionGasUsed' | 'gasRefund'> | undefined,
  authorizationRefund: bigint,
): bigint {
  const gasUsed = intrinsic + (execution?.executionGasUsed ?? 0n)
  const refund = authorizationRefund + (execution?.gasRefund ?? 0n)
  const refundMax = gasUsed / rules.transaction.refundQuotient
  const paid = gasUsed - (refund < refundMax ? refund : refundMax)
  return paid < floor ? floor : paid
}

/** EIP-6780 and EIP-161: what was made and destroyed in this transaction, and what is empty. */
export function cleanUp(lane: Lane, execution: ExecResult): Soon<void> {
  const { selfdestruct } = execution
  const hasDestroyed = selfdestruct !== undefined && selfdestruct.size > 0
  return andThen(hasDestroyed ? deleteDestroyed(lane, execution) : undefined, () =>
    lane.rules.transaction.clearsEmpty ? lane.evm.access.cleanup() : lane.evm.access.cleanJournal(),
  )
}

async function deleteDestroyed({ evm, rules }: Lane, execution: ExecResult): Promise<void> {
  for (const destroyed of execution.selfdestruct?.keys() ?? []) {
    const isNew = execution.createdAddresses?.has(destroyed) === true
    if (!rules.transaction.destroysAny && !isNew) continue
    await evm.access.deleteAccount(createAddressFromString(destroyed))
  }
}
