/**
 * One transaction on the state, as @ethereumjs/vm's `runTx` has it and the tests compare. What the
 * chain and the fork decide, such as where the base fee goes, is asked of the lane's rules.
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
import { integerBytes } from '../../state/flat/integers.ts'
import { type AccountEntry, NEW_ACCOUNT } from '../../state/overlay.ts'
import type { EvmBlock } from '../evm/block-context.ts'
import type { Lane } from '../evm/lane.ts'
import { applyAuthorizations } from './authorizations.ts'
import {
  ALL_CHECKS,
  blobGasOf,
  type Executable,
  type ExecutableFields,
  type TransactionChecks,
} from './executable.ts'
import { cleanUp, gasAfterRefund, warmUp } from './execution-frame.ts'
import { type BlobRoom, tipOf, verifyIncludable } from './inclusion-rules.ts'
import { intrinsicGas } from './intrinsic-gas.ts'

export type RawLog = readonly [address: Uint8Array, topics: readonly Uint8Array[], data: Uint8Array]

export type AppliedTransaction = {
  readonly gasUsed: bigint
  /** Wei per gas. */
  readonly gasPrice: bigint
  readonly isSuccess: boolean
  readonly logs: readonly RawLog[]
  readonly blobGasUsed: bigint
  /** undefined for a transfer that met no code. */
  readonly execution: ExecResult | undefined
  /** Of a creation, whether it succeeded or not. */
  readonly contractAddress: AddressHex | undefined
}

export type TransactionSite = {
  readonly block: EvmBlock
  readonly coinbase: AddressHex
  readonly baseFeePerGas: bigint
  /** Gas that the block has left. */
  readonly gasAvailable: bigint
  /** undefined where no transaction may carry a blob. */
  readonly blobs: BlobRoom | undefined
}

const NO_LOGS: readonly RawLog[] = []
const NONCE_MAX = 2n ** 64n - 1n

/** Throws an `InclusionError`, with the state as it was, if the transaction may not stand here. */
export async function applyTransaction(
  lane: Lane,
  site: TransactionSite,
  { tx, sender }: Executable,
  checks: TransactionChecks = ALL_CHECKS,
): Promise<AppliedTransaction> {
  const { overlay, rules } = lane
  const { baseFeePerGas, gasAvailable, blobs } = site
  const from = overlay.peekAccount(sender) ?? (await overlay.loadAccount(sender))
  const account = from.current ?? NEW_ACCOUNT
  const senderCode = await overlay.loadCode(from)
  const gas = intrinsicGas(tx, rules.transaction.prices)
  const { gasLimitMax } = rules.transaction
  verifyIncludable({
    ...{ tx, sender: account, senderCode, gas, gasAvailable, baseFeePerGas },
    ...{ blobs, gasLimitMax, checks },
  })
  // Less than the base fee is only let through when it is nothing at all.
  const tip = maxOf(tipOf(tx, baseFeePerGas), -baseFeePerGas)
  const gasPrice = baseFeePerGas + tip
  const before = overlay.balanceChange
  const blobGasUsed = blobGasOf(tx)
  const blobFee = blobGasUsed * minOf(blobs?.baseFee ?? 0n, tx.maxFeePerBlobGas ?? 0n)

  const { nonce, balance } = account
  const bought = balance - tx.gasLimit * gasPrice - blobFee
  // Only a simulation gets as far as the last nonce, and goes round as geth does (EIP-2681).
  const nextNonce = nonce === NONCE_MAX ? 0n : nonce + 1n
  overlay.setAccount(from, { ...account, nonce: nextNonce, balance: bought })
  const isTransfer = await isPlainTransfer(lane, tx)
  const result = isTransfer
    ? await transfer(lane, from, tx.to, tx.value)
    : await execute(lane, site, { tx, sender }, gasPrice, tx.gasLimit - gas.intrinsic)

  const { execution } = result
  const gasUsed = gasAfterRefund(lane, gas, execution, result.authorizationRefund)
  overlay.addBalance(from, (tx.gasLimit - gasUsed) * gasPrice)
  const isFree = gasPrice < baseFeePerGas
  await credit(lane, site.coinbase, isFree ? 0n : gasUsed * tip)
  if (execution !== undefined) await cleanUp(lane, execution)
  const baseFee = (isFree ? 0n : gasUsed * baseFeePerGas) + blobFee
  const missing = before - overlay.balanceChange
  await rules.transaction.settleFees(lane, { missing, baseFee, execution })
  overlay.endTransaction()
  return {
    gasUsed,
    gasPrice,
    isSuccess: execution?.exceptionError === undefined,
    logs: execution?.logs ?? NO_LOGS,
    blobGasUsed,
    execution,
    contractAddress: tx.to === undefined ? createdAddress(sender, nonce) : undefined,
  }
}

type ExecutedPart = {
  readonly execution: ExecResult | undefined
  readonly authorizationRefund: bigint
}

/** The message meets no code: it moves coins and can't fail. */
async function isPlainTransfer(lane: Lane, tx: ExecutableFields): Promise<boolean> {
  if (tx.to === undefined || tx.authorizationList !== undefined || lane.isObserved) return false
  const { overlay, rules } = lane
  // Before EIP-161 even coins that are none make an account.
  if (!rules.transaction.clearsEmpty) return false
  const address = tx.to.toString()
  if (lane.precompiles.has(address)) return false
  const to = overlay.peekAccount(address) ?? (await overlay.loadAccount(address))
  // An override can leave an empty account behind, which goes when it is touched: by the EVM.
  if (to.current?.nonce === 0n && to.current.balance === 0n) return false
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
  { tx, sender }: Executable,
  gasPrice: bigint,
  gasLimit: bigint,
): Promise<ExecutedPart> {
  const { evm } = lane
  const caller = createAddressFromString(sender)
  const { to, value, data, accessList = [], authorizationList, blobVersionedHashes } = tx
  warmUp(lane, { caller, to, coinbase, accessList })
  const authorizationRefund =
    authorizationList === undefined
      ? 0n
      : await applyAuthorizations(lane, authorizationList, evm.common.chainId())
  const { execResult } = await evm.runCall({
    block,
    gasPrice,
    caller,
    gasLimit,
    ...(to && { to }),
    value,
    data,
    ...(blobVersionedHashes && { blobVersionedHashes: [...blobVersionedHashes] }),
    skipNonceIncrement: true,
  })
  return { execution: execResult, authorizationRefund }
}

/** Nothing is no reason to make an account, since EIP-161. */
export async function credit(
  { overlay, rules }: Lane,
  address: AddressHex,
  amount: bigint,
): Promise<void> {
  if (amount === 0n && rules.transaction.clearsEmpty) return
  overlay.addBalance(overlay.peekAccount(address) ?? (await overlay.loadAccount(address)), amount)
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function minOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function createdAddress(sender: AddressHex, nonce: bigint): AddressHex {
  return bytesToHex(generateAddress(createAddressFromString(sender).bytes, integerBytes(nonce)))
}
