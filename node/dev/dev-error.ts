/** Why a developer's wish is refused, in a sentence. */
import { CodedError } from '../../consensus/errors.ts'
import type { Address } from '../../consensus/types.ts'

export type DevErrorType =
  | { readonly code: 'SHARED_CHAIN' }
  | { readonly code: 'NO_SEALER' }
  | { readonly code: 'BUSY'; readonly waitingMax: number }
  | { readonly code: 'TIME_NOT_LATER'; readonly timestamp: bigint; readonly parent: bigint }
  | { readonly code: 'TOO_MANY_BLOCKS'; readonly blocks: bigint; readonly blocksMax: bigint }
  | { readonly code: 'TOO_DEEP'; readonly depth: bigint; readonly depthMax: bigint }
  | { readonly code: 'ABOVE_HEIGHT'; readonly depth: bigint; readonly height: bigint }
  | { readonly code: 'BASE_FEE_FIXED'; readonly baseFee: bigint }
  | { readonly code: 'GAS_LIMIT_BOUND'; readonly lowest: bigint; readonly highest: bigint }
  | { readonly code: 'OWN_CONTRACT'; readonly address: Address }
  /** It would be a slot of nothing. */
  | { readonly code: 'EMPTY'; readonly address: Address }
  | { readonly code: 'DUMP_UNREADABLE'; readonly reason: string }
  | { readonly code: 'DUMP_TOO_LARGE'; readonly bytesMax: number }
  | { readonly code: 'UNSUPPORTED'; readonly reason: string }

export class DevError extends CodedError<DevErrorType> {
  constructor(type: DevErrorType, options?: ErrorOptions) {
    super(type, sentenceOf(type), options)
  }
}

function sentenceOf(type: DevErrorType): string {
  switch (type.code) {
    case 'SHARED_CHAIN':
      return 'this chain has other validators: its state and its blocks are not ours to change'
    case 'NO_SEALER':
      return 'this node does not make blocks'
    case 'BUSY':
      return `${type.waitingMax} changes of the chain wait already: try again`
    case 'TIME_NOT_LATER':
      return `Timestamp error: ${type.timestamp} is not later than the ${type.parent} of the head`
    case 'TOO_MANY_BLOCKS':
      return `${type.blocks} blocks at once are too many: at most ${type.blocksMax}`
    case 'TOO_DEEP':
      return `${type.depth} blocks are more than can be taken back: at most ${type.depthMax}`
    case 'ABOVE_HEIGHT':
      return `depth must not exceed current chain height: height ${type.height}, depth ${type.depth}`
    case 'BASE_FEE_FIXED':
      return `the base fee follows from the parent by the rules of this chain: it is ${type.baseFee}`
    case 'GAS_LIMIT_BOUND':
      return `by the rules of this chain the next gas limit is from ${type.lowest} to ${type.highest}`
    case 'OWN_CONTRACT':
      return `${type.address} is a contract that runs in every block: it can't be written by hand`
    case 'EMPTY':
      return `${type.address} would have storage alone: give it code, a nonce or a balance first`
    case 'DUMP_UNREADABLE':
      return `the state can't be read: ${type.reason}`
    case 'DUMP_TOO_LARGE':
      return `the state is above ${type.bytesMax} bytes`
    case 'UNSUPPORTED':
      return type.reason
  }
}
