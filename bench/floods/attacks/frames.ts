/** RPCs of gossip as no honest peer sends them. */
import { randomBytes } from 'node:crypto'
import { RPC } from '@libp2p/gossipsub/message'
import { BLOCK_TOPIC, TOPICS } from '../../../node/sync/protocol.ts'
import { rpcBytesMax } from '../../../p2p/gossip/gossipsub-options.ts'
import { MESSAGE_ID_BYTES } from '../../../p2p/gossip/rpc-guard.ts'
import { topicOf } from '../../../p2p/topics.ts'
import { frameOf, prefixed } from '../../../test/support/gossip-frames.ts'
import { chainOf, type Target } from './target.ts'

const CHANGES_PER_FRAME = 20
/** What the victim decodes of each list. */
const IDS_PER_FRAME = 5_000
const FRAMES = 4

/** Subscribes and unsubscribes, ten times each. */
export function subscriptionFrame(target: Target): Uint8Array {
  const topic = topicOf(chainOf(target), BLOCK_TOPIC)
  const subscriptions = Array.from({ length: CHANGES_PER_FRAME }, (_, index) => {
    return { topic, subscribe: index % 2 === 0 }
  })
  return frameOf({ subscriptions })
}

/** Tells of 5,000 messages that do not exist and wants 5,000 others: 220 kB. */
export function idFrames(target: Target): readonly Uint8Array[] {
  const topicID = topicOf(chainOf(target), BLOCK_TOPIC)
  const ids = () => Array.from({ length: IDS_PER_FRAME }, () => randomBytes(MESSAGE_ID_BYTES))
  const rest = { graft: [], prune: [], idontwant: [] }
  return Array.from({ length: FRAMES }, () => {
    const control = { ihave: [{ topicID, messageIDs: ids() }], iwant: [{ messageIDs: ids() }] }
    return frameOf({ control: { ...control, ...rest } })
  })
}

/** As long as may be, and nothing but subscriptions: more of them than are decoded. */
export function giantFrame(target: Target): Uint8Array {
  const topic = topicOf(chainOf(target), BLOCK_TOPIC)
  const one = RPC.encode({ subscriptions: [{ topic, subscribe: true }], messages: [] })
  const count = Math.floor(rpcBytesMax(TOPICS) / one.length)
  return prefixed(Buffer.concat(Array.from({ length: count }, () => one)))
}
