/** What a caller wants to be otherwise: accounts before the message runs, the block around it. */
import type { Hex } from '../../../consensus/types.ts'
import { wordBytes } from '../../state/flat/flat-codec.ts'
import { NEW_ACCOUNT, type StateOverlay } from '../../state/overlay.ts'
import type { AccountOverride, BlockOverrides, Overrides } from '../call-types.ts'
import type { BlockContext } from '../evm/block-context.ts'

export async function overrideAccounts(
  overlay: StateOverlay,
  accounts: NonNullable<Overrides['accounts']>,
): Promise<void> {
  for (const [address, override] of accounts) {
    // Naming an account makes none.
    if (!isOverridden(override)) continue
    const entry = await overlay.loadAccount(address)
    const account = entry.current ?? NEW_ACCOUNT
    const { balance = account.balance, nonce = account.nonce } = override
    overlay.setAccount(entry, { ...account, balance, nonce })
    if (override.code !== undefined) overlay.setCode(entry, override.code)
    await overrideStorage(overlay, address, override)
  }
}

function isOverridden({ balance, nonce, code, state, stateDiff }: AccountOverride): boolean {
  return [balance, nonce, code, state, stateDiff].some((value) => value !== undefined)
}

async function overrideStorage(
  overlay: StateOverlay,
  address: Hex,
  { state, stateDiff }: AccountOverride,
): Promise<void> {
  if (state !== undefined) {
    const slots = Array.from(state, ([slot, value]) => [word(slot), wordBytes(value)] as const)
    overlay.replaceStorage(address, new Map(slots))
  }
  for (const [slot, value] of stateDiff ?? []) {
    overlay.setSlot(await overlay.loadSlot(address, word(slot)), wordBytes(value))
  }
}

/** The same context where nothing is to be otherwise. */
export function overrideBlock(context: BlockContext, overrides?: BlockOverrides): BlockContext {
  if (overrides === undefined) return context
  const { number, time, gasLimit, feeRecipient, prevRandao, baseFeePerGas } = overrides
  const { blobBaseFee = context.blobBaseFee } = overrides
  return {
    ...context,
    number: number ?? context.number,
    timestamp: time ?? context.timestamp,
    gasLimit: gasLimit ?? context.gasLimit,
    coinbase: feeRecipient ?? context.coinbase,
    mixHash: prevRandao ?? context.mixHash,
    baseFeePerGas: baseFeePerGas ?? context.baseFeePerGas,
    ...(blobBaseFee !== undefined && { blobBaseFee }),
  }
}

/** As the state has slots: 32 bytes. */
function word(slot: Hex): Hex {
  return `0x${slot.slice(2).toLowerCase().padStart(64, '0')}`
}
