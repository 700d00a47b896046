/** A call that an operation of a frame makes, as the message that the library knows. */
import { Message } from '@ethereumjs/evm'
import { assert } from '../../../consensus/errors.ts'
import type { CallRequest, Frame } from '../interpreter/frame.ts'
import { HexAddress } from './hex-address.ts'

/** What it destroys and creates is its own until it succeeds. */
export function messageOf(frame: Frame, request: CallRequest): Message {
  const parent = frame.message
  const own = parent.to
  assert(own !== undefined, 'code that calls has an address')
  const isAsSelf = request.to === frame.account.address
  const target = new HexAddress(request.codeAddress)
  return new Message({
    caller: request.isDelegate ? parent.caller : own,
    to: isAsSelf ? own : target,
    codeAddress: target,
    value: request.value,
    data: request.data,
    gasLimit: BigInt(request.gas),
    gasRefund: frame.refund,
    isStatic: request.isStatic,
    delegatecall: request.isDelegate,
    depth: parent.depth + 1,
    selfdestruct: new Map(parent.selfdestruct),
    createdAddresses: new Set(parent.createdAddresses),
    blobVersionedHashes: parent.blobVersionedHashes ?? [],
  })
}
