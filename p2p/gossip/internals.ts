/**
 * The members of gossipsub's class that its interface does not show and we cannot do without. The
 * version is pinned; should a member go, the network refuses to start and says which.
 */

import type { GossipSub, TopicValidatorResult } from '@libp2p/gossipsub'
import type { RPC } from '@libp2p/gossipsub/message'
import type { PeerId, Stream } from '@libp2p/interface'
import { NetworkError } from '../errors.ts'

export type GossipInternals = GossipSub & {
  readonly peers: ReadonlyMap<string, PeerId>
  readonly streamsOutbound: ReadonlyMap<string, unknown>
  /** What peers have promised: to send what they told of and we asked for. */
  readonly gossipTracer: { readonly size: number; deliverMessage(messageId: string): void }
  msgIdToStrFn(messageId: Uint8Array): string
  getScore(peer: string): number
  reportMessageValidationResult(
    messageId: string,
    source: string,
    result: TopicValidatorResult,
  ): void
  handleReceivedRpc(from: PeerId, rpc: RPC): Promise<void>
  sendRpc(to: string, rpc: RPC): boolean
  createInboundStream(from: PeerId, stream: Stream): void
}

const METHODS = [
  'msgIdToStrFn',
  'getScore',
  'reportMessageValidationResult',
  'handleReceivedRpc',
  'sendRpc',
  'createInboundStream',
]
const OBJECTS = ['gossipTracer']
const MAPS = ['peers', 'streamsOutbound']

export function asInternals(pubsub: GossipSub): GossipInternals {
  const members = pubsub as unknown as Record<string, unknown>
  for (const member of METHODS) {
    if (typeof members[member] !== 'function') throw changed(member)
  }
  for (const member of OBJECTS) {
    if (typeof members[member] !== 'object') throw changed(member)
  }
  for (const member of MAPS) {
    if (!(members[member] instanceof Map)) throw changed(member)
  }
  return pubsub as GossipInternals
}

function changed(member: string): NetworkError {
  return new NetworkError(
    { code: 'GOSSIPSUB_CHANGED', member },
    `gossipsub has no ${member}: the installed version is not the one this code was written for`,
  )
}
