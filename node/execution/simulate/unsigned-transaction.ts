/**
 * A message as the transaction that it would be, with everything filled in and a signature of
 * zeros: what the transactions root of a simulated block commits to, as geth has it.
 */
import { createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import {
  encodeRlpInteger,
  encodeRlpList,
  encodeRlpString,
} from '../../../consensus/codec/rlp-writer.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { authorizationBytes } from '../calls/message.ts'
import type { Executable, ExecutableFields } from '../transaction/executable.ts'
import { SimulationError } from './simulation-error.ts'
import type { SimulatedCall } from './simulation-types.ts'

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`
const NO_BYTES = new Uint8Array(0)
const NO_SIGNATURE = [0n, 0n, 0n].map(encodeRlpInteger)
/** EIP-3860. */
const INIT_CODE_BYTES_MAX = 49_152

export type UnsignedTransaction = Executable & {
  readonly hash: Hash
  /** EIP-2718 bytes; of a legacy transaction its RLP list. */
  readonly raw: Uint8Array
  readonly chainId: bigint
}

export type FilledFields = {
  readonly nonce: bigint
  readonly gasLimit: bigint
  readonly chainId: bigint
  /** Before London there are gas prices alone. */
  readonly hasBaseFee: boolean
}

export function senderOf({ from = ZERO_ADDRESS }: SimulatedCall): Address {
  return from
}

/** Throws a {@link SimulationError} for fields that make no transaction. */
export function unsignedTransaction(
  call: SimulatedCall,
  { nonce, gasLimit, chainId, hasBaseFee }: FilledFields,
): UnsignedTransaction {
  const tx: ExecutableFields = {
    type: typeOf(call, hasBaseFee),
    nonce,
    gasLimit,
    ...(call.to && { to: createAddressFromString(call.to) }),
    value: call.value ?? 0n,
    data: call.data ?? NO_BYTES,
    accessList: (call.accessList ?? []).map(
      ({ address, storageKeys }) => [hexToBytes(address), storageKeys.map(hexToBytes)] as const,
    ),
    ...(call.authorizationList && {
      authorizationList: call.authorizationList.map(authorizationBytes),
    }),
    ...(call.blobVersionedHashes && { blobVersionedHashes: call.blobVersionedHashes }),
    ...feesOf(call, hasBaseFee),
  }
  verifyFields(tx)
  const raw = encodeUnsigned(tx, chainId)
  return { hash: bytesToHex(keccak256(raw)), raw, chainId, sender: senderOf(call), tx }
}

function typeOf(call: SimulatedCall, hasBaseFee: boolean): number {
  if (call.authorizationList !== undefined) return 4
  if (call.blobVersionedHashes !== undefined) return 3
  if (hasBaseFee && call.gasPrice === undefined) return 2
  return call.accessList === undefined ? 0 : 1
}

function feesOf(call: SimulatedCall, hasBaseFee: boolean): Partial<ExecutableFields> {
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas = 0n } = call
  const hasBlobs = call.blobVersionedHashes !== undefined
  const isTyped = hasBlobs || call.authorizationList !== undefined
  if (gasPrice !== undefined && isTyped) {
    throw new SimulationError('FEES_NOT_ALLOWED', 'this type of transaction has no gasPrice')
  }
  if (!hasBaseFee && (maxFeePerGas ?? maxPriorityFeePerGas) !== undefined) {
    throw new SimulationError('FEES_NOT_ALLOWED', 'maxFeePerGas is not known before London')
  }
  if (gasPrice !== undefined || !hasBaseFee) return { gasPrice: gasPrice ?? 0n }
  return {
    maxFeePerGas: maxFeePerGas ?? 0n,
    maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n,
    ...(hasBlobs && { maxFeePerBlobGas }),
  }
}

function verifyFields(tx: ExecutableFields): void {
  const { to, data, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n, authorizationList } = tx
  if (maxPriorityFeePerGas > maxFeePerGas) {
    throw new SimulationError(
      'TIP_ABOVE_FEE_CAP',
      'max priority fee per gas higher than max fee per gas: ' +
        `maxPriorityFeePerGas: ${maxPriorityFeePerGas}, maxFeePerGas: ${maxFeePerGas}`,
    )
  }
  if (authorizationList !== undefined && (to === undefined || authorizationList.length === 0)) {
    throw new SimulationError(
      'AUTHORIZATIONS_MALFORMED',
      'a transaction with authorizations has one at least, and a receiver',
    )
  }
  if (to === undefined && data.length > INIT_CODE_BYTES_MAX) {
    throw new SimulationError(
      'INIT_CODE_TOO_LARGE',
      `max initcode size exceeded: code size ${data.length}, limit ${INIT_CODE_BYTES_MAX}`,
    )
  }
}

function encodeUnsigned(tx: ExecutableFields, chainId: bigint): Uint8Array {
  const { type, nonce, gasPrice = 0n, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = tx
  const prices = type < 2 ? [gasPrice] : [maxPriorityFeePerGas, maxFeePerGas]
  const common = [
    ...[nonce, ...prices, tx.gasLimit].map(encodeRlpInteger),
    encodeRlpString(tx.to?.bytes ?? NO_BYTES),
    encodeRlpInteger(tx.value),
    encodeRlpString(tx.data),
  ]
  if (type === 0) return encodeRlpList([...common, ...NO_SIGNATURE])
  const payload = encodeRlpList([
    encodeRlpInteger(chainId),
    ...common,
    encodeAccessList(tx.accessList ?? []),
    ...(type === 3 ? encodeBlobs(tx) : []),
    ...(type === 4 ? [encodeAuthorizations(tx.authorizationList ?? [])] : []),
    ...NO_SIGNATURE,
  ])
  return Uint8Array.of(type, ...payload)
}

function encodeAccessList(list: NonNullable<ExecutableFields['accessList']>): Uint8Array {
  return encodeRlpList(
    list.map(([address, slots]) =>
      encodeRlpList([encodeRlpString(address), encodeRlpList(slots.map(encodeRlpString))]),
    ),
  )
}

function encodeBlobs({ maxFeePerBlobGas = 0n, blobVersionedHashes = [] }: ExecutableFields) {
  const hashes = blobVersionedHashes.map((hash) => encodeRlpString(hexToBytes(hash)))
  return [encodeRlpInteger(maxFeePerBlobGas), encodeRlpList(hashes)]
}

function encodeAuthorizations(
  list: NonNullable<ExecutableFields['authorizationList']>,
): Uint8Array {
  return encodeRlpList(list.map((item) => encodeRlpList(item.map(encodeRlpString))))
}
