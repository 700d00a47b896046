/**
 * One transaction on the state: Osaka's rules, as @ethereumjs/vm's `runTx` has them and the tests
 * compare, plus ours: what the base fee takes and what SELFDESTRUCT would destroy goes to the sink.
 *
 * Written out here because most of `runTx` is the choice between forks, which costs more than a
 * transfer does; and because a transfer that meets no code needs no EVM.
 * Spec: docs/spec/execution.md, X4.
 */
import type { ExecResult } from '@ethereumjs/evm'
import {
  type Address,
  bytesToHex,
  createAddressFromString,
  generateAddress,
} from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { Address as AddressHex } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import { integerBytes } from '../../state/flat/integers.ts'
import { type AccountEntry, NEW_ACCOUNT } from '../../state/overlay.ts'
import type { SignedTransaction } from '../../transaction.ts'
import type { EvmBlock } from '../evm/block-context.ts'
import type { Lane } from '../evm/lane.ts'
import { applyAuthorizations } from './authorizations.ts'
import { cleanUp, gasAfterRefund, warmUp } from './execution-frame.ts'
import { tipOf, verifyIncludable } from './inclusion-rules.ts'
import { intrinsicGas } from './intrinsic-gas.ts'

export type RawLog = readonly [address: Uint8Array, topics: readonly Uint8Array[], data: Uint8Array]

export type AppliedTransaction = {
  readonly gasUsed: bigint
  /** Wei per gas. */
  readonly gasPrice: bigint
  readonly isSuccess: boolean
  readonly logs: readonly RawLog[]
  /** Of a creation, whether it succeeded or not. */
  readonly contractAddress: AddressHex | undefined
}

export type TransactionSite = {
  readonly block: EvmBlock
  readonly coinbase: AddressHex
  readonly baseFeePerGas: bigint
  /** Gas that the block has left. */
  readonly gasAvailable: bigint
}

const NO_LOGS: readonly RawLog[] = []

/** Throws an `InclusionError`, with the state as it was, if the transaction may not stand here. */
export async function applyTransaction(
  lane: Lane,
  site: TransactionSite,
  { tx, sender }: SignedTransaction,
): Promise<AppliedTransaction> {
  const { overlay } = lane
  const { baseFeePerGas, gasAvailable } = site
  const from = overlay.peekAccount(sender) ?? (await overlay.loadAccount(sender))
  const account = from.current ?? NEW_ACCOUNT
  const senderCode = await overlay.loadCode(from)
  const gas = intrinsicGas(tx)
  verifyIncludable({ tx, sender: account, senderCode, gas, gasAvailable, baseFeePerGas })
  const tip = tipOf(tx, baseFeePerGas)
  const gasPrice = baseFeePerGas + tip
  const before = overlay.balanceChange

  const { nonce, balance } = account
  const bought = balance - tx.gasLimit * gasPrice
  overlay.setAccount(from, { ...account, nonce: nonce + 1n, balance: bought })
  const isTransfer = await isPlainTransfer(lane, tx)
  const result = isTransfer
    ? await transfer(lane, from, tx.to, tx.value)
    : await execute(lane, site, tx, gasPrice, tx.gasLimit - gas.intrinsic)

  const gasUsed = gasAfterRefund(gas, result.execution, result.authorizationRefund)
  overlay.addBalance(from, (tx.gasLimit - gasUsed) * gasPrice)
  await credit(lane, site.coinbase, gasUsed * tip)
  if (result.execution !== undefined) await cleanUp(lane, result.execution)
  await settleWithSink(lane, before, gasUsed * baseFeePerGas, result.execution)
  overlay.endTransaction()
  return {
    gasUsed,
    gasPrice,
    isSuccess: result.execution?.exceptionError === undefined,
    logs: result.execution?.logs ?? NO_LOGS,
    contractAddress: tx.to === undefined ? createdAddress(sender, nonce) : undefined,
  }
}

type ExecutedPart = {
  readonly execution: ExecResult | undefined
  readonly authorizationRefund: bigint
}

type Tx = SignedTransaction['tx']

/** The message meets no code: it moves coins and can't fail. */
async function isPlainTransfer(lane: Lane, tx: Tx): Promise<boolean> {
  if (tx.to === undefined || 'authorizationList' in tx || lane.isObserved) return false
  const { overlay } = lane
  const address = tx.to.toString()
  if (lane.precompiles.has(address)) return false
  const to = overlay.peekAccount(address) ?? (await overlay.loadAccount(address))
  return (await overlay.loadCode(to)).length === 0
}

async function transfer(
  { overlay }: Lane,
  from: AccountEntry,
  to: Address | undefined,
  value: bigint,
): Promise<ExecutedPart> {
  assert(to !== undefined, 'a plain transfer has a receiver')
  if (value > 0n) {
    overlay.addBalance(from, -value)
    overlay.addBalance(await overlay.loadAccount(to.toString()), value)
  }
  return { execution: undefined, authorizationRefund: 0n }
}

async function execute(
  lane: Lane,
  { block, coinbase }: TransactionSite,
  tx: Tx,
  gasPrice: bigint,
  gasLimit: bigint,
): Promise<ExecutedPart> {
  const { evm } = lane
  const caller = tx.getSenderAddress()
  const accessList = 'accessList' in tx ? tx.accessList : []
  warmUp(lane, { caller, to: tx.to, coinbase, accessList })
  const authorizationRefund =
    'authorizationList' in tx
      ? await applyAuthorizations(lane, tx.authorizationList, evm.common.chainId())
      : 0n
  const { to, value, data } = tx
  const { execResult } = await evm.runCall({
    block,
    gasPrice,
    caller,
    gasLimit,
    ...(to && { to }),
    value,
    data,
    skipNonceIncrement: true,
  })
  return { execution: execResult, authorizationRefund }
}

/** Coins that left all balances are the base fee and what SELFDESTRUCT would have destroyed. */
async function settleWithSink(
  lane: Lane,
  before: bigint,
  baseFee: bigint,
  execution: ExecResult | undefined,
): Promise<void> {
  const missing = before - lane.overlay.balanceChange
  const hasDestroyed = (execution?.selfdestruct?.size ?? 0) > 0
  assert(
    missing === baseFee || (missing > baseFee && hasDestroyed),
    'a transaction makes no coins, and loses none but the base fee and those of SELFDESTRUCT',
  )
  await credit(lane, PREDEPLOYS.AIBurn, missing)
}

/** Nothing is no reason to make an account (EIP-161). */
async function credit({ overlay }: Lane, address: AddressHex, amount: bigint): Promise<void> {
  if (amount === 0n) return
  overlay.addBalance(overlay.peekAccount(address) ?? (await overlay.loadAccount(address)), amount)
}

function createdAddress(sender: AddressHex, nonce: bigint): AddressHex {
  return bytesToHex(generateAddress(createAddressFromString(sender).bytes, integerBytes(nonce)))
}
