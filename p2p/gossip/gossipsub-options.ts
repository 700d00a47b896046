/** What gossipsub is started with (spec/consensus.md 4). */
import { createHash } from 'node:crypto'
import { type GossipsubOpts, StrictNoSign } from '@libp2p/gossipsub'
import {
  ANNOUNCE_HEARTBEATS,
  GOSSIP_CONTROL_BYTES_MAX,
  GOSSIP_UNSENT_BYTES_MAX,
  HEARTBEAT_MS,
  MESSAGE_CACHE_HEARTBEATS,
  RPC_CONTROL_MESSAGES_MAX,
  RPC_MESSAGES_MAX,
  SEEN_MS,
  SUBSCRIPTION_CHANGES_BURST_MAX,
} from '../limits.ts'
import type { PeerId, TopicOptions } from '../options.ts'
import { type ChainName, topicOf } from '../topics.ts'
import { MESSAGE_ID_BYTES } from './rpc-guard.ts'
import { createScoreParams, scoreThresholds } from './score-params.ts'

export function gossipsubOptions(
  chain: ChainName,
  topics: readonly TopicOptions[],
  scoreOf: (peer: PeerId) => number,
): Partial<GossipsubOpts> {
  const names = topics.map(({ name, weight }) => ({ topic: topicOf(chain, name), weight }))
  return {
    globalSignaturePolicy: StrictNoSign,
    allowedTopics: names.map(({ topic }) => topic),
    msgIdFn: ({ topic, data }) => messageId(topic, data),
    asyncValidation: true,
    emitSelf: false,
    fallbackToFloodsub: false,
    doPX: false,
    tagMeshPeers: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    // Own messages go to everybody at once; serialized once, and with no control messages of one
    // peer leaking to the next (publishing otherwise mutates one RPC for all).
    floodPublish: true,
    batchPublish: true,
    // Fits 4 nodes (all in the mesh) to some 50.
    D: 6,
    Dlo: 4,
    Dhi: 12,
    Dscore: 4,
    Dout: 2,
    Dlazy: 6,
    // Announced to everybody outside the mesh, not to a quarter: strangers may hold the whole mesh
    // and pass nothing on, and a message that is not announced in time is never told of.
    gossipFactor: 1,
    heartbeatInterval: HEARTBEAT_MS,
    mcacheLength: MESSAGE_CACHE_HEARTBEATS,
    mcacheGossip: ANNOUNCE_HEARTBEATS,
    seenTTL: SEEN_MS,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxInboundDataLength: rpcBytesMax(topics),
    maxOutboundBufferSize: GOSSIP_UNSENT_BYTES_MAX,
    decodeRpcLimits: {
      maxSubscriptions: SUBSCRIPTION_CHANGES_BURST_MAX,
      maxMessages: RPC_MESSAGES_MAX,
      maxIhaveMessageIDs: 5_000,
      maxIwantMessageIDs: 5_000,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: RPC_CONTROL_MESSAGES_MAX,
      maxPeerInfos: 0,
    },
    scoreParams: createScoreParams(names, scoreOf),
    scoreThresholds: scoreThresholds(),
  }
}

/** One RPC holds one message of the largest topic, and control. */
export function rpcBytesMax(topics: readonly TopicOptions[]): number {
  return Math.max(0, ...topics.map(({ bytesMax }) => bytesMax)) + GOSSIP_CONTROL_BYTES_MAX
}

/** SHA256(topic ‖ payload)[:20]. */
export function messageId(topic: string, payload: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(topic, 'utf8').update(payload).digest()
  return new Uint8Array(digest.subarray(0, MESSAGE_ID_BYTES))
}
