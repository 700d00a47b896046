/**
 * What a validator process tells its supervisor over the IPC channel. Blocks are told so that
 * the supervisor can show the life of the chain without polling.
 */
import type { Address, Hash } from '../../consensus/types.ts'

/** The node serves JSON-RPC and gossip; `adapter` is for people. */
export type ReadyMessage = {
  readonly type: 'ready'
  readonly pid: number
  readonly rpcUrl: string
  readonly wsUrl: string
  readonly p2p: string
  readonly adapter: string
}

/** The node has a new head. `number` is decimal: JSON has no bigint. */
export type HeadMessage = {
  readonly type: 'head'
  readonly number: string
  readonly hash: Hash
  readonly coinbase: Address
  readonly transactions: number
  readonly timestamp: number
  readonly peers: number
  /** Blocks that this change of head took out of the canonical chain. */
  readonly removed: number
}

/** The node stops by itself; `sentence` says why. */
export type FailedMessage = { readonly type: 'failed'; readonly sentence: string }

export type ValidatorMessage = ReadyMessage | HeadMessage | FailedMessage

/** True for messages of ours: the channel also carries what a library may send. */
export function isValidatorMessage(message: unknown): message is ValidatorMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false
  return message.type === 'ready' || message.type === 'head' || message.type === 'failed'
}
