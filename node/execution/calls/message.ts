/**
 * A message that nobody signed, executed as a transaction would be but for its checks: any sender,
 * any nonce, no fee unless one is named. The state that it leaves is thrown away.
 *
 * Spec: docs/spec/execution.md, "Calls".
 */
import type { EVMRunCallOpts, ExecResult } from '@ethereumjs/evm'
import { type Address, bigIntToUnpaddedBytes, hexToBytes } from '@ethereumjs/util'
import type { Address as AddressHex } from '../../../consensus/types.ts'
import { type AccountEntry, NEW_ACCOUNT } from '../../state/overlay.ts'
import { andThen, type Soon } from '../../state/soon.ts'
import type { CallAuthorization, CallRequest } from '../call-types.ts'
import { type BlockContext, type EvmBlock, evmBlockOf } from '../evm/block-context.ts'
import { HexAddress } from '../evm/hex-address.ts'
import type { Lane } from '../evm/lane.ts'
import { applyAuthorizations } from '../transaction/authorizations.ts'
import { cleanUp, gasAfterRefund, warmUp } from '../transaction/execution-frame.ts'
import { type IntrinsicGas, intrinsicGas } from '../transaction/intrinsic-gas.ts'

const NOBODY = new HexAddress(`0x${'00'.repeat(20)}`)
const NO_DATA = new Uint8Array(0)

/** A request with everything filled in that it left out. */
export type CallMessage = {
  readonly caller: Address
  readonly to: Address | undefined
  readonly value: bigint
  readonly data: Uint8Array
  /** Wei per gas that is paid, and that the sender was ready to pay. */
  readonly gasPrice: bigint
  readonly feeCap: bigint
  readonly accessList: readonly (readonly [Uint8Array, readonly Uint8Array[]])[]
  readonly authorizations: readonly CallAuthorization[]
  readonly block: EvmBlock
  readonly coinbase: AddressHex
}

export type MessageResult =
  | { readonly kind: 'executed'; readonly execution: ExecResult; readonly gasUsed: bigint }
  /** It may not even begin; `isShortOfGas`: with more gas it might. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isShortOfGas: boolean }

/** As geth: a message that names no fee pays none, and sees a base fee of zero. */
export function readMessage(request: CallRequest, context: BlockContext): CallMessage {
  const feeCap = request.gasPrice ?? request.maxFeePerGas ?? 0n
  const isFree = feeCap === 0n
  const baseFeePerGas = isFree ? 0n : context.baseFeePerGas
  const tip = request.gasPrice ?? request.maxPriorityFeePerGas ?? 0n
  const wanted = request.gasPrice ?? baseFeePerGas + tip
  return {
    caller: request.from === undefined ? NOBODY : new HexAddress(request.from),
    to: request.to && new HexAddress(request.to),
    value: request.value ?? 0n,
    data: request.data ?? NO_DATA,
    gasPrice: wanted < feeCap ? wanted : feeCap,
    feeCap,
    accessList: request.accessList?.map(accessBytes) ?? [],
    authorizations: request.authorizationList ?? [],
    block: isFree ? freeBlockOf(context) : evmBlockOf(context),
    coinbase: context.coinbase,
  }
}

/** Most messages are free, and come by the thousand on one head. */
const freeBlocks = new WeakMap<BlockContext, EvmBlock>()

function freeBlockOf(context: BlockContext): EvmBlock {
  const known = freeBlocks.get(context)
  if (known !== undefined) return known
  const block = evmBlockOf({ ...context, baseFeePerGas: 0n })
  freeBlocks.set(context, block)
  return block
}

/** Executes a message with this much gas and leaves the state as it was. */
export function runMessage(
  lane: Lane,
  message: CallMessage,
  gasLimit: bigint,
): Soon<MessageResult> {
  lane.overlay.checkpoint()
  return andThen(runOnState(lane, message, gasLimit), (result) => {
    lane.evm.journal.cleanJournal()
    lane.overlay.revert()
    lane.overlay.endTransaction()
    return result
  })
}

/** Executes a message and leaves the state as it made it, fees unsettled. */
export function runOnState(
  lane: Lane,
  message: CallMessage,
  gasLimit: bigint,
): Soon<MessageResult> {
  const { caller, to, data, accessList, authorizations } = message
  const { prices } = lane.rules.transaction
  const gas = intrinsicGas({ to, data, accessList, authorizationList: authorizations }, prices)
  const required = gas.intrinsic > gas.floor ? gas.intrinsic : gas.floor
  if (gasLimit < required) {
    const reason = `intrinsic gas too low: have ${gasLimit}, want ${required}`
    return { kind: 'refused', reason, isShortOfGas: true }
  }
  return andThen(lane.overlay.loadAccount(caller.toString()), (from) =>
    runFrom(lane, message, gasLimit, { gas, from }),
  )
}

type Start = { readonly gas: IntrinsicGas; readonly from: AccountEntry }

function runFrom(
  lane: Lane,
  message: CallMessage,
  gasLimit: bigint,
  { gas, from }: Start,
): Soon<MessageResult> {
  const { evm, overlay } = lane
  const { caller, to, value, gasPrice, block, accessList } = message
  const account = from.current ?? NEW_ACCOUNT
  const cost = gasLimit * message.feeCap + value
  if (account.balance < cost) {
    return refused(insufficientFunds(caller, account.balance, cost))
  }
  if (gasPrice < (block.header.baseFeePerGas ?? 0n)) {
    return refused('max fee per gas less than block base fee')
  }
  // Written out, as all that each call makes: a spread with something replaced takes microseconds.
  overlay.setAccount(from, {
    // A transaction counts it up before its list is looked at; the EVM does it for creations.
    nonce: to === undefined ? account.nonce : account.nonce + 1n,
    balance: account.balance - gasLimit * gasPrice,
    storageRoot: account.storageRoot,
    codeHash: account.codeHash,
  })
  warmUp(lane, { caller, to, coinbase: message.coinbase, accessList })
  const { authorizations } = message
  if (authorizations.length === 0) return execute(lane, message, gasLimit, { gas, refund: 0n })
  const list = authorizations.map(authorizationBytes)
  return applyAuthorizations(lane, list, evm.common.chainId()).then((refund) =>
    execute(lane, message, gasLimit, { gas, refund }),
  )
}

type Paid = { readonly gas: IntrinsicGas; readonly refund: bigint }

function execute(
  lane: Lane,
  { block, gasPrice, caller, to, value, data }: CallMessage,
  gasLimit: bigint,
  { gas, refund }: Paid,
): Soon<MessageResult> {
  const options: EVMRunCallOpts = {
    block,
    gasPrice,
    caller,
    gasLimit: gasLimit - gas.intrinsic,
    value,
    data,
    skipNonceIncrement: to !== undefined,
  }
  if (to !== undefined) options.to = to
  return andThen(lane.evm.execute(options), ({ execResult }) =>
    andThen(cleanUp(lane, execResult), () => ({
      kind: 'executed',
      execution: execResult,
      gasUsed: gasAfterRefund(lane, gas, execResult, refund),
    })),
  )
}

function refused(reason: string): MessageResult {
  return { kind: 'refused', reason, isShortOfGas: false }
}

function insufficientFunds(caller: Address, have: bigint, want: bigint): string {
  const who = caller.toString()
  return `insufficient funds for gas * price + value: address ${who} have ${have} want ${want}`
}

type AccessBytes = CallMessage['accessList'][number]

function accessBytes(entry: NonNullable<CallRequest['accessList']>[number]): AccessBytes {
  return [hexToBytes(entry.address), entry.storageKeys.map(hexToBytes)]
}

type AuthorizationBytes = Parameters<typeof applyAuthorizations>[1][number]

export function authorizationBytes(authorization: CallAuthorization): AuthorizationBytes {
  const { chainId, address, nonce, yParity, r, s } = authorization
  const [chain, count, parity, rBytes, sBytes] = [chainId, nonce, yParity, r, s].map((value) =>
    bigIntToUnpaddedBytes(value),
  )
  const none = NO_DATA
  return [
    chain ?? none,
    hexToBytes(address),
    count ?? none,
    parity ?? none,
    rBytes ?? none,
    sBytes ?? none,
  ]
}
