/**
 * Stands between the wire and gossipsub, both ways. In: an RPC that no honest node sends is dropped
 * whole before gossipsub spends memory on it or forwards it. Out: an answer to IWANT is cut into
 * RPCs the receiver can take, for one above its limit leaves it deaf to us (consensus.md 4, traps).
 */
import type { RPC } from '@libp2p/gossipsub/message'
import type { Stream } from '@libp2p/interface'
import {
  CONNECTIONS_MAX,
  IWANT_REPLY_BYTES_MAX,
  PIECES_PER_RPC_MAX,
  RPC_BURST_MAX,
  RPC_BYTES_BURST_MAX,
  RPC_BYTES_PER_SECOND_MAX,
  RPC_PER_SECOND_MAX,
  SUBSCRIPTION_CHANGES_BURST_MAX,
  SUBSCRIPTION_CHANGES_PER_SECOND_MAX,
} from '../limits.ts'
import type { PeerId } from '../options.ts'
import { TokenBucket } from '../token-bucket.ts'
import type { GossipInternals } from './internals.ts'

export type Offence =
  /** More RPCs than anybody needs. */
  | 'RPC_FLOOD'
  /** An RPC in crumbs. */
  | 'RPC_DRIBBLED'
  | 'SUBSCRIBE_FLOOD'
  /** Fields that StrictNoSign forbids; gossipsub would forward a `from` of any size. */
  | 'FORGED_FIELDS'
  | 'MESSAGE_TOO_BIG'
  | 'MESSAGE_ID_MALFORMED'

export const MESSAGE_ID_BYTES = 20
/** Peers that are counted at once: far more than may be connected. */
const TALLIES_MAX = 8 * CONNECTIONS_MAX

export type RpcGuardOptions = {
  /** Topic on the wire -> the most a payload may have. */
  readonly bytesMax: ReadonlyMap<string, number>
  readonly onOffence: (peer: PeerId, offence: Offence) => void
  /** Whether a message that is in order finds no place; gossipsub never hears of it then. */
  readonly isCrowded?: (peer: PeerId, message: RPC.Message) => boolean
  readonly now: () => number
}

/** What is kept of a peer. */
type Tally = {
  readonly rpcs: TokenBucket
  readonly bytes: TokenBucket
  readonly subscriptions: TokenBucket
  /** Since the last whole RPC. */
  pieces: number
}

export class RpcGuard {
  readonly #options: RpcGuardOptions
  readonly #tallies = new Map<PeerId, Tally>()

  constructor(options: RpcGuardOptions) {
    this.#options = options
  }

  /** gossipsub calls its methods through its instance, so replacing them there is enough. */
  install(pubsub: GossipInternals): void {
    const handle = pubsub.handleReceivedRpc.bind(pubsub)
    pubsub.handleReceivedRpc = async (from, rpc) => {
      const peer = from.toString()
      const offence = this.inspect(peer, rpc)
      if (offence === undefined) await handle(from, this.#withoutCrowd(peer, rpc))
      else this.#options.onOffence(peer, offence)
    }
    const send = pubsub.sendRpc.bind(pubsub)
    const listen = pubsub.createInboundStream.bind(pubsub)
    pubsub.createInboundStream = (from, stream) => {
      const peer = from.toString()
      // Before anybody listens: what a new stream brings along waits for the debt of the old one.
      const bytes = this.#tallies.get(peer)?.bytes
      if (bytes !== undefined) this.#holdBack(stream, bytes)
      listen(from, stream)
      this.#ration(peer, stream)
    }
    pubsub.sendRpc = (to, rpc) =>
      splitRpc(rpc)
        .map((part) => send(to, part))
        .every(Boolean)
  }

  forget(peer: PeerId): void {
    this.#tallies.delete(peer)
  }

  inspect(peer: PeerId, rpc: RPC): Offence | undefined {
    const nowMs = this.#options.now()
    const tally = this.#tallyOf(peer, nowMs)
    const { rpcs, subscriptions } = tally
    tally.pieces = 0
    if (!rpcs.tryTake(1, nowMs)) return 'RPC_FLOOD'
    const changes = rpc.subscriptions.length
    if (changes > 0 && !subscriptions.tryTake(changes, nowMs)) return 'SUBSCRIBE_FLOOD'
    for (const message of rpc.messages) {
      const { from, seqno, signature, key } = message
      if ([from, seqno, signature, key].some((field) => field !== undefined)) return 'FORGED_FIELDS'
      const bytesMax = this.#options.bytesMax.get(message.topic)
      if (bytesMax !== undefined && (message.data?.length ?? 0) > bytesMax) return 'MESSAGE_TOO_BIG'
    }
    return hasOnlyOurIds(rpc.control) ? undefined : 'MESSAGE_ID_MALFORMED'
  }

  #withoutCrowd(peer: PeerId, rpc: RPC): RPC {
    const { isCrowded } = this.#options
    if (isCrowded === undefined || rpc.messages.length === 0) return rpc
    const messages = rpc.messages.filter((message) => !isCrowded(peer, message))
    return messages.length === rpc.messages.length ? rpc : { ...rpc, messages }
  }

  /** Added after gossipsub's own listener: the first one to listen gets what has come before. */
  #ration(peer: PeerId, stream: Stream): void {
    stream.addEventListener('message', ({ data }) => {
      const nowMs = this.#options.now()
      const tally = this.#tallyOf(peer, nowMs)
      tally.bytes.take(data.byteLength, nowMs)
      // Not at once: what is read on by resuming tells so before the stream counts as resumed.
      if (tally.bytes.waitMs(1, nowMs) > 0) {
        queueMicrotask(() => this.#holdBack(stream, tally.bytes))
      }
      tally.pieces += 1
      if (tally.pieces <= PIECES_PER_RPC_MAX) return
      tally.pieces = 0
      this.#options.onOffence(peer, 'RPC_DRIBBLED')
      stream.abort(new Error('an RPC in crumbs'))
    })
  }

  /** In debt, its window stays shut until that is paid: who sends on waits at the other end. */
  #holdBack(stream: Stream, bytes: TokenBucket): void {
    const waitMs = bytes.waitMs(1, this.#options.now())
    if (waitMs === 0 || stream.readStatus !== 'readable' || stream.status !== 'open') return
    stream.pause()
    setTimeout(() => readOn(stream), waitMs)
  }

  #tallyOf(peer: PeerId, nowMs: number): Tally {
    let tally = this.#tallies.get(peer)
    if (tally === undefined) {
      // What was on its way when a peer left is counted after it was forgotten: the oldest go.
      const [oldest] = this.#tallies.keys()
      if (this.#tallies.size >= TALLIES_MAX && oldest !== undefined) this.#tallies.delete(oldest)
      tally = {
        rpcs: new TokenBucket(RPC_PER_SECOND_MAX, RPC_BURST_MAX, nowMs),
        bytes: new TokenBucket(RPC_BYTES_PER_SECOND_MAX, RPC_BYTES_BURST_MAX, nowMs),
        subscriptions: new TokenBucket(
          SUBSCRIPTION_CHANGES_PER_SECOND_MAX,
          SUBSCRIPTION_CHANGES_BURST_MAX,
          nowMs,
        ),
        pieces: 0,
      }
      this.#tallies.set(peer, tally)
    }
    return tally
  }
}

function readOn(stream: Stream): void {
  if (stream.readStatus !== 'paused' || stream.status !== 'open') return
  try {
    stream.resume()
  } catch (error) {
    // Opening its window writes, and the connection under it may be closing.
    stream.abort(new Error('could not be read on', { cause: error }))
  }
}

/** Ids are kept as text while they are remembered: one of a megabyte would be kept as such. */
function hasOnlyOurIds(control: RPC.ControlMessage | undefined): boolean {
  if (control === undefined) return true
  const lists = [...control.ihave, ...control.iwant, ...control.idontwant]
  return lists.every(({ messageIDs }) => messageIDs.every((id) => id.length === MESSAGE_ID_BYTES))
}

/** One message an RPC, control with the first, no more than an IWANT answer may have in all. */
export function splitRpc(rpc: RPC): RPC[] {
  if (rpc.messages.length <= 1) return [rpc]
  const parts: RPC[] = []
  let bytes = 0
  for (const message of rpc.messages) {
    bytes += message.data?.length ?? 0
    if (parts.length > 0 && bytes > IWANT_REPLY_BYTES_MAX) break
    const first = parts.length === 0
    parts.push({
      subscriptions: first ? rpc.subscriptions : [],
      messages: [message],
      ...(first && rpc.control !== undefined ? { control: rpc.control } : {}),
    })
  }
  return parts
}
