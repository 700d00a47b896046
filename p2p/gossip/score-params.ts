/**
 * Gossipsub's peer scoring (spec/consensus.md 4): thresholds -100 / -200 / -400, weights by topic,
 * invalid messages -100, mesh delivery (P3, P3b) off: it needs message rates that a young or small
 * network does not have, and below 20 nodes it punishes the innocent.
 */
import type {
  PeerScoreParams,
  PeerScoreThresholds,
  TopicScoreParams,
} from '@libp2p/gossipsub/score'
import type { PeerId } from '../options.ts'

export const GOSSIP_THRESHOLD = -100
export const PUBLISH_THRESHOLD = -200
export const GRAYLIST_THRESHOLD = -400

const DECAY_INTERVAL_MS = 1_000
const DECAY_TO_ZERO = 0.01
/** What a good peer earns at most by a topic of weight 1: ten by staying, forty by being first. */
const STAYING_MAX = 10
const STAYING_MS = 3_600_000
const FIRST_DELIVERIES_MAX = 40
const FIRST_DELIVERIES_MS = 120_000
const INVALID_MESSAGE_WEIGHT = -100
/** One invalid message is forgotten after ten minutes. */
const INVALID_MESSAGE_MS = 600_000
/** Broken IWANT promises and hasty grafts: a busy honest node makes a few. */
const MISBEHAVIOUR_WEIGHT = -10
const MISBEHAVIOUR_FREE = 6
const MISBEHAVIOUR_MS = 60_000
const COLOCATION_WEIGHT = -5
const COLOCATION_FREE = 10
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', '::ffff:127.0.0.1']

export type WeighedTopic = { readonly topic: string; readonly weight: number }

export function createScoreParams(
  topics: readonly WeighedTopic[],
  scoreOf: (peer: PeerId) => number,
): PeerScoreParams {
  return {
    topics: Object.fromEntries(topics.map(({ topic, weight }) => [topic, topicParams(weight)])),
    topicScoreCap: STAYING_MAX + FIRST_DELIVERIES_MAX,
    appSpecificScore: scoreOf,
    appSpecificWeight: 1,
    IPColocationFactorWeight: COLOCATION_WEIGHT,
    IPColocationFactorThreshold: COLOCATION_FREE,
    IPColocationFactorWhitelist: new Set(LOOPBACK),
    behaviourPenaltyWeight: MISBEHAVIOUR_WEIGHT,
    behaviourPenaltyThreshold: MISBEHAVIOUR_FREE,
    behaviourPenaltyDecay: decayOver(MISBEHAVIOUR_MS),
    decayInterval: DECAY_INTERVAL_MS,
    decayToZero: DECAY_TO_ZERO,
    retainScore: INVALID_MESSAGE_MS,
  }
}

export function scoreThresholds(): PeerScoreThresholds {
  return {
    gossipThreshold: GOSSIP_THRESHOLD,
    publishThreshold: PUBLISH_THRESHOLD,
    graylistThreshold: GRAYLIST_THRESHOLD,
    acceptPXThreshold: Number.MAX_SAFE_INTEGER,
    opportunisticGraftThreshold: 1,
  }
}

/** The factor by which a counter of 1 fades to nothing in `lifetimeMs`. */
export function decayOver(lifetimeMs: number): number {
  return DECAY_TO_ZERO ** (DECAY_INTERVAL_MS / lifetimeMs)
}

function topicParams(topicWeight: number): TopicScoreParams {
  return {
    topicWeight,
    timeInMeshWeight: STAYING_MAX / (STAYING_MS / DECAY_INTERVAL_MS),
    timeInMeshQuantum: DECAY_INTERVAL_MS,
    timeInMeshCap: STAYING_MS / DECAY_INTERVAL_MS,
    firstMessageDeliveriesWeight: 1,
    firstMessageDeliveriesDecay: decayOver(FIRST_DELIVERIES_MS),
    firstMessageDeliveriesCap: FIRST_DELIVERIES_MAX,
    meshMessageDeliveriesWeight: 0,
    meshMessageDeliveriesDecay: 0.5,
    meshMessageDeliveriesCap: 1,
    meshMessageDeliveriesThreshold: 1,
    meshMessageDeliveriesWindow: 0,
    meshMessageDeliveriesActivation: DECAY_INTERVAL_MS,
    meshFailurePenaltyWeight: 0,
    meshFailurePenaltyDecay: 0.5,
    invalidMessageDeliveriesWeight: INVALID_MESSAGE_WEIGHT,
    invalidMessageDeliveriesDecay: decayOver(INVALID_MESSAGE_MS),
  }
}
