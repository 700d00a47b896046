/**
 * Messages to execute and the state to pretend: the objects of `eth_call`, `eth_estimateGas` and
 * `eth_sendTransaction`. Members that we do not know are ignored, as every client does.
 */
import type { CallAuthorization, CallRequest } from '../../node/execution/call-types.ts'
import { paramInvalid } from '../errors.ts'
import { LIST_ITEMS_MAX } from '../limits.ts'
import {
  address,
  arrayOf,
  bytes,
  expected,
  hash,
  index,
  type JsonObject,
  member,
  objectAt,
  type Parser,
  uint64,
  uint256,
} from './primitives.ts'

/** A call with what only a transaction to be signed has. */
export type TransactionRequest = CallRequest & {
  readonly nonce?: bigint
  readonly chainId?: bigint
}

/** What is to be signed. */
export type SignRequest = TransactionRequest & {
  /** EIP-2718; the fields make the type if it is not said. */
  readonly type?: number
}

/** The last type of EIP-2718 that there is. */
const TYPE_MAX = 4

const accessEntry: Parser<NonNullable<CallRequest['accessList']>[number]> = {
  type: 'access list entry',
  parse(value, path) {
    const object = objectAt(value, path)
    return {
      address: address.parse(object['address'], `${path}.address`),
      storageKeys: slotList.parse(object['storageKeys'], `${path}.storageKeys`),
    }
  },
}
const slotList = arrayOf(hash, LIST_ITEMS_MAX)
const accessList = arrayOf(accessEntry, LIST_ITEMS_MAX)

const authorization: Parser<CallAuthorization> = {
  type: 'authorization',
  parse(value, path) {
    const object = objectAt(value, path)
    const integer = (name: string): bigint => uint256.parse(object[name], `${path}.${name}`)
    return {
      chainId: integer('chainId'),
      address: address.parse(object['address'], `${path}.address`),
      nonce: uint64.parse(object['nonce'], `${path}.nonce`),
      yParity: integer('yParity'),
      r: wideInteger.parse(object['r'], `${path}.r`),
      s: wideInteger.parse(object['s'], `${path}.s`),
    }
  },
}
const authorizationList = arrayOf(authorization, LIST_ITEMS_MAX)

/** Signature halves come as a QUANTITY or as 32 bytes, by library. */
const wideInteger: Parser<bigint> = {
  type: 'quantity',
  parse: (value, path) =>
    typeof value === 'string' && value.length === 66
      ? BigInt(hash.parse(value, path))
      : uint256.parse(value, path),
}

export const callRequest: Parser<TransactionRequest> = {
  type: 'transaction',
  parse(value, path) {
    const object = objectAt(value, path)
    // Most members are absent, and this is read with every call: no copy for each of them.
    const request: Record<string, unknown> = { ...readFees(object, path) }
    for (const [name, parser] of CALL_MEMBERS) {
      const read = member<unknown>(object, path, name, parser)
      if (read !== undefined) request[name] = read
    }
    const data = readInput(object, path)
    if (data !== undefined) request['data'] = data
    return request
  },
}

type CallMembers = Omit<TransactionRequest, 'data' | FeeName>
type FeeName = 'gasPrice' | 'maxFeePerGas' | 'maxPriorityFeePerGas'

const CALL_PARSERS: {
  readonly [Name in keyof CallMembers]-?: Parser<NonNullable<CallMembers[Name]>>
} = {
  from: address,
  to: address,
  gas: uint64,
  value: uint256,
  nonce: uint64,
  chainId: uint256,
  accessList,
  authorizationList,
}
const CALL_MEMBERS = Object.entries<Parser<unknown>>(CALL_PARSERS)

const NO_FEES: Partial<CallRequest> = {}
const BLOB_MEMBERS = ['blobVersionedHashes', 'blobs', 'maxFeePerBlobGas']

/** One with blobs would come out as something else. */
export const signRequest: Parser<SignRequest> = {
  type: 'transaction',
  parse(value, path) {
    const object = objectAt(value, path)
    const name = BLOB_MEMBERS.find((member) => object[member] !== undefined)
    if (name !== undefined) {
      throw paramInvalid(`"${path}.${name}" is not supported: this chain takes no blobs`)
    }
    return { ...callRequest.parse(value, path), ...readType(object, path) }
  },
}

/** The type that a caller names, if it does. */
export function readType(object: JsonObject, path: string): { readonly type?: number } {
  return defined('type', member(object, path, 'type', transactionType))
}

const transactionType: Parser<number> = {
  type: 'transaction type',
  parse(value, path) {
    const type = index.parse(value, path)
    if (type <= TYPE_MAX) return type
    throw expected(path, `a type of transaction, 0x0 to 0x${TYPE_MAX}`, value)
  },
}

function readFees(object: JsonObject, path: string): Partial<CallRequest> {
  const gasPrice = member(object, path, 'gasPrice', uint256)
  const maxFeePerGas = member(object, path, 'maxFeePerGas', uint256)
  const maxPriorityFeePerGas = member(object, path, 'maxPriorityFeePerGas', uint256)
  const isDynamic = maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined
  if (gasPrice !== undefined && isDynamic) {
    throw paramInvalid('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  }
  if ((maxPriorityFeePerGas ?? 0n) > (maxFeePerGas ?? maxPriorityFeePerGas ?? 0n)) {
    throw paramInvalid(
      `maxFeePerGas (${maxFeePerGas}) < maxPriorityFeePerGas (${maxPriorityFeePerGas})`,
    )
  }
  if (gasPrice === undefined && !isDynamic) return NO_FEES
  return {
    ...defined('gasPrice', gasPrice),
    ...defined('maxFeePerGas', maxFeePerGas),
    ...defined('maxPriorityFeePerGas', maxPriorityFeePerGas),
  }
}

/** `data` is the old name of `input`; both may be given if they agree. */
function readInput(object: JsonObject, path: string): Uint8Array | undefined {
  const input = member(object, path, 'input', bytes)
  const data = member(object, path, 'data', bytes)
  if (input === undefined || data === undefined) return input ?? data
  if (Buffer.compare(input, data) === 0) return input
  throw expected(path, '"data" and "input" to be equal when both are set', object['data'])
}

/** `{ [name]: value }`, or nothing: optional members are absent, never undefined. */
export function defined<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: Value })
}
