/** Requests that come a byte a second: every place for them that one peer has, of each kind. */
import type { Stream } from '@libp2p/interface'
import { REQUESTS } from '../../../node/sync/protocol.ts'
import { REQUEST_READ_TIMEOUT_MS, REQUESTS_PER_PEER_MAX } from '../../../p2p/limits.ts'
import { requestProtocolOf } from '../../../p2p/topics.ts'
import type { CrewPlan } from './crew.ts'
import type { Intruder } from './intruder.ts'
import { chainOf, type Target } from './target.ts'

const MEMBERS = 4
const BYTES_PER_SECOND_AND_STREAM = 1
export const STREAMS_PER_MEMBER = REQUESTS_PER_PEER_MAX * REQUESTS.length

/** An act is a byte, on the stream whose turn it is. */
export function slowStreams(target: Target): CrewPlan {
  const streamsOf = new WeakMap<Intruder, Stream[]>()
  const turns = new WeakMap<Intruder, number>()
  return {
    size: MEMBERS,
    // The victim's patience ends in the middle of the window.
    headStartMs: REQUEST_READ_TIMEOUT_MS / 2,
    actsPerSecond: MEMBERS * STREAMS_PER_MEMBER * BYTES_PER_SECOND_AND_STREAM,
    greet: (member) => {
      const streams: Stream[] = []
      streamsOf.set(member, streams)
      void openStreams(member, target, streams)
    },
    act: (member) => {
      const open = (streamsOf.get(member) ?? []).filter(({ status }) => status === 'open')
      const turn = (turns.get(member) ?? 0) + 1
      turns.set(member, turn)
      const stream = open[turn % Math.max(1, open.length)]
      stream?.send(new Uint8Array(1))
      return stream !== undefined
    },
  }
}

async function openStreams(member: Intruder, target: Target, streams: Stream[]): Promise<void> {
  for (const { name } of REQUESTS) {
    const protocol = requestProtocolOf(chainOf(target), name)
    for (let i = 0; i < REQUESTS_PER_PEER_MAX && member.isIn; i++) {
      try {
        const options = { maxOutboundStreams: STREAMS_PER_MEMBER }
        streams.push(await member.connection.newStream(protocol, options))
      } catch {
        // Refused: the next may be taken.
      }
    }
  }
}
