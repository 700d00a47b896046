/** The floods by name, each with what it is in words and the rate that it keeps to. */
import { CONNECTIONS, Connections, OPENED_PER_SECOND } from './connections.ts'
import { Crew, type CrewPlan, IDENTITIES_PER_SECOND } from './crew.ts'
import { giantFrame, idFrames, subscriptionFrame } from './frames.ts'
import { STREAMS_PER_MEMBER, slowStreams } from './slow-streams.ts'
import type { Flood, KnownCheckpoint, Target } from './target.ts'
import { voteFrames } from './votes.ts'

const VOTES_PER_SECOND = 1_000
const VOTERS = 16
const SUBSCRIPTION_RPCS_PER_SECOND = 1_000
const ID_RPCS_PER_SECOND = 50
const GIANT_RPCS_PER_SECOND = 10
/** By then bursts are spent and places taken: what is measured is what lasts. */
const SPENT_MS = 2_500

export const FLOODS = {
  'votes of one peer': `${VOTES_PER_SECOND} votes/s, half of them forged for a known target`,
  'votes of 16 peers': `${VOTES_PER_SECOND} votes/s, half of them for unknown blocks of this epoch`,
  subscriptions: `${SUBSCRIPTION_RPCS_PER_SECOND} RPCs/s of 20 changes`,
  'IHAVE and IWANT': `${ID_RPCS_PER_SECOND} RPCs/s of 10,000 ids`,
  'giant RPCs': `${GIANT_RPCS_PER_SECOND} RPCs/s of 1.8 MB`,
  'slow streams': `4 peers with ${STREAMS_PER_MEMBER} requests each, a byte a second`,
  connections: `${CONNECTIONS} at once, ${OPENED_PER_SECOND} new ones a second at most`,
} as const

export type FloodName = keyof typeof FLOODS

export const FLOOD_NAMES = Object.keys(FLOODS) as readonly FloodName[]

/** Resolves when it is under way. */
export async function beginFlood(
  name: FloodName,
  target: Target,
  checkpoint: KnownCheckpoint,
): Promise<Flood> {
  if (name === 'connections') return await Connections.open(target)
  return await Crew.gather(target, planOf(name, target, checkpoint))
}

function planOf(
  name: Exclude<FloodName, 'connections'>,
  target: Target,
  checkpoint: KnownCheckpoint,
): CrewPlan {
  switch (name) {
    case 'votes of one peer': {
      const next = voteFrames(target, checkpoint, 'with guilt')
      return sender(1, VOTES_PER_SECOND, next)
    }
    case 'votes of 16 peers': {
      const next = voteFrames(target, checkpoint, 'without guilt')
      return sender(VOTERS, VOTES_PER_SECOND, next)
    }
    case 'subscriptions': {
      const frame = subscriptionFrame(target)
      return sender(1, SUBSCRIPTION_RPCS_PER_SECOND, () => frame)
    }
    case 'IHAVE and IWANT': {
      const frames = idFrames(target)
      return sender(1, ID_RPCS_PER_SECOND, (count) => frames[count % frames.length])
    }
    case 'giant RPCs': {
      const frame = giantFrame(target)
      return sender(1, GIANT_RPCS_PER_SECOND, () => frame)
    }
    case 'slow streams':
      return slowStreams(target)
  }
}

function sender(
  size: number,
  actsPerSecond: number,
  next: (count: number) => Uint8Array | undefined,
): CrewPlan {
  return {
    size,
    actsPerSecond,
    headStartMs: SPENT_MS,
    act: (member, count) => {
      const frame = next(count)
      return frame !== undefined && member.send(frame)
    },
  }
}

export { IDENTITIES_PER_SECOND }
